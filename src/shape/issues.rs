//! What this stage has to say, one function per code.

use jiff::civil::Date;

use super::MatchRate;
use crate::diag::{Diagnostic, nearest};
use crate::model::scope::{Freshness, SourceSpan};
use crate::plan::Plan;
use crate::plan::source::Source;

/// Every code of this stage, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    vec![
        ("source-stale", "a source lies further behind the last day that is read than its limit"),
        ("source-empty", "a source that the plan needs has no row"),
        ("as-of-behind", "no source has a late enough day complete, so everything read lies behind"),
        ("before-telemetry", "rows lie so far before all others that no metric reads them"),
        ("accounts-unmatched", "paying customers match no product account"),
        ("companies-unmatched", "product accounts match no company of the CRM"),
        ("name-ambiguous", "deals name a company, and several companies have that name"),
        ("zone-differs", "the lake's days are cut in another zone than the plan's: `ingest` cuts them anew"),
        ("memberships-many", "events belong to no account, since their users are members of several"),
        ("own-people", "users of our own were left out"),
        ("segment-unmapped", "a segment's map does not name every value"),
        ("signal-unseen", "a signal of the plan has never matched an event"),
        ("data-check", "rows exist that should not"),
    ]
}

/// A source lies further behind than its limit.
pub(super) fn stale(plan: &Plan, source: &Source, span: &SourceSpan, as_of: Date) -> Option<Diagnostic> {
    let (warn, error) = super::scope::limits(plan, source);
    let (days, limit) = match span.freshness {
        Freshness::Fresh | Freshness::Empty => return None,
        Freshness::Late(days) => (days, warn),
        Freshness::Stale(days) => (days, error),
    };
    let last = span.last_day.map_or(String::new(), |day| format!(", on {day}"));
    let what = format!("`{}` lies {days} days behind {as_of}", source.name);
    let issue = match span.freshness {
        Freshness::Stale(_) => Diagnostic::error("source-stale", what)
            .because("the metrics that depend on it are held back; the others go out"),
        Freshness::Late(_) | Freshness::Fresh | Freshness::Empty => Diagnostic::warning("source-stale", what),
    };
    Some(
        issue
            .because(format!("its newest rows speak of its last day{last}; it may lie {} behind", limit.words()))
            .hint(format!("bring newer files, then `throughline ingest {}`", source.name)),
    )
}

/// A source that the plan needs, and that has given no row.
pub(super) fn source_empty(source: &Source) -> Diagnostic {
    Diagnostic::warning("source-empty", format!("`{}` has no row yet", source.name))
        .because("what rests on it has no figure, or stands at zero")
        .hint(format!("bring its files, then `throughline ingest {}`", source.name))
        .hint(format!("if it may be missing, set `optional = true` under `[sources.{}]`", source.name))
}

/// Everything read lies behind the day it could be read up to.
pub(super) fn as_of_behind(as_of: Date, yesterday: Date, days: i64) -> Diagnostic {
    Diagnostic::warning("as-of-behind", format!("the last complete day is {as_of}, {days} days before {yesterday}"))
        .because("no source has a later day complete, so nothing after it is read")
        .hint("bring newer files, then `throughline ingest`; or ask for a day with `--as-of`")
}

/// A signal that has never matched an event, of these names.
pub(super) fn signal_unseen(signal: &str, names: &[String], known: &[String], has_test: bool) -> Diagnostic {
    let of = names.first().filter(|_| !names.iter().any(|name| known.contains(name)));
    let near = of.and_then(|name| nearest(name, known.iter().map(String::as_str)));
    let problem = Diagnostic::warning("signal-unseen", format!("the signal `{signal}` has never matched an event"));
    match (of, near) {
        (Some(name), Some(near)) => {
            problem.because(format!("no event is called `{name}`")).hint(format!("did you mean `{near}`?"))
        }
        (Some(name), None) => {
            problem.because(format!("no event is called `{name}`")).hint("see the names with `throughline events`")
        }
        (None, _) => problem
            .because(match has_test {
                true => "its events are there, and none passes its test",
                false => "its events are there, and none has the property whose values it counts",
            })
            .hint("see properties and their values with `throughline events NAME`"),
    }
}

/// Rows so far before all others that no metric reads them.
pub(super) fn before_telemetry(first: Date, rows: u64) -> Diagnostic {
    let rows_word = if rows == 1 { "1 row lies".to_owned() } else { format!("{rows} rows lie") };
    Diagnostic::warning("before-telemetry", format!("{rows_word} before telemetry begins on {first}"))
        .because(
            "a gap of 90 days or more follows, with fewer than 0.1% of all rows before it; a device's clock was wrong",
        )
        .because("the rows stay in the lake; no metric reads them")
}

