//! What a pack says about its data: whom they speak for, how fresh they are, what became of every row.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow};
use jiff::civil::Date;

use crate::diag::render;
use crate::engine::{Engine, Frame};
use crate::model::period::plus_days;
use crate::model::scope::{self, Scope};
use crate::plan::Plan;
use crate::report::decisions::{self, Decision};
use crate::report::inputs::{Accounting, Coverage, Fresh, Freshness, Quote, Release};
use crate::run::session::Session;

/// Whom the figures speak for (R9.5).
pub(super) fn coverage(session: &Session, plan: &Plan) -> Result<Coverage> {
    let scope = session.scope();
    let calendar = &plan.workspace.calendar;
    let week = calendar.period(crate::model::period::Unit::Week, plus_days(scope.as_of, 1));
    let seen_since = calendar.start_us(plus_days(week.start, -6 * 7));
    let asked = [(scope.as_of_end_us - 1).into(), seen_since.into()];
    let paying = session.engine.query("select * from coverage(?, ?)", &asked)?;
    if paying.count("customers", 0) > 0 {
        let arr = |column: &str| paying.count(column, 0) as f64 * 12.0 / 1e6;
        return Ok(Coverage {
            accounts: (paying.count("customers_covered", 0), paying.count("customers", 0)),
            revenue: Some((arr("mrr_micros_covered"), arr("mrr_micros"))),
        });
    }
    let accounts = session.engine.query("select * from accounts_covered(?, ?)", &asked)?;
    Ok(Coverage { accounts: (accounts.count("accounts_covered", 0), accounts.count("accounts", 0)), revenue: None })
}

/// How fresh each source is, in the plan's order.
pub(super) fn freshness(scope: &Scope) -> Vec<Freshness> {
    let state = |freshness| match freshness {
        scope::Freshness::Fresh | scope::Freshness::Empty => Fresh::Fresh,
        scope::Freshness::Late(_) => Fresh::Warn,
        scope::Freshness::Stale(_) => Fresh::Held,
    };
    let told = |span: &scope::SourceSpan| Freshness {
        source: span.source.as_str().to_owned(),
        day: span.last_day,
        state: state(span.freshness),
    };
    scope.sources.iter().map(told).collect()
}

/// What became of each source's rows, in the plan's order.
pub(super) fn accounting(session: &Session, plan: &Plan) -> Result<Vec<Accounting>> {
    let sums = session.engine.query("select * from accounting() order by all", &[])?;
    let reasons = reasons(&session.engine.query("select * from set_aside_reasons() order by all", &[])?);
    let row_of = |name: &str| (0..sums.rows()).find(|row| sums.text("source", *row).as_deref() == Some(name));
    let told = |name: &str| {
        let count = |column: &str| row_of(name).map_or(0, |row| sums.count(column, row));
        Accounting {
            source: name.to_owned(),
            read: count("rows_read"),
            accepted: count("rows_accepted"),
            duplicate: count("rows_duplicate"),
            set_aside: count("rows_set_aside"),
            reasons: reasons.get(name).cloned().unwrap_or_default(),
        }
    };
    Ok(plan.sources.iter().map(|source| told(source.name.as_str())).collect())
}

fn reasons(frame: &Frame) -> BTreeMap<String, Vec<(String, u64)>> {
    let mut reasons: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for row in 0..frame.rows() {
        let source = frame.text("source", row).unwrap_or_default();
        let reason = frame.text("reason", row).unwrap_or_default();
        reasons.entry(source).or_default().push((reason, frame.count("row_count", row)));
    }
    reasons
}

/// The days of the exports that billing is known from, in order.
pub(super) fn billing_exports(session: &Session, plan: &Plan) -> Result<Vec<Date>> {
    let sql = "select distinct day, source from lake_files where day is not null and day <= ? order by day, source";
    let frame = session.engine.query(sql, &[session.scope().as_of.into()])?;
    let is_billing =
        |name: &str| plan.sources.iter().any(|source| source.kind.is_billing() && source.name.as_str() == name);
    let told = (0..frame.rows()).filter(|row| frame.text("source", *row).is_some_and(|source| is_billing(&source)));
    let days: BTreeSet<Date> = told.filter_map(|row| frame.day("day", row)).collect();
    Ok(days.into_iter().collect())
}

/// What shipped, by day.
pub(super) fn releases(session: &Session) -> Result<Vec<Release>> {
    let sql = "select * from shipped(?) order by released_on, release_id";
    let frame = session.engine.query(sql, &[session.scope().as_of.into()])?;
    let told = |row| {
        Some(Release {
            id: frame.text("release_id", row)?,
            title: frame.text("title", row)?,
            on: frame.day("released_on", row)?,
            lane: frame.text("lane", row),
            outcome: frame.text("outcome", row),
        })
    };
    Ok((0..frame.rows()).filter_map(told).collect())
}

/// What customers said, by day.
pub(super) fn quotes(session: &Session) -> Result<Vec<Quote>> {
    let sql = "select * from quotes(?) order by all";
    let frame = session.engine.query(sql, &[session.scope().as_of.into()])?;
    let told = |row| {
        Some(Quote {
            account: frame.text("account", row)?,
            on: frame.day("noted_on", row)?,
            outcome: frame.text("outcome", row)?,
            text: frame.text("quote", row)?,
        })
    };
    let mut quotes: Vec<Quote> = (0..frame.rows()).filter_map(told).collect();
    quotes.sort_by(|one, other| (one.on, &one.account).cmp(&(other.on, &other.account)));
    Ok(quotes)
}

/// The decisions file, where the plan names one that is there.
pub(super) fn decisions(session: &Session, plan: &Plan) -> Result<Vec<Decision>> {
    let Some(name) = &plan.sync.decisions else { return Ok(Vec::new()) };
    let Some(text) = session.side_files.text(name)? else { return Ok(Vec::new()) };
    decisions::parse(name, &text).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(|problem| render(problem, Some(&text))).collect();
        anyhow!("{}", told.join("\n")).context(format!("{name} cannot be read"))
    })
}
