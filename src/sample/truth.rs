//! What was planted and what it came to: the answers, for whoever wants to check what the tool finds.

use serde_json::{Value, json};

use super::Size;
use super::account::{Account, Contract, Match};
use super::behaviour::{ARROWS, BEHAVIOURS, HA, Truth};
use super::clock::{Clock, HIDDEN, LAST_DAY};
use super::life::{Life, RENEWAL_LINKS};
use super::pings::BROKER_CLIENTS_EFFECT;

/// Renewals with and without a habit: how many, and how many of them won.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// Renewals of accounts that held the habit at the landmark.
    pub exposed: u64,
    /// Those of them that were won.
    pub exposed_won: u64,
    /// Renewals of the other accounts.
    pub others: u64,
    /// Those of them that were won.
    pub others_won: u64,
}

impl Split {
    /// The difference in shares won, unadjusted: exposed less others. Nothing where either side is empty.
    pub fn raw_difference(&self) -> Option<f64> {
        let share = |won: u64, all: u64| (all > 0).then(|| won as f64 / all as f64);
        Some(share(self.exposed_won, self.exposed)? - share(self.others_won, self.others)?)
    }

    pub(super) fn add(&mut self, exposed: bool, won: bool) {
        let (all, good) =
            if exposed { (&mut self.exposed, &mut self.exposed_won) } else { (&mut self.others, &mut self.others_won) };
        *all += 1;
        *good += u64::from(won);
    }
}

/// What was written, counted while writing.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each is a count of what its name says")]
pub struct Counts {
    pub accounts: u64,
    pub annual: u64,
    pub monthly: u64,
    pub trials_only: u64,
    pub new_accounts: u64,
    pub ended: u64,
    pub active_account_weeks: u64,
    pub events: u64,
    pub readings: u64,
    pub renewals_due: u64,
    pub renewals_won: u64,
    pub expansions: u64,
    pub high_availability: u64,
    pub duplicate_rows: u64,
    pub late_rows: u64,
    pub malformed_lines: u64,
    pub events_without_account: u64,
    pub staff_events: u64,
    pub accounts_with_staff: u64,
    pub accounts_unmatched: u64,
    pub accounts_matched_by_hand: u64,
    pub accounts_matched_by_domain: u64,
    pub accounts_of_free_mail: u64,
    pub accounts_without_pings: u64,
    pub readings_repeated: u64,
    pub company_rows_repeated: u64,
    pub subscribers_without_team: u64,
    pub prospects: u64,
    /// Renewals, per link to them, by whether the habit was held at the landmark.
    pub splits: [Split; RENEWAL_LINKS],
    /// Accounts, per link to renewals, by whether they ever had the habit; won: still a customer. What a dashboard shows.
    pub ever: [Split; RENEWAL_LINKS],
    pub true_difference: f64,
}

impl Counts {
    /// Counts what happened to one account.
    pub(super) fn tell(&mut self, account: &Account, life: &Life) {
        let one = |is: bool| u64::from(is);
        self.accounts += 1;
        self.annual += one(account.contract == Contract::Annual);
        self.monthly += one(account.contract == Contract::Monthly);
        self.trials_only += one(account.contract == Contract::TrialOnly);
        self.new_accounts += one(account.signup_week >= HIDDEN);
        self.ended += one(life.end < life.weeks);
        self.active_account_weeks += (HIDDEN..life.weeks).filter(|week| life.alive(account, *week)).count() as u64;
        self.expansions += life.expansions.iter().filter(|expansion| expansion.week >= HIDDEN).count() as u64;
        self.high_availability += one(life.habits[HA].onset < life.weeks);
        self.accounts_unmatched += one(account.matched == Match::Unknown);
        self.accounts_matched_by_hand += one(account.matched == Match::ByHand);
        self.accounts_matched_by_domain += one(account.matched == Match::Domain);
        self.accounts_of_free_mail += one(account.domain.is_empty());
        for (split, habit) in self.ever.iter_mut().zip(&life.habits) {
            split.add(habit.active[HIDDEN as usize..].contains(&true), life.end >= life.weeks);
        }
        for renewal in &life.renewals {
            self.renewals_due += 1;
            self.renewals_won += one(renewal.won);
            self.true_difference += renewal.true_difference;
            for (split, exposed) in self.splits.iter_mut().zip(renewal.exposed) {
                split.add(exposed, renewal.won);
            }
        }
    }

