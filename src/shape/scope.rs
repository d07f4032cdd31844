//! What may be read: the day up to which, where telemetry begins, and how far each source has come (R0.3, R0.4, R9.1).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;

use super::issues;
use crate::diag::Diagnostic;
use crate::engine::Engine;
use crate::model::length::Length;
use crate::model::period::{days_between, plus_days};
use crate::model::scope::{Freshness, Scope, SourceSpan};
use crate::plan::Plan;
use crate::plan::source::{Kind, Resolution, Source};

/// A gap of so many days may end what came before it.
const GAP_DAYS: i64 = 90;
/// Under so many rows telemetry begins with its first.
const FEW_ROWS: u64 = 1_000;

/// Decides the scope, and says what a reader should know of it.
pub(super) fn decide(
    engine: &dyn Engine,
    plan: &Plan,
    ask: &super::Ask<'_>,
    issues: &mut Vec<Diagnostic>,
) -> Result<Scope> {
    let days = source_days(engine)?;
    let began = begins(&days);
    let yesterday = plus_days(plan.workspace.calendar.day(ask.now_us), -1);
    let spans = spans(engine, plan, &days, (began.map(|(first, _)| first), ask.as_of.unwrap_or(yesterday)))?;
    let as_of = ask.as_of.unwrap_or_else(|| default_as_of(plan, &spans, yesterday));
    if ask.as_of.is_none() {
        issues.extend(behind(plan, as_of, yesterday));
    }
    if let Some((first, rows)) = began.filter(|(_, rows)| *rows > 0) {
        issues.push(issues::before_telemetry(first, rows));
    }
    let first_day = began.map(|(first, _)| first);
    let sources: Vec<_> =
        plan.sources.iter().zip(spans).map(|(source, span)| aged(plan, source, span, as_of)).collect();
    issues.extend(
        plan.sources.iter().zip(&sources).filter_map(|(source, span)| issues::stale(plan, source, span, as_of)),
    );
    let has_days = |source: &Source| dated_by_rows(source.kind) || source.kind.is_crm() || source.kind.is_billing();
    let needed = plan.sources.iter().zip(&sources).filter(|(source, _)| has_days(source) && !source.optional);
    issues.extend(
        needed.filter(|(_, span)| span.freshness == Freshness::Empty).map(|(source, _)| issues::source_empty(source)),
    );
    Ok(Scope {
        as_of,
        as_of_end_us: plan.workspace.calendar.start_us(plus_days(as_of, 1)),
        as_of_is_explicit: ask.as_of.is_some(),
        first_day,
        known_since: plan.workspace.known_since.or(first_day.map(|day| plus_days(day, 28))),
        sources,
        kept: ask.kept.clone(),
    })
}

/// Rows per source and day, in order of day.
type SourceDays = Vec<(Date, String, u64)>;

fn source_days(engine: &dyn Engine) -> Result<SourceDays> {
    let frame = engine.query(
        "select source, local_day, cast(sum(row_count) as bigint) as row_count from fact_days \
         group by source, local_day order by local_day, source",
        &[],
    )?;
    let row = |row| Some((frame.day("local_day", row)?, frame.text("source", row)?, frame.count("row_count", row)));
    Ok((0..frame.rows()).filter_map(row).collect())
}

/// Where telemetry begins, and how many rows lie before: after the last gap of 90 days or more with fewer than 0.1 % of
/// all rows before it, so that one device set to another year makes no years of zeros (lake.md 15).
fn begins(days: &SourceDays) -> Option<(Date, u64)> {
    let total: u64 = days.iter().map(|(_, _, rows)| rows).sum();
    let mut first = (days.first()?.0, 0);
    let mut before = 0;
    for pair in days.windows(2) {
        before += pair[0].2;
        let gap = days_between(pair[0].0, pair[1].0);
        if total >= FEW_ROWS && gap >= GAP_DAYS && before * 1_000 < total {
            first = (pair[1].0, before);
        }
    }
    Some(first)
}

/// What each source covers from a day until a day, in the plan's order, freshness left to [`aged`].
fn spans(
    engine: &dyn Engine,
    plan: &Plan,
    days: &SourceDays,
    (begin, until): (Option<Date>, Date),
) -> Result<Vec<SourceSpan>> {
    let mut seen: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for (day, source, _) in days.iter().filter(|(day, _, _)| begin.is_none_or(|begin| *day >= begin)) {
        seen.entry(source.as_str()).or_default().insert(*day);
    }
    let files = engine.query(
        "select source, min(coalesce(day, first_day)) as first_day, max(coalesce(day, last_day)) as last_day \
         from lake_files group by source order by source",
        &[],
    )?;
    let mut told: BTreeMap<String, (Option<Date>, Option<Date>)> = BTreeMap::new();
    for row in 0..files.rows() {
        let source = files.text("source", row).unwrap_or_default();
        told.insert(source, (files.day("first_day", row), files.day("last_day", row)));
    }
    let ties = ties(engine)?;
    let span = |source: &Source| {
        let name = source.name.as_str();
        let (first_day, last_day) = match dated_by_rows(source.kind) {
            true => seen.get(name).map_or((None, None), |days| (days.first().copied(), days.last().copied())),
            false => told.get(name).copied().unwrap_or_default(),
        };
        SourceSpan {
            source: source.name.clone(),
            first_day,
            last_day,
            freshness: Freshness::Empty,
            due: None,
            tie_us: source.resolution.or(ties.get(name).copied()).map_or(0, tie_us),
            missing_days: seen
                .get(name)
                .filter(|_| source.expects_daily)
                .map_or(Vec::new(), |seen| SourceSpan::days_without(seen, until)),
        }
    };
    Ok(plan.sources.iter().map(span).collect())
}

