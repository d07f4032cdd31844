//! A metric computed over one range as a whole: distinct counts counted anew, cohorts by those starters whose window has
//! closed, beside the same start dates of last year.

use anyhow::Result;

use super::datum;
use crate::measure::kinds::retention::shown_k;
use crate::model::length::Length;
use crate::model::metric::{Metric, Retention, Traction, TractionKind};
use crate::model::period::{Period, Unit, days_between, plus_days, plus_months};
use crate::model::question::Question;
use crate::model::reading::{Cell, Datum, Reading, Share};
use crate::report::inputs::{Range, ToDate};
use crate::run::desk::Desk;
use crate::stats::interval::wilson;

/// The readings of a range and of the same dates a year before; without a value where the kind is read at a day, or while no
/// window in it has closed.
pub(super) fn to_date(desk: &Desk<'_>, traction: &Traction, range: Range) -> Result<ToDate> {
    let closed = closed(desk, traction, range.this)?;
    let this = closed.map_or(Ok(None), |days| over(desk, traction, days))?;
    // Weeks have a counterpart 364 days before, as on the chart; all else the same dates.
    let by_week = matches!(&traction.kind, TractionKind::Retention(retention) if retention.period <= Unit::Week);
    let before = |day| if by_week { plus_days(day, -364) } else { plus_months(day, -12) };
    let same_dates = closed.map(|days| Period { start: before(days.start), end: before(days.end) });
    let last_year = same_dates.map_or(Ok(None), |days| over(desk, traction, days))?;
    let counted = closed.filter(|days| *days != range.this);
    Ok(ToDate { range, counted, this, last_year })
}

/// The days of a range whose starters have had all their time; all of it where nothing starts. Of a retention the cohorts
/// that lie in it.
fn closed(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Period>> {
    let within = match &traction.kind {
        TractionKind::Activation(activation) => activation.within.micros(),
        TractionKind::Funnel(funnel) => funnel.within.micros(),
        TractionKind::Retention(retention) => {
            let cohorts = cohorts(desk, traction, range, &is_shown(retention), retention.period)?;
            let ends = cohorts.first().zip(cohorts.last());
            return Ok(ends.map(|(first, last)| Period { start: first.period.start, end: last.period.end }));
        }
        TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => return Ok(Some(range)),
    };
    // The last day whose last instant is the beginning of a window that has closed.
    let end = desk.plan.workspace.calendar.day(desk.scope.as_of_end_us - within).min(range.end);
    Ok((end > range.start).then_some(Period { start: range.start, end }))
}

/// Of a retention the rows of the k that is shown, cohort by cohort.
fn is_shown(retention: &Retention) -> impl Fn(&Reading) -> bool + use<> {
    let wanted = Datum::Count(i64::from(shown_k(retention)));
    move |reading| datum(reading, "k") == Some(&wanted) && matches!(datum(reading, "cohort_start"), Some(Datum::Day(_)))
}

/// The reading of some days.
fn over(desk: &Desk<'_>, traction: &Traction, days: Period) -> Result<Option<Reading>> {
    match &traction.kind {
        TractionKind::Active(_) => distinct(desk, traction, days),
        TractionKind::Activation(_) => starters(desk, traction, days, &|_| true, Unit::Day),
        TractionKind::Funnel(_) => last_step(desk, traction, days),
        TractionKind::Retention(retention) => starters(desk, traction, days, &is_shown(retention), retention.period),
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

/// Those who started in the range, by periods that lie in it and whose window has closed.
fn starters(
    desk: &Desk<'_>,
    traction: &Traction,
    range: Period,
    is_shown: &dyn Fn(&Reading) -> bool,
    unit: Unit,
) -> Result<Option<Reading>> {
    let rows = cohorts(desk, traction, range, is_shown, unit)?;
    let shares: Vec<Share> = rows.iter().filter_map(|row| row.share).collect();
    let sum = |of: fn(&Share) -> u64| shares.iter().map(of).sum::<u64>();
    let (eligible, counted) = (sum(|share| share.eligible), sum(|share| share.counted));
    let closes = rows.iter().map(|row| row.complete_at_us).max();
    Ok(closes.map(|complete_at_us| Reading {
        period: range,
        segment: Cell::default(),
        value: (eligible > 0).then(|| counted as f64 / eligible as f64),
        share: Some(Share { eligible, counted, interval: wilson(counted, eligible) }),
        rest: Vec::new(),
        settled: true,
        complete_at_us,
        left_truncated: rows.iter().any(|row| row.left_truncated),
        segment_assumed: false,
        missing_days: Vec::new(),
    }))
}

/// The rows of the cohorts that lie in the range and whose window has closed, in order.
fn cohorts(
    desk: &Desk<'_>,
    traction: &Traction,
    range: Period,
    is_shown: &dyn Fn(&Reading) -> bool,
    unit: Unit,
) -> Result<Vec<Reading>> {
    let question = Question { period: Some(unit), ..asked(range) };
    let lies_in = |reading: &Reading| reading.period.start >= range.start && reading.period.end <= range.end;
    let mut rows = desk.measure(&Metric::Traction(traction.clone()), &question)?.readings;
    rows.retain(|reading| is_shown(reading) && lies_in(reading) && reading.settled);
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