    /// Takes in what another part counted; parts come in the order of their accounts.
    pub(super) fn take(&mut self, part: &Self) {
        macro_rules! sum {
            ($($field:ident)+) => { $(self.$field += part.$field;)+ };
        }
        sum!(accounts annual monthly trials_only new_accounts ended active_account_weeks events readings);
        sum!(renewals_due renewals_won expansions high_availability duplicate_rows late_rows malformed_lines);
        sum!(events_without_account staff_events accounts_with_staff accounts_unmatched accounts_matched_by_hand);
        sum!(accounts_matched_by_domain accounts_of_free_mail accounts_without_pings readings_repeated);
        sum!(company_rows_repeated subscribers_without_team prospects true_difference);
        let mine = self.splits.iter_mut().chain(&mut self.ever);
        for (mine, theirs) in mine.zip(part.splits.iter().chain(&part.ever)) {
            mine.exposed += theirs.exposed;
            mine.exposed_won += theirs.exposed_won;
            mine.others += theirs.others;
            mine.others_won += theirs.others_won;
        }
    }
}

/// The text of `truth.json`.
pub(super) fn text(size: &Size, clock: &Clock, counts: &Counts) -> String {
    let truth = json!({
        "about": "What src/sample planted in this company, and what it came to. The tool never reads this file.",
        "made_from": { "accounts": size.accounts, "weeks": size.weeks, "seed": size.seed,
                       "events_per_account_week": size.events_per_account_week },
        "first_day": clock.date(0).to_string(),
        "last_day": LAST_DAY.to_string(),
        "came_to": came_to(counts),
        "renewal_model": "log-odds = 0.9 + 0.5 size + 0.7 hidden health + 0.25 manager + 0.1 years \
                          + effect of a held planted habit (x 1.25 heavy, x 0.75 light users)",
        "links": ARROWS.iter().map(|arrow| link(arrow, counts)).collect::<Vec<Value>>(),
        "outcome_to_traction": [
            { "from": "broker", "to": "broker-clients", "truth": "planted", "log_effect": BROKER_CLIENTS_EFFECT },
            { "from": "production", "to": "weekly-users", "truth": "null", "log_effect": 0.0 },
        ],
        "releases": [{ "id": "guided-set-up", "released_on": super::GUIDED.to_string(), "truth": "planted",
                       "effect": "40 instead of 20 newcomers in a hundred are led to a first deploy to production within weeks" }],
        "blemishes": blemishes(counts),
    });
    format!("{truth:#}\n")
}

fn came_to(counts: &Counts) -> Value {
    json!({
        "accounts": counts.accounts, "annual": counts.annual, "monthly": counts.monthly, "trials_only": counts.trials_only,
        "new_in_the_sample": counts.new_accounts, "ended": counts.ended, "events": counts.events,
        "readings": counts.readings, "renewals_due": counts.renewals_due, "renewals_won": counts.renewals_won,
        "expansions": counts.expansions, "teams_with_high_availability": counts.high_availability,
        "account_weeks": counts.active_account_weeks,
    })
}

fn link(arrow: &super::behaviour::Arrow, counts: &Counts) -> Value {
    let behaviour = &BEHAVIOURS[arrow.behaviour];
    let planted = behaviour.truth == Truth::Planted;
    let mut link = json!({
        "from": arrow.from, "to": arrow.to, "event": behaviour.event, "truth": behaviour.truth.word(),
        "log_odds": behaviour.effect,
    });
    if let Some((split, ever)) = counts.splits.get(arrow.behaviour).zip(counts.ever.get(arrow.behaviour)) {
        let true_difference = if planted { counts.true_difference / counts.renewals_due.max(1) as f64 } else { 0.0 };
        link["true_difference"] = json!(rounded(true_difference));
        link["raw_at_the_landmark"] = raw(split, "won");
        link["raw_ever_used_against_still_a_customer"] = raw(ever, "stayed");
    }
    link
}

fn raw(split: &Split, good: &str) -> Value {
    json!({
        "exposed": split.exposed, format!("exposed_{good}"): split.exposed_won, "others": split.others,
        format!("others_{good}"): split.others_won, "difference": split.raw_difference().map(rounded),
    })
}

fn blemishes(counts: &Counts) -> Value {
    json!({
        "product_rows_sent_twice": counts.duplicate_rows,
        "product_rows_in_the_next_months_file": counts.late_rows,
        "product_lines_cut_short": counts.malformed_lines,
        "product_rows_of_no_account": counts.events_without_account,
        "product_rows_of_our_own_staff": counts.staff_events,
        "accounts_helped_by_our_own_staff": counts.accounts_with_staff,
        "accounts_that_are_our_own": 1,
        "accounts_unknown_to_the_crm": counts.accounts_unmatched,
        "accounts_matched_by_domain_only": counts.accounts_matched_by_domain,
        "accounts_matched_by_hand_only": counts.accounts_matched_by_hand,
        "accounts_of_free_mail_users": counts.accounts_of_free_mail,
        "accounts_without_readings": counts.accounts_without_pings,
        "readings_sent_twice": counts.readings_repeated,
        "company_rows_sent_twice": counts.company_rows_repeated,
        "companies_that_are_no_customers": counts.prospects,
        "customers_billed_without_a_team_id": counts.subscribers_without_team,
        "company_files_with_a_byte_order_mark": u64::from(counts.accounts > 0),
    })
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