/// Paying customers that match no account: a warning beyond the plan's limit of revenue.
pub(super) fn customers_unmatched(rate: &MatchRate, limit: f64) -> Option<Diagnostic> {
    let missing = rate.customers - rate.customers_matched;
    if missing == 0 || rate.mrr_micros == 0 {
        return None;
    }
    let share = 1.0 - rate.mrr_matched_micros as f64 / rate.mrr_micros as f64;
    let what = format!("{missing} of {} paying customers match no product account", rate.customers);
    let told = if share > limit {
        Diagnostic::warning("accounts-unmatched", what)
    } else {
        Diagnostic::note("accounts-unmatched", what)
    };
    let held = format!("they hold {:.0}% of MRR; the plan allows up to {:.0}%", share * 100.0, limit * 100.0);
    Some(
        told.because(held)
            .because("every figure that joins use and revenue rests on the rest")
            .hint("add a rule under `[identity]`, or see `throughline accounts suggest`"),
    )
}

/// Accounts that match no company.
pub(super) fn accounts_unmatched(rate: &MatchRate) -> Option<Diagnostic> {
    let missing = rate.accounts - rate.accounts_matched;
    (missing > 0).then(|| {
        Diagnostic::note("companies-unmatched", format!("{missing} of {} accounts match no CRM company", rate.accounts))
            .because("their segments from the CRM are empty")
            .hint("add a rule under `[identity] crm`, or see `throughline accounts suggest`")
    })
}

/// Events of users who were members of several accounts at the time.
pub(super) fn memberships_many(events: u64) -> Option<Diagnostic> {
    (events > 0).then(|| {
        let what = match events {
            1 => "1 event belongs to no account: its user is a member of several".to_owned(),
            _ => format!("{events} events belong to no account: their users are members of several"),
        };
        Diagnostic::warning("memberships-many", what)
            .because("the event names no account, and membership puts its user in more than one at the time")
            .hint("let the events name their account, or end memberships with a `to` date")
    })
}

/// Deals that name a company, and not which of several of that name.
pub(super) fn name_ambiguous(source: &str, deals: u64, name: &str, companies: u64) -> Diagnostic {
    let deals_word = if deals == 1 { "1 deal".to_owned() } else { format!("{deals} deals") };
    let belong = if deals == 1 { "belongs" } else { "belong" };
    Diagnostic::warning(
        "name-ambiguous",
        format!("{deals_word} of `{source}` {belong} to no company: several have its name"),
    )
    .because(format!("they give a name and no id; for instance `{name}` is the name of {companies} companies"))
    .hint("export the deals with the ids of their companies, or merge the companies in the CRM")
}

/// The lake was written with another zone than the plan has.
pub(super) fn zone_differs(plan: &Plan, lake: &str) -> Diagnostic {
    let zone = &plan.workspace.timezone;
    Diagnostic::error("zone-differs", format!("the lake's days are cut in {lake}, and the plan's `timezone` is {zone}"))
        .because("every figure would stand under the wrong day")
        .hint(format!("cut them anew with `throughline ingest`, or set `timezone = \"{lake}\"` again"))
}

/// Our own people, left out.
pub(super) fn own_people(users: u64, accounts: u64) -> Option<Diagnostic> {
    (users > 0).then(|| {
        Diagnostic::note(
            "own-people",
            format!("{users} users of our own are left out, and {accounts} accounts of theirs alone"),
        )
        .because("their mail addresses are in `exclude_domains`")
    })
}

/// Values that a segment's map does not name.
pub(super) fn unmapped(segment: &str, values: &[String]) -> Diagnostic {
    let shown: Vec<_> = values.iter().take(5).map(|value| format!("`{value}`")).collect();
    let more = if values.len() > 5 { format!(" and {} more", values.len() - 5) } else { String::new() };
    Diagnostic::warning(
        "segment-unmapped",
        format!("the map of segment `{segment}` does not name {} values", values.len()),
    )
    .because(format!("they keep their text: {}{more}", shown.join(", ")))
    .hint("add a row for each to the map's file")
}

/// A data check that found rows that should not exist: what they are, how many, and one of them.
pub(super) fn check_failed(name: &str, what: &str, rows: u64, example: Option<&str>) -> Option<Diagnostic> {
    let rows_word = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
    let told = || {
        Diagnostic::warning("data-check", format!("the check `{name}` finds {rows_word} that should not exist"))
            .because(what)
    };
    (rows > 0).then(|| example.into_iter().fold(told(), |told, row| told.because(format!("for instance {row}"))))
}
