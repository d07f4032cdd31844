//! Fills in what the pack is made from: every series, companion and count that `report` asks for.

mod about;
mod companions;
mod curves;
mod instruments;
mod movers;
mod ranges;

use super::desk::Desk;
use super::record::Record;
use super::session::Session;
use super::{ledger, review};
use crate::measure::kinds::retention::shown_k;
use crate::model::metric::{Metric, Retention, Traction, TractionKind};
use crate::model::period::{Unit, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Datum, Reading, Series};
use crate::model::scope::{Freshness, SourceSpan};
use crate::plan::source::Source;
use crate::plan::{Plan, Segment, SegmentFrom};
use crate::report::inputs::{Findings, MetricFindings, ToDate, to_date_ranges};
use anyhow::Result;
use instruments::Dead;

/// Everything a pack is made from.
///
/// # Errors
/// If the engine refuses.
pub fn findings(session: &Session, plan: &Plan, record: &Record) -> Result<Findings> {
    let scope = session.scope();
    let first_day = scope.first_day.unwrap_or(scope.as_of);
    let dead = instruments::dead(session, plan)?;
    let metrics = session.side_by_side(plan, &plan.metrics, |desk, metric| of(desk, metric, &dead))?;
    let last_review = review::last(session, record)?;
    let mut found = Findings {
        run: record.run.clone(),
        as_of: scope.as_of,
        first_day,
        known_since: scope.known_since.unwrap_or_else(|| plus_days(first_day, 28)),
        occasion: record.review.0,
        next_review: record.review.1,
        last_review: last_review.as_ref().map(|(_, shown)| shown.clone()),
        metrics,
        evidence: Vec::new(),
        coverage: about::coverage(session, plan)?,
        freshness: about::freshness(scope),
        accounting: about::accounting(session, plan)?,
        billing_exports: about::billing_exports(session, plan)?,
        releases: about::releases(session)?,
        quotes: about::quotes(session)?,
        restated: Vec::new(),
        decisions: about::decisions(session, plan)?,
    };
    movers::fill(session, plan, &mut found)?;
    ledger::hand_over(session, &found, record)?;
    if let Some((run, _)) = &last_review {
        let moved = ledger::moved(session, plan, run, plan.limits.restated)?;
        found.restated = moved.into_iter().map(|moved| moved.cell).collect();
    }
    Ok(found)
}

/// What is found for one metric. A retention is read in periods of its own size alone, as its k counts those: the eighth
/// month is no reading of what is meant by the eighth week.
fn of(desk: &Desk<'_>, metric: &Metric, dead: &Dead) -> Result<MetricFindings> {
    let own = retention(metric).map(|retention| retention.period);
    let series = |unit: Unit| -> Result<Option<Series>> {
        if own.is_some_and(|own| own != unit) {
            return Ok(None);
        }
        let question = Question { period: Some(unit), ..Question::default() };
        Ok(Some(shown(metric, desk.measure(metric, &question)?)))
    };
    let mut found = MetricFindings::none(metric.id().clone());
    found.monthly = series(Unit::Month)?;
    if let Metric::Traction(traction) = metric {
        found.weekly = series(Unit::Week)?;
        found.to_date = to_date(desk, traction)?;
        found.dead_since = dead.since(desk.plan, &traction.kind);
    }
    if own.is_none_or(|own| matches!(own, Unit::Week | Unit::Month)) {
        found.by_segment = by_segment(desk, metric)?;
    }
    found.companion = companions::companion(desk, metric, found.monthly.as_ref())?;
    Ok(found)
}

fn retention(metric: &Metric) -> Option<&Retention> {
    match metric {
        Metric::Traction(Traction { kind: TractionKind::Retention(retention), .. }) => Some(retention),
        Metric::Traction(_) | Metric::Business(_) => None,
    }
}

/// Of a retention only the rows that are shown; of all else, every row.
fn shown(metric: &Metric, mut series: Series) -> Series {
    if let Some(retention) = retention(metric) {
        series.readings.retain(|reading| is_shown(retention, reading));
    }
    series
}

/// Whether a reading of a retention is of the k that is shown, and of one cohort.
fn is_shown(retention: &Retention, reading: &Reading) -> bool {
    datum(reading, "k") == Some(&Datum::Count(i64::from(shown_k(retention))))
        && matches!(datum(reading, "cohort_start"), Some(Datum::Day(_)))
}

/// A further column of a reading.
fn datum<'a>(reading: &'a Reading, name: &str) -> Option<&'a Datum> {
    reading.rest.iter().find(|(column, _)| *column == name).map(|(_, datum)| datum)
}

/// Month, quarter and year to date beside last year's, for the kinds that are counted anew over a range; stocks and
/// trailing windows are read at a day, whatever the range.
fn to_date(desk: &Desk<'_>, traction: &Traction) -> Result<Vec<ToDate>> {
    let is_stock = match &traction.kind {
        TractionKind::Active(active) => active.trailing.is_some(),
        TractionKind::Activation(_) | TractionKind::Funnel(_) | TractionKind::Retention(_) => false,
        TractionKind::Adoption(_) | TractionKind::Gauge(_) => true,
    };
    let wanted = to_date_ranges(&desk.plan.workspace.calendar, desk.scope.as_of).into_iter().filter(|_| !is_stock);
    wanted.map(|range| ranges::to_date(desk, traction, range)).collect()
}

/// The metric by the pack's segment, in the period of its control chart.
fn by_segment(desk: &Desk<'_>, metric: &Metric) -> Result<Option<Series>> {
    let Some(segment) = desk.plan.report_segment().filter(|segment| !is_held(desk, segment)) else {
        return Ok(None);
    };
    let Ok(unit) = crate::report::xmr::chart_unit(metric) else { return Ok(None) };
    let by = vec![segment.id.as_str().to_owned()];
    let question = Question { by, period: Some(unit), ..Question::default() };
    Ok(Some(shown(metric, desk.measure(metric, &question)?)))
}

/// Whether a stale source stands behind a segment: then the breakdown alone is held back (R9.1).
fn is_held(Desk { plan, scope, .. }: &Desk<'_>, segment: &Segment) -> bool {
    let is_behind = |source: &Source| match segment.from {
        SegmentFrom::CrmCompany => source.kind.is_crm(),
        SegmentFrom::Billing => source.kind.is_billing(),
        SegmentFrom::Events => source.kind.is_telemetry(),
    };
    let is_stale = |span: &SourceSpan| matches!(span.freshness, Freshness::Stale(_));
    let spans = plan.sources.iter().zip(&scope.sources);
    !scope.as_of_is_explicit && spans.filter(|(source, _)| is_behind(source)).any(|(_, span)| is_stale(span))
}
