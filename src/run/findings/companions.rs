//! The chart that belongs to a metric's kind: curve, funnel, triangle, stages, movements.

use anyhow::Result;

use super::datum;
use crate::measure;
use crate::model::metric::{BusinessKind, Metric, Retention, Traction, TractionKind};
use crate::model::period::Unit;
use crate::model::question::Question;
use crate::model::reading::{Datum, Reading, Series};
use crate::plan::Plan;
use crate::report::inputs::{Cohort, Companion, Movement, Stages, Step};
use crate::report::numbers::period_name;
use crate::run::desk::Desk;

/// How many months of movements and stages a companion shows.
const SHOWN: usize = 13;

/// The companion of a metric; none where its kind has none.
pub(super) fn companion(desk: &Desk<'_>, metric: &Metric, monthly: Option<&Series>) -> Result<Companion> {
    Ok(match metric {
        Metric::Business(business) => match business.kind {
            BusinessKind::MrrMovements => monthly.map_or(Companion::None, movements),
            BusinessKind::Mrr | BusinessKind::NetRevenueRetention { .. } | BusinessKind::RenewalRate { .. } => {
                Companion::None
            }
        },
        Metric::Traction(traction) => match &traction.kind {
            TractionKind::Activation(_) => super::curves::curves(desk, traction)?,
            TractionKind::Adoption(_) => {
                let since_available = measure::since_available(desk.engine, desk.plan, desk.scope, traction)?;
                monthly.map_or(Companion::None, |monthly| stages(monthly, since_available))
            }
            TractionKind::Funnel(_) => monthly.map_or(Companion::None, |monthly| funnel(desk.plan, monthly)),
            TractionKind::Retention(retention) => {
                let all = Retention { k: None, ..retention.clone() };
                let whole = Metric::Traction(Traction { kind: TractionKind::Retention(all), ..traction.clone() });
                triangle(retention.period, &desk.measure(&whole, &Question::default())?)
            }
            TractionKind::Active(_) | TractionKind::Gauge(_) => Companion::None,
        },
    })
}

fn movements(series: &Series) -> Companion {
    let row = |reading: &Reading| {
        let money = |name| match datum(reading, name) {
            Some(Datum::Money(micros)) => *micros as f64 / 1e6,
            _ => 0.0,
        };
        Movement {
            period: reading.period,
            opening: money("opening"),
            new: money("new"),
            reactivation: money("reactivation"),
            expansion: money("expansion"),
            contraction: money("contraction"),
            churn: money("churn"),
            closing: money("closing"),
        }
    };
    Companion::Movements(last(series).map(row).collect())
}

fn stages(series: &Series, since_available: Vec<(f64, f64)>) -> Companion {
    let row = |reading: &Reading| Stages {
        period: reading.period,
        never: count(reading, "never"),
        tried: count(reading, "tried"),
        adopted: count(reading, "adopted"),
        habitual: count(reading, "habitual"),
        lapsed: count(reading, "lapsed"),
    };
    Companion::Adoption { stages: last(series).map(row).collect(), since_available }
}

/// The steps of the last settled month of entry.
fn funnel(plan: &Plan, series: &Series) -> Companion {
    let Some(closed) = series.readings.iter().rev().find(|reading| reading.settled).map(|reading| reading.period)
    else {
        return Companion::None;
    };
    let step = |reading: &Reading| Step {
        name: match datum(reading, "step_name") {
            Some(Datum::Text(name)) => name.clone(),
            _ => String::new(),
        },
        eligible: reading.share.map_or(0, |share| share.eligible),
        counted: reading.share.map_or(0, |share| share.counted),
        median_seconds: match datum(reading, "median_seconds") {
            Some(Datum::Number(seconds)) => Some(*seconds),
            _ => None,
        },
    };
    let steps = series.readings.iter().filter(|reading| reading.period == closed).map(step).collect();
    let label = format!("entered in {}", period_name(&plan.workspace.calendar, Unit::Month, closed));
    Companion::Funnel { label, steps }
}

/// A row per cohort, its cells by k; the pooled rows stay out.
fn triangle(unit: Unit, series: &Series) -> Companion {
    let mut cohorts: Vec<Cohort> = Vec::new();
    for reading in
        series.readings.iter().filter(|reading| matches!(datum(reading, "cohort_start"), Some(Datum::Day(_))))
    {
        let Some(share) = reading.share else { continue };
        let cell = (share.counted, reading.settled);
        match cohorts.last_mut().filter(|cohort| cohort.period == reading.period) {
            Some(cohort) => cohort.cells.push(cell),
            None => cohorts.push(Cohort { period: reading.period, eligible: share.eligible, cells: vec![cell] }),
        }
    }
    let surplus = cohorts.len().saturating_sub(SHOWN);
    Companion::Retention { unit, cohorts: cohorts.split_off(surplus) }
}

fn last(series: &Series) -> impl Iterator<Item = &Reading> {
    series.readings.iter().skip(series.readings.len().saturating_sub(SHOWN))
}

fn count(reading: &Reading, name: &str) -> u64 {
    match datum(reading, name) {
        Some(Datum::Count(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}
