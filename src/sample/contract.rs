//! What a customer pays and since when: the subscriptions that billing knows, and the deals that sales knows.

use jiff::civil::{Date, date};

use super::account::{Account, Contract};
use super::clock::{Clock, Moment};
use super::draw::Draws;
use super::life::Life;

const DAY_MS: i64 = 86_400_000;
const TRIAL_DAYS: i64 = 14;
/// The yearly list price of one instance, by tier.
pub(super) const LIST_PRICE: [f64; 3] = [180.0, 300.0, 600.0];
/// From here on, whoever signs up or renews pays five in a hundred more.
pub(super) const PRICE_RISE: Date = date(2025, 7, 1);

/// One subscription of a customer.
pub(super) struct Subscription {
    pub(super) tier: usize,
    /// Bought on top of the first one.
    pub(super) added: bool,
    pub(super) quantity: i64,
    pub(super) started: Moment,
    pub(super) trial_end: Option<Moment>,
    /// When it stopped, and when someone decided so.
    pub(super) ended: Option<(Moment, Moment)>,
    /// The renewals that were won, with the quantity from then on.
    pub(super) renewed: Vec<(Moment, i64)>,
}

impl Subscription {
    /// Quantity and yearly price of one, as they stand on a day.
    pub(super) fn terms(&self, clock: &Clock, now: Moment) -> (i64, f64) {
        let last = self.renewed.iter().rev().find(|(at, _)| *at < now);
        let (since, quantity) = last.copied().unwrap_or((self.started, self.quantity));
        let rise = if clock.date(since) >= PRICE_RISE { 1.05 } else { 1.0 };
        (quantity, LIST_PRICE[self.tier] * rise)
    }
}

/// What stands at the end of a deal, once it has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pipeline {
    NewBusiness,
    Renewals,
    Expansion,
}

/// One deal of a customer, or of who never became one.
pub(super) struct Deal {
    pub(super) pipeline: Pipeline,
    pub(super) created: Moment,
    pub(super) closes: Moment,
    pub(super) won: bool,
    pub(super) amount: f64,
}

/// The tier on a day: upgrades come with expansions.
pub(super) fn tier_at(account: &Account, life: &Life, now: Moment) -> usize {
    let upgrades =
        life.expansions.iter().filter(|expansion| expansion.upgrade && moment_in(account, expansion.week) < now);
    (account.tier + upgrades.count()).min(2)
}

/// The moment in a week on which things about an account's contract happen: the weekday and hour it began.
pub(super) fn moment_in(account: &Account, week: i32) -> Moment {
    account.signup + Clock::moment(week, 0, 0) - Clock::moment(account.signup_week, 0, 0)
}

/// The subscriptions of an account: the first, and one for each expansion.
pub(super) fn subscriptions(seed: u64, account: &Account, life: &Life) -> Vec<Subscription> {
    let mut draws = Draws::new(seed, "subscriptions", account.index);
    let notice = draws.between(20, 60) * DAY_MS;
    let trial_end = account.trial.then(|| account.signup + TRIAL_DAYS * DAY_MS);
    let over = (life.end < life.weeks).then(|| moment_in(account, life.end));
    let ended = over.map(|end| (end, (end - notice).max(account.signup + DAY_MS)));
    let first = quantity_of(account.arr, account.tier);
    let mut quantity = first;
    let mut renewed = Vec::new();
    for renewal in life.renewals.iter().filter(|renewal| renewal.won) {
        // Some come back for less.
        if draws.happens(0.07) {
            quantity = (quantity as f64 * 0.8).ceil() as i64;
        }
        renewed.push((moment_in(account, renewal.week), quantity));
    }
    let (tier, started) = (account.tier, account.signup);
    let mut all = vec![Subscription { tier, added: false, quantity: first, started, trial_end, ended, renewed }];
    let mut arr = account.arr;
    for expansion in &life.expansions {
        let started = moment_in(account, expansion.week);
        let tier = tier_at(account, life, started);
        let quantity = quantity_of(arr * expansion.share, tier);
        arr *= 1.0 + expansion.share;
        all.push(Subscription { tier, added: true, quantity, started, trial_end: None, ended, renewed: Vec::new() });
    }
    all
}

fn quantity_of(arr: f64, tier: usize) -> i64 {
    ((arr / LIST_PRICE[tier]).round() as i64).max(1)
}

/// The deals of an account, in the order of their closing dates.
pub(super) fn deals(seed: u64, account: &Account, life: &Life, clock: &Clock) -> Vec<Deal> {
    let mut draws = Draws::new(seed, "deals", account.index);
    let subscriptions = subscriptions(seed, account, life);
    let arr_at = |now: Moment| -> f64 {
        let running = subscriptions.iter().filter(|one| one.started < now);
        running.map(|one| one.terms(clock, now)).map(|(quantity, price)| quantity as f64 * price).sum()
    };
    let mut deal = |pipeline, closes: Moment, won, amount| {
        let lead = match pipeline {
            Pipeline::NewBusiness => draws.between(20, 90),
            Pipeline::Renewals => 90,
            Pipeline::Expansion => draws.between(10, 45),
        };
        Deal { pipeline, created: closes - lead * DAY_MS, closes, won, amount }
    };
    let paid = account.contract != Contract::TrialOnly;
    let decided = account.signup + if account.trial { TRIAL_DAYS * DAY_MS } else { DAY_MS };
    let mut all = vec![deal(Pipeline::NewBusiness, decided, paid, account.arr)];
    for renewal in &life.renewals {
        let due = moment_in(account, renewal.week);
        all.push(deal(Pipeline::Renewals, due, renewal.won, arr_at(due)));
    }
    if account.contract == Contract::Annual && life.end > life.weeks {
        // The next one is open: its close date is a forecast.
        let due = (1..).map(|year| account.signup_week + 52 * year).find(|week| *week >= life.weeks);
        let due = moment_in(account, due.expect("years go on"));
        all.push(deal(Pipeline::Renewals, due, true, arr_at(due)));
    }
    for expansion in &life.expansions {
        let at = moment_in(account, expansion.week);
        all.push(deal(Pipeline::Expansion, at, true, arr_at(at) * expansion.share));
    }
    if paid && draws_lost(seed, account) {
        let at = account.signup + 100 * DAY_MS;
        if at < moment_in(account, life.end.min(life.weeks)) {
            all.push(deal(Pipeline::Expansion, at, false, account.arr * 0.2));
        }
    }
    all.sort_by_key(|deal| deal.closes);
    all
}

/// Whether an expansion was offered and declined.
fn draws_lost(seed: u64, account: &Account) -> bool {
    Draws::new(seed, "declined offers", account.index).happens(0.12)
}
