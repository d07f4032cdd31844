//! The restatement ledger: what runs before published as settled and reads differently now (R9.2).

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value as Json;

use super::publish;
use super::record::Record;
use super::session::Session;
use crate::engine::{Engine, queries};
use crate::lake::tables::READINGS;
use crate::model::column::{Type, Value};
use crate::model::ids::MetricId;
use crate::model::period::{Calendar, Period, Unit};
use crate::model::reading::{Cell, ValueUnit};
use crate::plan::Plan;
use crate::report::inputs::{Findings, Restated};
use crate::report::wording;

const METRICS: [(&str, Type); 3] = [("metric", Type::Text), ("is_share", Type::Bool), ("is_held", Type::Bool)];

/// What an earlier run published and what the same cells read now.
#[derive(Debug)]
pub(super) struct Moved {
    /// The cell, as the ledger prints it.
    pub(super) cell: Restated,
    /// Whether the metric is defined as it was.
    pub(super) is_same_definition: bool,
}

/// Loads the queries over runs before, over what this run has found so far: nothing.
pub(super) fn load(session: &Session) -> Result<()> {
    session.engine.relation("readings_now", READINGS.columns, &[])?;
    session.engine.relation("metrics_now", &METRICS, &[])?;
    session.engine.load(queries::LEDGER)
}

/// Hands what this run has found to the engine, to be compared with what runs before published.
pub(super) fn hand_over(session: &Session, found: &Findings, record: &Record) -> Result<()> {
    let row = |metric: &crate::report::inputs::MetricFindings| {
        let series = metric.series()?;
        let is_held = !series.held.is_empty();
        Some(vec![metric.id.as_str().into(), (series.unit == ValueUnit::Share).into(), is_held.into()])
    };
    let metrics: Vec<Vec<Value>> = found.metrics.iter().filter_map(row).collect();
    session.engine.relation("metrics_now", &METRICS, &metrics)?;
    session.engine.relation("readings_now", READINGS.columns, &publish::readings(found, record))
}

/// The cells that a run published as settled and that moved since by more than so much: of itself, shares in points.
pub(super) fn moved(session: &Session, plan: &Plan, earlier: &str, shift: f64) -> Result<Vec<Moved>> {
    let sql = "select * from moved_cells(?, ?) order by metric, period_start, period_end, segment, k";
    let frame = session.engine.query(sql, &[earlier.into(), shift.into()])?;
    let told = |row| -> Result<Option<Moved>> {
        let text = |column| frame.text(column, row).unwrap_or_default();
        let (Some(start), Some(end)) = (frame.day("period_start", row), frame.day("period_end", row)) else {
            return Ok(None);
        };
        let period = Period { start, end };
        let cell = Restated {
            metric: MetricId::new(text("metric")),
            unit: unit(&plan.workspace.calendar, period),
            period,
            segment: segment(&text("segment"))?,
            old: frame.double("old_value", row),
            new: frame.double("new_value", row),
        };
        Ok(Some(Moved { cell, is_same_definition: frame.flag("is_same_definition", row) }))
    };
    (0..frame.rows()).filter_map(|row| told(row).transpose()).collect()
}

/// The size of a period: the one of the calendar that it is; a range of another size is told by its days.
fn unit(calendar: &Calendar, period: Period) -> Unit {
    let is_one = |unit: &Unit| calendar.period(*unit, period.start) == period;
    [Unit::Week, Unit::Month, Unit::Quarter, Unit::Year].into_iter().find(is_one).unwrap_or(Unit::Day)
}

/// A segment in words, from the JSON it is published as; empty for the whole.
fn segment(text: &str) -> Result<String> {
    let parts: BTreeMap<String, Json> =
        serde_json::from_str(text).with_context(|| format!("could not read the segment {text}"))?;
    let part = |(name, value): (String, Json)| (name, value.as_str().map(str::to_owned));
    Ok(wording::cell(&Cell { parts: parts.into_iter().map(part).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    #[test]
    fn a_published_cell_is_told_by_its_period_and_segment() -> Result<()> {
        let calendar = Calendar { zone: jiff::tz::TimeZone::UTC, week_starts: Weekday::Monday, fiscal_year_starts: 1 };
        let from_to = |start, end| unit(&calendar, Period { start, end });
        assert_eq!(from_to(date(2026, 6, 1), date(2026, 7, 1)), Unit::Month);
        assert_eq!(from_to(date(2026, 6, 1), date(2026, 6, 8)), Unit::Week);
        assert_eq!(segment(r#"{"tier":null}"#)?, "none given");
        assert_eq!(segment("{}")?, "");
        Ok(())
    }
}
