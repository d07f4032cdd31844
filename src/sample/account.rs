//! One customer: what the CRM knows of it, and what nobody knows.

use super::clock::{Clock, HIDDEN, Moment};
use super::draw::{Draws, exp, expit, ln};

/// How a customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contract {
    Annual,
    Monthly,
    /// A trial that nobody paid for.
    TrialOnly,
}

/// Where the CRM has the key of the telemetry account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    TeamId,
    /// Only the mail domain tells.
    Domain,
    /// Only `account-map.csv` tells.
    ByHand,
    /// The CRM does not have the company.
    Unknown,
}

/// The names of the tiers, smallest first.
pub(super) const TIERS: [&str; 3] = ["starter", "team", "enterprise"];
const COUNTRIES: [&[&str]; 3] = [
    &["Netherlands", "Germany", "Sweden", "France", "United Kingdom", "Italy"],
    &["United States", "Canada", "Mexico"],
    &["Japan", "Australia", "Singapore"],
];
const INDUSTRIES: [&str; 6] = ["Machinery", "Food", "Chemicals", "Automotive", "Utilities", "Packaging"];
const FIRST: [&str; 36] = [
    "Harbour", "Kestrel", "Northern", "Alder", "Birch", "Copper", "Delta", "Ember", "Falcon", "Granite", "Hazel",
    "Iron", "Juniper", "Keystone", "Lantern", "Maple", "Nordic", "Orchard", "Pioneer", "Quarry", "River", "Summit",
    "Timber", "Upland", "Valley", "Willow", "Zenith", "Anchor", "Beacon", "Cedar", "Drift", "Elm", "Fjord", "Garnet",
    "Hollow", "Indigo",
];
const SECOND: [&str; 35] = [
    "Mills",
    "Foods",
    "Works",
    "Castings",
    "Dairy",
    "Paper",
    "Pumps",
    "Robotics",
    "Textiles",
    "Glass",
    "Motors",
    "Energy",
    "Water",
    "Plastics",
    "Tools",
    "Brewery",
    "Steel",
    "Ceramics",
    "Turbines",
    "Packaging",
    "Fasteners",
    "Valves",
    "Bakery",
    "Coatings",
    "Bearings",
    "Cables",
    "Filters",
    "Presses",
    "Shipyard",
    "Foundry",
    "Chemicals",
    "Logistics",
    "Optics",
    "Printing",
    "Cement",
];

/// A customer.
pub(super) struct Account {
    pub(super) index: u64,
    pub(super) team: String,
    pub(super) name: String,
    /// Empty where its people use free mail.
    pub(super) domain: String,
    pub(super) employees: u32,
    pub(super) country: &'static str,
    pub(super) industry: &'static str,
    /// Which tier it began in.
    pub(super) tier: usize,
    pub(super) contract: Contract,
    /// Whether a customer success manager looks after it, and which.
    pub(super) csm: Option<usize>,
    pub(super) users: usize,
    /// The week it began, perhaps long before the sample.
    pub(super) signup_week: i32,
    pub(super) signup: Moment,
    /// Whether it began with a trial.
    pub(super) trial: bool,
    /// What it paid a year at first.
    pub(super) arr: f64,
    pub(super) matched: Match,
    /// The standardised logarithm of its employees.
    pub(super) size: f64,
    /// Hidden health and hidden growth.
    pub(super) health: f64,
    pub(super) growth: f64,
}

