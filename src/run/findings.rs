//! Fills in what the pack is made from: every series, companion and count that `report` asks for.

mod about;
mod companions;
mod curves;
mod ranges;

use super::record::Record;
use super::session::Session;
use crate::model::metric::{Metric, Traction, TractionKind};
use crate::model::period::{Unit, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Datum, Reading, Series};
use crate::plan::Plan;
use crate::report::inputs::{Findings, MetricFindings, ToDate, to_date_ranges};
use anyhow::Result;

/// Everything a pack is made from.
///
/// # Errors
/// If the engine refuses.
pub fn findings(session: &Session, plan: &Plan, record: &Record) -> Result<Findings> {
    let scope = session.scope();
    let first_day = scope.first_day.unwrap_or(scope.as_of);
    let metrics: Result<Vec<_>> = plan.metrics.iter().map(|metric| of(session, plan, metric)).collect();
    Ok(Findings {
        run: record.run.clone(),
        as_of: scope.as_of,
        first_day,
        known_since: scope.known_since.unwrap_or_else(|| plus_days(first_day, 28)),
        occasion: record.review.0,
        next_review: record.review.1,
        last_review: None,
        metrics: metrics?,
        evidence: Vec::new(),
        coverage: about::coverage(session, plan)?,
        freshness: about::freshness(scope),
        accounting: about::accounting(session, plan)?,
        releases: about::releases(session)?,
        quotes: about::quotes(session)?,
        restated: Vec::new(),
        decisions: about::decisions(plan)?,
    })
}

/// What is found for one metric.
fn of(session: &Session, plan: &Plan, metric: &Metric) -> Result<MetricFindings> {
    let mut found = MetricFindings::none(metric.id().clone());
    let series = |unit: Unit| -> Result<Series> {
        let question = Question { period: Some(unit), ..Question::default() };
        Ok(shown(metric, session.measure(plan, metric, &question)?))
    };
    let monthly = series(Unit::Month)?;
    if let Metric::Traction(traction) = metric {
        found.weekly = Some(series(Unit::Week)?);
        found.to_date = to_date(session, plan, traction)?;
    }
    found.by_segment = by_segment(session, plan, metric)?;
    found.companion = companions::companion(session, plan, metric, &monthly)?;
    found.monthly = Some(monthly);
    Ok(found)
}

/// Of a retention only the rows of the `k` that is shown; of all else, every row.
fn shown(metric: &Metric, mut series: Series) -> Series {
    if let Metric::Traction(traction) = metric
        && let TractionKind::Retention(retention) = &traction.kind
    {
        let wanted = i64::from(retention.k.unwrap_or(1));
        series.readings.retain(|reading| {
            datum(reading, "k") == Some(&Datum::Count(wanted))
                && matches!(datum(reading, "cohort_start"), Some(Datum::Day(_)))
        });
    }
    series
}

/// A further column of a reading.
fn datum<'a>(reading: &'a Reading, name: &str) -> Option<&'a Datum> {
    reading.rest.iter().find(|(column, _)| *column == name).map(|(_, datum)| datum)
}

/// Month, quarter and year to date beside last year's, for the kinds that are counted anew over a range.
fn to_date(session: &Session, plan: &Plan, traction: &Traction) -> Result<Vec<ToDate>> {
    if !counted_over_ranges(&traction.kind) {
        return Ok(Vec::new());
    }
    to_date_ranges(&plan.workspace.calendar, session.scope().as_of)
        .into_iter()
        .map(|range| {
            let this = ranges::over(session, plan, traction, range.this)?;
            let last_year = ranges::over(session, plan, traction, range.last_year)?;
            Ok(ToDate { this, last_year, range })
        })
        .collect()
}

/// Stocks and trailing windows are read at a day, whatever the range.
fn counted_over_ranges(kind: &TractionKind) -> bool {
    match kind {
        TractionKind::Active(active) => active.trailing.is_none(),
        TractionKind::Activation(_) | TractionKind::Funnel(_) => true,
        TractionKind::Retention(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => false,
    }
}

/// The metric by the pack's segment, in the period of its control chart.
fn by_segment(session: &Session, plan: &Plan, metric: &Metric) -> Result<Option<Series>> {
    let Some(segment) = plan.report_segment() else { return Ok(None) };
    let Ok(unit) = crate::report::xmr::chart_unit(metric) else { return Ok(None) };
    let by = vec![segment.id.as_str().to_owned()];
    let question = Question { by, period: Some(unit), ..Question::default() };
    Ok(Some(shown(metric, session.measure(plan, metric, &question)?)))
}
