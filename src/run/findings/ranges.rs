//! A metric computed over one range as a whole: distinct counts counted anew, cohorts by those starters whose window has
//! closed, beside the same start dates of last year.

use anyhow::Result;

use super::{retention, shown};
use crate::model::length::Length;
use crate::model::metric::{Metric, Traction, TractionKind};
use crate::model::period::{Period, Unit, days_between, plus_days, plus_months};
use crate::model::question::Question;
use crate::model::reading::{Cell, Reading, Share};
use crate::report::inputs::{Range, ToDate};
use crate::run::desk::Desk;
use crate::stats::interval::wilson;

/// The readings of a range and of the same dates a year before; without a value where the kind is read at a day, or while no
/// window in it has closed.
pub(super) fn to_date(desk: &Desk<'_>, traction: &Traction, range: Range) -> Result<ToDate> {
    let Some((days, this)) = counted(desk, traction, range.this)? else {
        return Ok(ToDate { range, counted: None, this: None, last_year: None });
    };
    // Weeks have a counterpart 364 days before, as on the chart; all else the same dates.
    let by_week = matches!(&traction.kind, TractionKind::Retention(retention) if retention.period <= Unit::Week);
    let before = |day| if by_week { plus_days(day, -364) } else { plus_months(day, -12) };
    let last_year = over(desk, traction, Period { start: before(days.start), end: before(days.end) })?;
    let counted = Some(days).filter(|days| *days != range.this);
    Ok(ToDate { range, counted, this, last_year })
}

/// The days of a range whose starters have had all their time, and their reading; all of it where nothing starts. Of a
/// retention the cohorts that lie in it.
fn counted(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<(Period, Option<Reading>)>> {
    let within = match &traction.kind {
        TractionKind::Activation(activation) => Some(activation.within.micros()),
        TractionKind::Funnel(funnel) => Some(funnel.within.micros()),
        TractionKind::Retention(_) => {
            let cohorts = cohorts(desk, traction, range)?;
            let ends = cohorts.first().zip(cohorts.last());
            let days = ends.map(|(first, last)| Period { start: first.period.start, end: last.period.end });
            return Ok(days.map(|days| (days, together(days, &cohorts))));
        }
        TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => None,
    };
    // The last day whose last instant is the beginning of a window that has closed.
    let closed = within.map(|within| desk.plan.workspace.calendar.day(desk.scope.as_of_end_us - within));
    let days = Period { start: range.start, end: closed.map_or(range.end, |closed| closed.min(range.end)) };
    if days.end > days.start { Ok(Some((days, over(desk, traction, days)?))) } else { Ok(None) }
}

/// The reading of some days.
fn over(desk: &Desk<'_>, traction: &Traction, days: Period) -> Result<Option<Reading>> {
    match &traction.kind {
        TractionKind::Active(_) => distinct(desk, traction, days),
        TractionKind::Activation(_) | TractionKind::Retention(_) => Ok(together(days, &cohorts(desk, traction, days)?)),
        TractionKind::Funnel(_) => last_step(desk, traction, days),
        TractionKind::Adoption(_) | TractionKind::Gauge(_) => Ok(None),
    }
}

/// Distinct actors over the range: a trailing window of its length, read at its last day.
fn distinct(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Reading>> {
    let mut whole = traction.clone();
    if let TractionKind::Active(active) = &mut whole.kind {
        active.trailing = Some(Length::days(u32::try_from(days_between(range.start, range.end)).unwrap_or(1)));
    }
    let day = plus_days(range.end, -1);
    let question = Question { from: Some(day), to: Some(day), period: Some(Unit::Day), ..Question::default() };
    let series = desk.measure(&Metric::Traction(whole), &question)?;
    Ok(series.readings.into_iter().next().map(|reading| Reading { period: range, ..reading }).filter(is_settled))
}

fn is_settled(reading: &Reading) -> bool {
    reading.settled
}

/// The reading of some cohorts together; nothing where there is none.
fn together(days: Period, cohorts: &[Reading]) -> Option<Reading> {
    let sum = |of: fn(&Share) -> u64| cohorts.iter().filter_map(|row| row.share.as_ref()).map(of).sum::<u64>();
    let (eligible, counted) = (sum(|share| share.eligible), sum(|share| share.counted));
    let complete_at_us = cohorts.iter().map(|row| row.complete_at_us).max()?;
    Some(Reading {
        period: days,
        segment: Cell::default(),
        value: (eligible > 0).then(|| counted as f64 / eligible as f64),
        share: Some(Share { eligible, counted, interval: wilson(counted, eligible) }),
        rest: Vec::new(),
        settled: true,
        complete_at_us,
        left_truncated: cohorts.iter().any(|row| row.left_truncated),
        segment_assumed: false,
        missing_days: Vec::new(),
    })
}

/// The cohorts that lie in the range and whose window has closed, in order: of a retention in periods of its own, of an
/// activation by day.
fn cohorts(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Vec<Reading>> {
    let metric = Metric::Traction(traction.clone());
    let unit = retention(&metric).map_or(Unit::Day, |retention| retention.period);
    let question = Question { period: Some(unit), ..asked(range) };
    let lies_in = |reading: &Reading| reading.period.start >= range.start && reading.period.end <= range.end;
    let mut rows = shown(&metric, desk.measure(&metric, &question)?).readings;
    rows.retain(|reading| lies_in(reading) && reading.settled);
    Ok(rows)
}

/// The last step over the whole range.
fn last_step(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Reading>> {
    let mut whole = traction.clone();
    if let TractionKind::Funnel(funnel) = &mut whole.kind {
        funnel.period = None;
    }
    Ok(desk.measure(&Metric::Traction(whole), &asked(range))?.readings.pop().filter(is_settled))
}

fn asked(range: Period) -> Question {
    Question { from: Some(range.start), to: Some(plus_days(range.end, -1)), ..Question::default() }
}
