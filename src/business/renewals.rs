//! Renewals, from wherever the plan says: deals of the CRM, terms of subscriptions, or a file (R7.5).

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;

use super::issues;
use super::prepare::table;
use crate::diag::Diagnostic;
use crate::engine::Engine;
use crate::model::column::{Type, Value};
use crate::model::scope::Scope;
use crate::plan::{Plan, Renewals, RenewalsFrom, SideFiles};

const ENTRIES: [(&str, Type); 5] = [
    ("entry", Type::Long),
    ("account", Type::Text),
    ("due_on", Type::Day),
    ("state", Type::Text),
    ("amount", Type::Text),
];

/// Makes `renewals`, and says what of their source could not be used.
pub(super) fn make(engine: &dyn Engine, plan: &Plan, scope: &Scope, side_files: &SideFiles) -> Result<Vec<Diagnostic>> {
    let mut told = Vec::new();
    let nothing = Renewals {
        from: RenewalsFrom::CrmDeals,
        pipeline: String::new(),
        won: Vec::new(),
        lost: Vec::new(),
        due: None,
    };
    let rules = plan.renewals.as_ref().unwrap_or(&nothing);
    match &rules.from {
        RenewalsFrom::CrmDeals => told.extend(deals(engine, plan, rules)?),
        RenewalsFrom::Billing => terms(engine, plan, scope)?,
        RenewalsFrom::File(path) => told.extend(entries(engine, rules, path, side_files.text(path)?)?),
    }
    due_days(engine, plan)?;
    table(engine, "renewals", "settled_renewals", &format!("settled_renewals({})", scope.as_of_end_us))?;
    Ok(told)
}

/// Those of the CRM, by the plan's words for won and lost.
fn deals(engine: &dyn Engine, plan: &Plan, rules: &Renewals) -> Result<Option<Diagnostic>> {
    let told = |stages: &[String], state: &str| -> Vec<Vec<Value>> {
        stages.iter().map(|stage| vec![stage.to_lowercase().into(), state.into()]).collect()
    };
    let rows = [told(&rules.won, "won"), told(&rules.lost, "lost")].concat();
    engine.relation("asked_stages", &[("stage", Type::Text), ("state", Type::Text)], &rows)?;
    local_days(engine, plan, "select epoch_us(closed_at) as us from deals")?;
    let due = rules.due.as_deref();
    let call = format!("renewal_deals({}, {})", quoted(&rules.pipeline), quoted(due.unwrap_or("")));
    table(engine, "told_renewals", "renewal_deals", &call)?;
    let Some(due) = due else { return Ok(None) };
    let counted = engine.query(
        "select count(*) as row_count, count(*) filter (where not has_label) as without from told_renewals",
        &[],
    )?;
    Ok(issues::renewals_without_due(due, counted.count("without", 0), counted.count("row_count", 0)))
}

/// Those that the terms of subscriptions tell.
fn terms(engine: &dyn Engine, plan: &Plan, scope: &Scope) -> Result<()> {
    let call = format!("term_subscriptions({})", scope.as_of_end_us);
    table(engine, "paid_terms", "term_subscriptions", &call)?;
    local_days(engine, plan, "select started_us as us from paid_terms union select ended_us from paid_terms")?;
    table(engine, "told_renewals", "renewal_terms", &format!("renewal_terms(date '{}')", scope.as_of))
}

/// Those of a file; rows that cannot be read, or whose account nobody knows, are counted and said.
fn entries(engine: &dyn Engine, rules: &Renewals, path: &str, text: Option<String>) -> Result<Vec<Diagnostic>> {
    let Some(text) = text else {
        engine.relation("entries", &ENTRIES, &[])?;
        table(engine, "told_renewals", "renewal_entries", "renewal_entries()")?;
        return Ok(vec![issues::renewals_not_opened(path)]);
    };
    let read = read(rules, &text);
    engine.relation("entries", &ENTRIES, &read.rows)?;
    table(engine, "told_renewals", "renewal_entries", "renewal_entries()")?;
    let known = engine.query("select count(*) as row_count from told_renewals", &[])?.count("row_count", 0);
    let unmatched = (read.rows.len() as u64).saturating_sub(known);
    let told = [issues::renewals_unreadable(path, &read.problems), issues::renewals_unmatched(path, unmatched, &read)];
    Ok(told.into_iter().flatten().collect())
}

