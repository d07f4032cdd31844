//! What happens to one customer: habits, expansions, renewals, the end. Follows the design's world generator.
//!
//! At an anchor in week `r` the landmark is `r - GAP`; a habit is held when at least `MIN_ACTIVE` of the `WINDOW` weeks
//! before it were active (the reverse one: 2 of 4). The chance to renew is logistic in size, hidden health, tenure and the
//! habits whose effect is planted, and in nothing else.

use super::account::{Account, Contract};
use super::behaviour::{BEHAVIOURS, Behaviour, DASHBOARD, DEPLOY, HA, Truth};
use super::clock::{Clock, HIDDEN, NEVER};
use super::draw::{Draws, exp, expit};

const GAP: i32 = 8;
const WINDOW: i32 = 26;
const MIN_ACTIVE: usize = 3;
/// The intercept at which about 85 % of the renewals are won.
const RENEWAL_BASE: f64 = 0.90;
/// The intercept at which about 3 % of the accounts expand in four weeks.
const EXPANSION_BASE: f64 = -4.35;
/// The intercept at which about 2 % of the monthly accounts leave in four weeks.
const MONTHLY_BASE: f64 = -3.9;
/// The behaviours whose links end in renewals.
pub(super) const RENEWAL_LINKS: usize = 5;

/// One habit of one customer.
pub(super) struct Habit {
    pub(super) onset: i32,
    pub(super) heavy: bool,
    /// Per week, whether it was done.
    pub(super) active: Vec<bool>,
}

impl Habit {
    fn count(&self, from: i32, to: i32) -> usize {
        let week = |week: i32| week.clamp(0, self.active.len() as i32) as usize;
        self.active[week(from)..week(to)].iter().filter(|active| **active).count()
    }
}

/// A customer that came to pay more.
pub(super) struct Expansion {
    pub(super) week: i32,
    /// By how much, as a share.
    pub(super) share: f64,
    /// Whether it also went up a tier.
    pub(super) upgrade: bool,
}

/// A renewal that came due.
pub(super) struct Renewal {
    pub(super) week: i32,
    pub(super) won: bool,
    /// Per link to renewals, whether the habit was seen to be held at the landmark.
    pub(super) exposed: [bool; RENEWAL_LINKS],
    /// How many points the planted habit adds here.
    pub(super) true_difference: f64,
}

/// All that happened.
pub(super) struct Life {
    pub(super) habits: Vec<Habit>,
    pub(super) expansions: Vec<Expansion>,
    pub(super) renewals: Vec<Renewal>,
    /// The week it stopped being a customer.
    pub(super) end: i32,
    pub(super) weeks: i32,
    /// Ordinary use: per week its level, before the density of the sample.
    pub(super) bustle: Vec<f64>,
}

impl Life {
    /// `guided` is the week from which twice as many newcomers are led to their first deploy.
    pub(super) fn new(seed: u64, account: &Account, clock: &Clock, guided: i32) -> Self {
        let weeks = clock.weeks;
        let mut habits: Vec<Habit> =
            BEHAVIOURS.iter().map(|behaviour| adopt(seed, account, behaviour, weeks, guided, NEVER)).collect();
        let expansions = expand(seed, account, &habits, weeks);
        habits[HA] = adopt(seed, account, &BEHAVIOURS[HA], weeks, guided, caused_by(seed, account, &expansions));
        let (renewals, end, decided) = match account.contract {
            Contract::Annual => renew(seed, account, &habits, weeks),
            Contract::Monthly => leave(seed, account, &habits, weeks),
            Contract::TrialOnly => (Vec::new(), account.signup_week + 2, NEVER),
        };
        let bustle = bustle(seed, account, weeks);
        let mut life = Self { habits, expansions, renewals, end, weeks, bustle };
        life.cut(seed, account, decided);
        for renewal in &mut life.renewals {
            renewal.exposed = std::array::from_fn(|index| exposed(&life.habits, index, renewal.week - GAP));
        }
        life
    }

    /// Whether it was a customer in that week.
    pub(super) fn alive(&self, account: &Account, week: i32) -> bool {
        week >= account.signup_week && week < self.end
    }

    /// Takes away what would have been after the end, and most dashboards once the account has decided to leave.
    fn cut(&mut self, seed: u64, account: &Account, decided: i32) {
        let (from, end) = (account.signup_week, self.end);
        let mut draws = Draws::new(seed, "decline", account.index);
        for (index, habit) in self.habits.iter_mut().enumerate() {
            for (week, active) in (0..).zip(habit.active.iter_mut()) {
                let declines = index == DASHBOARD && week >= decided && !draws.happens(0.12);
                *active &= week >= from && week < end && !declines;
            }
            if habit.onset >= end {
                habit.onset = NEVER;
            }
        }
        self.expansions.retain(|expansion| expansion.week < end);
    }
}

/// When an account takes up a habit, and the weeks in which it then has it.
fn adopt(seed: u64, account: &Account, behaviour: &Behaviour, weeks: i32, guided: i32, caused: i32) -> Habit {
    let mut draws = Draws::new(seed, behaviour.event, account.index);
    let (size, health, growth) = (behaviour.by_size, behaviour.by_health, behaviour.by_growth);
    let pull = size * account.size + health * account.health + growth * account.growth
        - 0.5 * (size * size + health * health + growth * growth);
    let hazard = behaviour.hazard * exp(pull);
    let wait = (draws.exponential() / hazard.clamp(1e-5, 0.9)).min(100_000.0) as i32;
    let wait = if behaviour.event == BEHAVIOURS[DEPLOY].event { wait.min(led(seed, account, guided)) } else { wait };
    let onset = (account.signup_week + 1 + wait).min(caused);
    let heavy = draws.happens(0.5);
    let chance = behaviour.intensity[usize::from(heavy)];
    let active = (0..weeks).map(|week| draws.happens(chance) && week >= onset || week == onset).collect();
    Habit { onset, heavy, active }
}

