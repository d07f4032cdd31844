//! A metric computed over one range as a whole: distinct counts counted anew, cohorts by their starters.

use anyhow::Result;

use crate::model::length::Length;
use crate::model::metric::{Metric, Traction, TractionKind};
use crate::model::period::{Period, Unit, days_between, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Cell, Reading, Share};
use crate::run::desk::Desk;
use crate::stats::interval::wilson;

/// The reading of a range; nothing where the kind is read at a day, or while a window in it is open.
pub(super) fn over(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Reading>> {
    let reading = match &traction.kind {
        TractionKind::Active(_) => distinct(desk, traction, range)?,
        TractionKind::Activation(_) => starters(desk, traction, range)?,
        TractionKind::Funnel(_) => last_step(desk, traction, range)?,
        TractionKind::Retention(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => None,
    };
    Ok(reading.filter(|reading| reading.settled))
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
    Ok(series.readings.into_iter().next().map(|reading| Reading { period: range, ..reading }))
}

/// Starters of the range whose window has closed, by their days of start.
fn starters(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Reading>> {
    let question = Question { period: Some(Unit::Day), ..asked(range) };
    let days = desk.measure(&Metric::Traction(traction.clone()), &question)?.readings;
    let shares: Vec<Share> = days.iter().filter(|day| day.settled).filter_map(|day| day.share).collect();
    let sum = |of: fn(&Share) -> u64| shares.iter().map(of).sum::<u64>();
    let (eligible, counted) = (sum(|share| share.eligible), sum(|share| share.counted));
    let closes = days.iter().filter(|day| day.settled).map(|day| day.complete_at_us).max();
    Ok(closes.map(|complete_at_us| Reading {
        period: range,
        segment: Cell::default(),
        value: (eligible > 0).then(|| counted as f64 / eligible as f64),
        share: Some(Share { eligible, counted, interval: wilson(counted, eligible) }),
        rest: Vec::new(),
        settled: true,
        complete_at_us,
        left_truncated: days.iter().any(|day| day.left_truncated),
        segment_assumed: false,
        missing_days: Vec::new(),
    }))
}

/// The last step over the whole range.
fn last_step(desk: &Desk<'_>, traction: &Traction, range: Period) -> Result<Option<Reading>> {
    let mut whole = traction.clone();
    if let TractionKind::Funnel(funnel) = &mut whole.kind {
        funnel.period = None;
    }
    Ok(desk.measure(&Metric::Traction(whole), &asked(range))?.readings.pop())
}

fn asked(range: Period) -> Question {
    Question { from: Some(range.start), to: Some(plus_days(range.end, -1)), ..Question::default() }
}
