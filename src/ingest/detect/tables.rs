//! Tables that no tool's names give away: events, readings, subscriptions and memberships by what their columns hold.

use super::Certainty;
use super::kinds::{Told, known, unknown};
use super::profile::{Key, Profile, squeezed};
use crate::plan::source::Kind;

const EVENTS: &[&str] = &["event", "event_name", "name", "action", "event_type", "activity"];
const TIMES: &[&str] = &[
    "time",
    "timestamp",
    "occurred_at",
    "created_at",
    "date",
    "datetime",
    "taken_at",
    "observed_at",
    "at",
    "day",
    "ts",
];
const USERS: &[&str] = &["user", "user_id", "distinct_id", "uid", "person_id", "actor", "email"];
const IDS: &[&str] = &["id", "event_id", "uuid"];
/// What companies call the unit that counts and pays, the likeliest first.
pub(super) const ACCOUNTS: &[&str] = &[
    "account",
    "team",
    "company",
    "organization",
    "organisation",
    "org",
    "workspace",
    "tenant",
    "group",
    "customer",
    "client",
    "project",
    "instance",
    "site",
];

/// Tells what a file without a tool's names is.
pub(super) fn told(profile: &Profile) -> Told {
    if let Some(told) = members(profile).or_else(|| events(profile)).or_else(|| subscriptions(profile)) {
        return told;
    }
    readings(profile).unwrap_or_else(|| {
        let names: Vec<_> = profile.keys.keys().take(8).map(|name| format!("`{name}`")).collect();
        unknown(match names.is_empty() {
            true => "it has no rows".to_owned(),
            false => format!("no kind has rows with {}", names.join(", ")),
        })
    })
}

/// Whether a name names an account: `team`, `team_id`, `teamId`, `Team ID`.
pub(super) fn account_rank(name: &str) -> Option<usize> {
    let plain = squeezed(name.rsplit('.').next().unwrap_or(name));
    let plain = plain.strip_prefix('$').unwrap_or(&plain).to_owned();
    let bare = plain.strip_suffix("id").or(plain.strip_suffix("slug")).unwrap_or(&plain);
    ACCOUNTS.iter().position(|account| *account == bare || *account == plain)
}

/// The path of the first of these names whose values do.
fn column<'a>(profile: &'a Profile, names: &[&str], fits: &dyn Fn(&Key) -> bool) -> Option<&'a str> {
    names.iter().find_map(|name| profile.path(name).filter(|path| fits(&profile.keys[*path])))
}

fn mostly_times(key: &Key) -> bool {
    key.rows > 0 && key.times * 10 >= key.rows * 8
}

fn time_of(profile: &Profile) -> Option<&str> {
    // A column that is called a time may hold many that cannot be read; any other must hold little else.
    let named = column(profile, TIMES, &|key| key.rows > 0 && key.times * 3 >= key.rows);
    named.or_else(|| profile.keys.iter().find(|(_, key)| mostly_times(key)).map(|(name, _)| name.as_str()))
}

fn account_of(profile: &Profile) -> Option<&str> {
    let ranked = profile.keys.iter().filter(|(_, key)| key.rows * 2 >= profile.rows.max(1));
    ranked.filter_map(|(name, _)| Some((account_rank(name)?, name))).min().map(|(_, name)| name.as_str())
}

fn members(profile: &Profile) -> Option<Told> {
    const ALL: &[&str] = &["user", "userid", "account", "accountid", "from", "to", "validfrom", "validto"];
    let all_known = profile.keys.keys().all(|name| ALL.contains(&squeezed(name).as_str()));
    let (user, account) =
        (profile.path("user").or(profile.path("user_id"))?, profile.path("account").or(profile.path("account_id"))?);
    all_known.then(|| {
        known(
            Kind::Members,
            Certainty::Likely,
            format!("it has nothing but `{user}` and `{account}` and from when to when"),
        )
    })
}