/// The weeks within which a newcomer is led to its first deploy: few are, and twice as many since set-up is guided.
fn led(seed: u64, account: &Account, guided: i32) -> i32 {
    let mut draws = Draws::new(seed, "led to the first deploy", account.index);
    let (chance, weeks) = (draws.uniform(), (draws.exponential() * 2.5) as i32);
    if chance < if account.signup_week >= guided { 0.40 } else { 0.20 } { weeks } else { NEVER }
}

/// What a held habit adds to the log-odds.
fn effect(habits: &[Habit], index: usize, landmark: i32) -> f64 {
    let dose = if habits[index].heavy { 1.25 } else { 0.75 };
    if exposed(habits, index, landmark) { BEHAVIOURS[index].effect * dose } else { 0.0 }
}

fn exposed(habits: &[Habit], index: usize, landmark: i32) -> bool {
    match BEHAVIOURS[index].truth {
        Truth::Reverse => habits[index].count(landmark - 4, landmark) >= 2,
        _ => habits[index].count(landmark - WINDOW, landmark) >= MIN_ACTIVE,
    }
}

fn expand(seed: u64, account: &Account, habits: &[Habit], weeks: i32) -> Vec<Expansion> {
    let mut draws = Draws::new(seed, "expansions", account.index);
    let own = EXPANSION_BASE + 0.25 * account.size + 0.8 * account.growth + 0.25 * account.health;
    let phase = draws.between(0, 4) as i32;
    let mut expansions = Vec::new();
    for week in (4..weeks).filter(|week| week % 4 == phase) {
        let (draw, share, upgrade) = (draws.uniform(), 0.08 + 0.27 * draws.uniform(), draws.happens(0.2));
        let planted: f64 = (0..BEHAVIOURS.len())
            .filter(|index| BEHAVIOURS[*index].truth == Truth::ExpansionPlanted)
            .map(|index| effect(habits, index, week))
            .sum();
        if account.signup_week + 8 <= week && draw < expit(own + planted) {
            expansions.push(Expansion { week, share, upgrade });
        }
    }
    expansions
}

/// The week in which an expansion leads the account to high availability.
fn caused_by(seed: u64, account: &Account, expansions: &[Expansion]) -> i32 {
    let mut draws = Draws::new(seed, "expansion leads to", account.index);
    let weeks =
        expansions.iter().map(|expansion| (draws.happens(0.6), expansion.week + 1 + draws.between(0, 4) as i32));
    weeks.filter(|(leads, _)| *leads).map(|(_, week)| week).min().unwrap_or(NEVER)
}

/// The renewals of an annual contract, until one is lost.
fn renew(seed: u64, account: &Account, habits: &[Habit], weeks: i32) -> (Vec<Renewal>, i32, i32) {
    let mut draws = Draws::new(seed, "renewals", account.index);
    let mut renewals = Vec::new();
    let first = (1..).map(|year| account.signup_week + 52 * year).find(|week| *week >= HIDDEN).unwrap_or(NEVER);
    let csm = if account.csm.is_some() { 0.25 } else { 0.0 };
    for week in (first..weeks).step_by(52) {
        let landmark = week - GAP;
        let tenure = 0.10 * f64::from(week - account.signup_week) / 52.0;
        let without = RENEWAL_BASE + 0.5 * account.size + 0.7 * account.health + csm + tenure;
        let won = draws.happens(expit(without + effect(habits, DEPLOY, landmark)));
        let with = |dose: f64| expit(without + dose * BEHAVIOURS[DEPLOY].effect);
        let true_difference = 0.5 * with(1.25) + 0.5 * with(0.75) - expit(without);
        renewals.push(Renewal { week, won, exposed: [false; RENEWAL_LINKS], true_difference });
        let notice = draws.between(4, 27) as i32;
        if !won {
            return (renewals, week, week - notice);
        }
    }
    (renewals, NEVER, NEVER)
}

/// The end of a monthly account, decided every four weeks.
fn leave(seed: u64, account: &Account, habits: &[Habit], weeks: i32) -> (Vec<Renewal>, i32, i32) {
    let mut draws = Draws::new(seed, "monthly", account.index);
    let first = account.signup_week + 8;
    for week in (first..weeks).step_by(4).filter(|week| *week >= HIDDEN + 4) {
        let stays = 0.5 * account.size + 0.7 * account.health + effect(habits, DEPLOY, week);
        let (draw, notice) = (draws.uniform(), draws.between(2, 9) as i32);
        if draw < expit(MONTHLY_BASE - 0.8 * stays) {
            return (Vec::new(), week, week - notice);
        }
    }
    (Vec::new(), NEVER, NEVER)
}

/// How busy each week is: larger and healthier accounts more, with slow ups and downs.
fn bustle(seed: u64, account: &Account, weeks: i32) -> Vec<f64> {
    let mut draws = Draws::new(seed, "bustle", account.index);
    let level = exp(0.35 * account.size + 0.45 * account.health - 0.16);
    let mut drift = 0.0;
    (0..weeks)
        .map(|_| {
            drift = 0.8 * drift + 0.6 * draws.normal();
            level * exp(0.35 * drift - 0.06)
        })
        .collect()
}