/// What a file of renewals holds.
pub(super) struct Read {
    /// Row number, account, day, state, amount.
    pub(super) rows: Vec<Vec<Value>>,
    /// Line and what is wrong with it.
    pub(super) problems: Vec<(u64, String)>,
}

/// Reads `account, due_on, state[, amount]` by the header's names.
fn read(rules: &Renewals, text: &str) -> Read {
    let text = text.trim_start_matches('\u{feff}');
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') && !header.contains(',') { b';' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut found = Read { rows: Vec::new(), problems: Vec::new() };
    let headers = reader.headers().cloned().unwrap_or_default();
    let place = |name: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(name));
    let (Some(account), Some(due_on), Some(state)) = (place("account"), place("due_on"), place("state")) else {
        found.problems.push((1, "the header does not name `account`, `due_on` and `state`".to_owned()));
        return found;
    };
    let amount = place("amount");
    for (entry, record) in (1_i64..).zip(reader.records()) {
        let Ok(record) = record else {
            found.problems.push((entry.unsigned_abs() + 1, "it is no row of a table".to_owned()));
            continue;
        };
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |place: usize| record.get(place).unwrap_or_default();
        match (day(cell(due_on)), told_state(rules, cell(state))) {
            _ if cell(account).is_empty() => found.problems.push((line, "it names no account".to_owned())),
            (None, _) => found.problems.push((line, format!("`{}` is no day (2026-03-31)", cell(due_on)))),
            (_, None) => {
                let problem = format!("`{}` is neither won, lost nor open, nor a word of `won` or `lost`", cell(state));
                found.problems.push((line, problem));
            }
            (Some(day), Some(state)) => {
                let amount = amount.map(cell).filter(|amount| !amount.is_empty());
                found.rows.push(vec![entry.into(), cell(account).into(), day.into(), state.into(), amount.into()]);
            }
        }
    }
    found
}

fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// `won`, `lost`, `open`, or what the plan's words for won and lost mean.
fn told_state(rules: &Renewals, text: &str) -> Option<&'static str> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let one_of = |words: &[String]| words.iter().any(|word| text.to_lowercase() == word.to_lowercase());
    if is("won") || one_of(&rules.won) {
        Some("won")
    } else if is("lost") || one_of(&rules.lost) {
        Some("lost")
    } else {
        is("open").then_some("open")
    }
}

/// `local_days`: the local day of each moment. Zones are resolved here, since the engine has none.
fn local_days(engine: &dyn Engine, plan: &Plan, moments: &str) -> Result<()> {
    let frame = engine.query(&format!("select distinct us from ({moments}) where us is not null order by us"), &[])?;
    let rows: Vec<Vec<Value>> = (0..frame.rows())
        .filter_map(|row| frame.long("us", row))
        .map(|us| vec![us.into(), plan.workspace.calendar.day(us).into()])
        .collect();
    engine.relation("local_days", &[("us", Type::Long), ("local_day", Type::Day)], &rows)
}

/// `due_days`: the instant at which each renewal's day begins.
fn due_days(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let frame = engine.query("select distinct due_on from told_renewals order by due_on", &[])?;
    let days: BTreeSet<Date> = (0..frame.rows()).filter_map(|row| frame.day("due_on", row)).collect();
    let rows: Vec<Vec<Value>> =
        days.into_iter().map(|day| vec![day.into(), plan.workspace.calendar.start_us(day).into()]).collect();
    engine.relation("due_days", &[("due_on", Type::Day), ("due_us", Type::Long)], &rows)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