/// How finely each source's times tell, over all its files (R3.6, lake.md 22): two different fractions of a second anywhere
/// make it finer than a second, else a written time of day a second, else it tells days.
fn ties(engine: &dyn Engine) -> Result<BTreeMap<String, Resolution>> {
    let frame = engine.query(
        "select told.source, count(distinct told.fraction) as fractions, max(told.clock) as clock from (select source, \
         unnest(coalesce(json_extract_string(verdicts, '$.fractions[*]'), [])) as fraction, 0 as clock from lake_files \
         union all select source, null as fraction, \
         case when json_extract_string(verdicts, '$.clock') = 'true' then 1 else 0 end as clock \
         from lake_files where json_extract_string(verdicts, '$.clock') is not null) as told \
         group by told.source order by told.source",
        &[],
    )?;
    let row = |row| {
        let resolution = match (frame.count("fractions", row), frame.count("clock", row)) {
            (2.., _) => Resolution::Subsecond,
            (_, 1..) => Resolution::Second,
            (0 | 1, 0) => Resolution::Day,
        };
        Some((frame.text("source", row)?, resolution))
    };
    Ok((0..frame.rows()).filter_map(row).collect())
}

fn tie_us(resolution: Resolution) -> i64 {
    match resolution {
        Resolution::Subsecond => 0,
        Resolution::Second => 1_000_000,
        Resolution::Day => 86_400_000_000,
    }
}

/// Whether a source's own rows say how far it has come; of others its files do.
fn dated_by_rows(kind: Kind) -> bool {
    kind.is_telemetry() || kind == Kind::Snapshots
}

/// The last day of which a source has all rows: the one before its last, less its lag.
fn complete_day(source: &Source, span: &SourceSpan) -> Option<Date> {
    span.last_day.map(|day| plus_days(day, -1 - source.lag.whole_days()))
}

/// The last complete day that every source has, leaving out optional ones and those far behind the freshest (R0.3).
fn default_as_of(plan: &Plan, spans: &[SourceSpan], yesterday: Date) -> Date {
    let complete: Vec<_> = plan
        .sources
        .iter()
        .zip(spans)
        .filter(|(source, _)| dated_by_rows(source.kind) && !source.optional)
        .filter_map(|(source, span)| Some((source, complete_day(source, span)?)))
        .collect();
    let Some(freshest) = complete.iter().map(|(_, day)| *day).max() else { return yesterday };
    let held = complete.iter().filter(|(source, day)| !exceeds(days_between(*day, freshest), limits(plan, source).0));
    held.map(|(_, day)| *day).min().unwrap_or(freshest).min(yesterday)
}

/// The span with its freshness, counted from `as_of` (R9.1). Releases, evidence and members age only where they say so.
fn aged(plan: &Plan, source: &Source, span: SourceSpan, as_of: Date) -> SourceSpan {
    let ages = dated_by_rows(source.kind) || source.kind.is_crm() || source.kind.is_billing() || source.stale.is_some();
    let last = if dated_by_rows(source.kind) { complete_day(source, &span) } else { span.last_day };
    let (warn, error) = limits(plan, source);
    let due = last.filter(|_| ages).map(|last| plus_days(last, warn.micros() / 86_400_000_000));
    let freshness = match last {
        None => Freshness::Empty,
        Some(last) => match days_between(last, as_of) {
            behind if ages && exceeds(behind, error) => Freshness::Stale(behind),
            behind if ages && exceeds(behind, warn) => Freshness::Late(behind),
            _ => Freshness::Fresh,
        },
    };
    let missing_days = span.missing_days.into_iter().filter(|day| *day <= as_of).collect();
    SourceSpan { freshness, due, missing_days, ..span }
}

/// A source's limits of staleness: its own, else the plan's.
pub(super) fn limits(plan: &Plan, source: &Source) -> (Length, Length) {
    source.stale.unwrap_or((plan.limits.stale_warn, plan.limits.stale_error))
}

fn exceeds(days: i64, limit: Length) -> bool {
    days * 86_400_000_000 > limit.micros()
}

/// Says that `as_of` lies further behind than any lag explains (lake.md 19).
fn behind(plan: &Plan, as_of: Date, yesterday: Date) -> Option<Diagnostic> {
    let lag = plan.sources.iter().map(|source| source.lag.micros()).max().unwrap_or(0);
    let days = days_between(as_of, yesterday);
    (days * 86_400_000_000 > plan.limits.stale_warn.micros() + lag)
        .then(|| issues::as_of_behind(as_of, yesterday, days))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn days(rows: &[(Date, u64)]) -> SourceDays {
        rows.iter().map(|(day, rows)| (*day, "product".to_owned(), *rows)).collect()
    }

    #[test]
    fn a_device_set_to_another_year_does_not_begin_telemetry() {
        let all = days(&[(date(2004, 1, 1), 1), (date(2026, 1, 1), 2_000), (date(2026, 1, 2), 2_000)]);
        assert_eq!(begins(&all), Some((date(2026, 1, 1), 1)));
    }

    #[test]
    fn a_long_pause_after_many_rows_is_part_of_the_history() {
        let all = days(&[(date(2025, 1, 1), 500), (date(2026, 1, 1), 2_000)]);
        assert_eq!(begins(&all), Some((date(2025, 1, 1), 0)));
        assert_eq!(begins(&days(&[(date(2004, 1, 1), 1), (date(2026, 1, 1), 900)])), Some((date(2004, 1, 1), 0)));
        assert_eq!(begins(&Vec::new()), None);
    }
}