impl Account {
    pub(super) fn new(seed: u64, index: u64, clock: &Clock) -> Self {
        let mut draws = Draws::new(seed, "account", index);
        let segment = draws.weighted(&[0.55, 0.32, 0.13]);
        let log_employees = [3.2, 5.3, 7.4][segment] + [0.7, 0.6, 0.5][segment] * draws.normal();
        let employees = exp(log_employees).round().max(2.0) as u32;
        let log_employees = ln(f64::from(employees));
        let size = (log_employees - 4.45) / 1.65;
        let tier = (segment as i64 + [-1, 0, 0, 0, 1][draws.index(5)]).clamp(0, 2) as usize;
        let csm = draws.happens(expit(-1.2 + 1.6 * size));
        let place = COUNTRIES[draws.weighted(&[0.5, 0.35, 0.15])];
        let (signup_week, signup) = began(&mut draws, clock);
        let new = signup_week >= HIDDEN;
        let contract = match draws.uniform() {
            share if new && share < 0.07 => Contract::TrialOnly,
            share if share < [0.26, 0.12, 0.07][segment] => Contract::Monthly,
            _ => Contract::Annual,
        };
        let name = name_of(index);
        let free_mail = segment == 0 && draws.happens(0.06);
        Self {
            index,
            team: format!("team-{:08x}", (index as u32).wrapping_add(17).wrapping_mul(0x9E37_79B1)),
            domain: if free_mail { String::new() } else { domain_of(&name) },
            name,
            employees,
            country: place[draws.index(place.len())],
            industry: INDUSTRIES[draws.index(INDUSTRIES.len())],
            tier,
            csm: csm.then(|| draws.index(4)),
            users: 1 + draws.poisson(exp((0.9 + 0.55 * size).min(3.0))) as usize,
            trial: contract == Contract::TrialOnly || (new && draws.happens(0.6)),
            contract,
            signup_week,
            signup,
            arr: (1200.0 * exp(0.75 * (log_employees - 3.2) + 0.35 * draws.normal()) / 12.0).round() * 12.0,
            matched: matched(&mut draws, free_mail, segment),
            size,
            health: draws.normal(),
            growth: draws.normal(),
        }
    }

    /// The mail address of one of its users.
    pub(super) fn email(&self, user: usize) -> String {
        const NAMES: [&str; 12] =
            ["anna", "bram", "chidi", "dana", "emil", "fatima", "goran", "hana", "ivo", "jun", "kaja", "luis"];
        let domain = if self.domain.is_empty() { "gmail.com" } else { &self.domain };
        format!("{}{}@{domain}", NAMES[user % 12], if user < 12 { String::new() } else { (user / 12).to_string() })
    }
}

/// Half are customers before telemetry begins, up to three years; the others arrive evenly.
fn began(draws: &mut Draws, clock: &Clock) -> (i32, Moment) {
    let week = match draws.happens(0.5) {
        true => HIDDEN - draws.between(1, 157) as i32,
        false => draws.between(i64::from(HIDDEN), i64::from(clock.weeks - 1)) as i32,
    };
    let (day, ms) = (draws.between(0, 5), draws.between(7 * 3600, 17 * 3600) * 1000);
    (week, Clock::moment(week, day, ms))
}

fn matched(draws: &mut Draws, free_mail: bool, segment: usize) -> Match {
    let by_domain = if free_mail { Match::ByHand } else { Match::Domain };
    match draws.uniform() {
        share if share < if free_mail { 0.4 } else { 0.08 } => by_domain,
        share if segment == 0 && share < 0.11 => Match::Unknown,
        _ => Match::TeamId,
    }
}

/// A name that no other account has.
fn name_of(index: u64) -> String {
    let (first, round) = (index % 36, index / 36);
    let again = index / (36 * 35);
    let words = format!("{} {}", FIRST[first as usize], SECOND[((first + round) % 35) as usize]);
    if again == 0 { words } else { format!("{words} {}", again + 1) }
}

fn domain_of(name: &str) -> String {
    format!("{}.example", name.to_lowercase().replace(' ', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_accounts_share_a_name_or_a_team() {
        let clock = Clock::new(4);
        let accounts: Vec<Account> = (0..3000).map(|index| Account::new(1, index, &clock)).collect();
        let names: std::collections::BTreeSet<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        let teams: std::collections::BTreeSet<&str> = accounts.iter().map(|account| account.team.as_str()).collect();
        assert_eq!((names.len(), teams.len()), (3000, 3000));
    }
}