fn events(profile: &Profile) -> Option<Told> {
    let text = |key: &Key| key.rows > 0 && key.numbers * 2 < key.rows && key.times * 2 < key.rows;
    // A name of an event comes again and again, a name of a company does not.
    let again = |key: &Key| text(key) && (key.values.len() as u64 * 2 <= key.rows || key.rows < 20);
    let event = column(profile, EVENTS, &again)?;
    let time = time_of(profile)?;
    let user = column(profile, USERS, &|key| key.rows > 0);
    let account = account_of(profile);
    if user.is_none() && account.is_none() {
        return None;
    }
    let certainty = if squeezed(event) == "name" || user.is_none() { Certainty::Guess } else { Certainty::Likely };
    let mut told = known(Kind::Events, certainty, format!("`{event}` names events, and `{time}` holds times"));
    told.because.extend(user.map(|user| format!("`{user}` names users")));
    let usual = |names: &[&str], path: &str| names.iter().take(3).any(|name| profile.is_found_as(name, path));
    for (key, path, names) in [("event", Some(event), EVENTS), ("time", Some(time), TIMES), ("user", user, USERS)] {
        told.keys.extend(path.filter(|path| !usual(names, path)).map(|path| (key.to_owned(), quoted(path))));
    }
    let id =
        column(profile, IDS, &|key| key.rows > 0 && (key.values.len() as u64) < key.rows && key.values.len() < 2_000);
    if let Some(id) = id {
        told.because.push(format!("`{id}` is not different in every row: rows with equal ones count once"));
    }
    Some(told)
}

fn subscriptions(profile: &Profile) -> Option<Told> {
    const OURS: &[(&str, &[&str])] = &[
        ("id", &["id", "subscription", "subscription_id"]),
        ("customer", &["customer", "customer_id"]),
        ("customer_name", &["customer_name", "company", "company_name"]),
        ("customer_email", &["customer_email", "email"]),
        ("status", &["status", "state"]),
        ("plan", &["plan", "plan_name", "product", "price"]),
        ("quantity", &["quantity", "qty", "seats"]),
        ("unit_amount", &["unit_amount", "unit_price"]),
        ("amount", &["amount", "total", "mrr", "price_total"]),
        ("interval", &["interval", "every", "period", "billing_period", "period_unit"]),
        ("currency", &["currency", "currency_code"]),
        ("started", &["started", "started_at", "start_date", "start", "created_at"]),
        ("trial_end", &["trial_end", "trial_ends_at"]),
        ("canceled", &["canceled", "canceled_at", "cancelled_at"]),
        ("ended", &["ended", "ended_at", "end_date"]),
    ];
    let found: Vec<_> =
        OURS.iter().filter_map(|(ours, names)| Some((*ours, column(profile, names, &|_| true)?))).collect();
    let has = |ours: &str| found.iter().any(|(name, _)| *name == ours);
    let paid = (has("amount") || has("unit_amount")) && has("interval");
    if !(has("id") && has("status") && paid) {
        return None;
    }
    let columns: Vec<_> = found.iter().map(|(ours, path)| format!("{ours} = {}", quoted(path))).collect();
    let because = "its rows have a status, an amount and how often it is paid".to_owned();
    let mut told = known(Kind::Subscriptions, Certainty::Likely, because);
    told.keys.push(("columns".to_owned(), format!("{{ {} }}", columns.join(", "))));
    Some(told)
}

fn readings(profile: &Profile) -> Option<Told> {
    let (account, time) = (account_of(profile)?, time_of(profile)?);
    let gauges = profile.keys.iter().filter(|(name, key)| {
        name.as_str() != account && name.as_str() != time && key.rows > 0 && key.numbers * 10 >= key.rows * 9
    });
    let gauges: Vec<_> = gauges.map(|(name, _)| format!("`{name}`")).collect();
    if gauges.is_empty() {
        return None;
    }
    let certainty = if gauges.len() > 1 { Certainty::Likely } else { Certainty::Guess };
    let shown = gauges[..gauges.len().min(4)].join(", ");
    let because = format!("each row has an account (`{account}`), a time (`{time}`) and numbers ({shown})");
    let mut told = known(Kind::Snapshots, certainty, because);
    told.keys.push(("time".to_owned(), quoted(time)));
    Some(told)
}

/// The currencies that a file of money names.
pub(super) fn currencies(kind: Kind, profile: &Profile) -> Vec<String> {
    const NAMES: &[&str] = &["currency", "currency_code", "CurrencyIsoCode", "properties.deal_currency_code"];
    let of_money = kind.is_billing() || kind.is_crm();
    let values = NAMES.iter().find_map(|name| profile.key(name).filter(|_| of_money)).map(|key| &key.values);
    let code = |value: &&String| value.len() == 3 && value.bytes().all(|byte| byte.is_ascii_alphabetic());
    values.into_iter().flatten().filter(code).map(|value| value.to_uppercase()).collect()
}

/// A text in TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
