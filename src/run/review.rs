//! The rhythm of the sync: which run is a review's, when the next one is, and what the last one showed (evidence.md 3.1, 18).

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::Job;
use super::record::Record;
use super::session::Session;
use crate::engine::Engine;
use crate::model::ids::MetricId;
use crate::plan::Plan;
use crate::report::inputs::{LastReview, Occasion};

/// The day of the first review after one.
pub fn next(plan: &Plan, as_of: Date) -> Date {
    let period = plan.workspace.calendar.period(plan.sync.every, as_of);
    plan.sync.next.filter(|next| *next > as_of).unwrap_or(period.end)
}

/// Whether this run is a review's, and the day of the next one. The first ordinary run whose as-of day lies in a new
/// period of `[sync] every` is; one for which a person named the day never is. A run known before keeps what it was.
pub(super) fn occasion(session: &Session, job: &Job<'_>, known: Option<&str>) -> Result<(Occasion, Date)> {
    let as_of = session.scope().as_of;
    let period = job.plan.workspace.calendar.period(job.plan.sync.every, as_of);
    let next = next(job.plan, as_of);
    let reviews = session.engine.query(
        "select run from lake_runs where as_of >= ? and as_of < ? and json_extract_string(stages, '$.review') = 'true' order by run",
        &[period.start.into(), period.end.into()],
    )?;
    let held: Vec<String> = (0..reviews.rows()).filter_map(|row| reviews.text("run", row)).collect();
    let is_review = match known {
        Some(run) => held.iter().any(|review| review == run),
        None => held.is_empty() && !session.scope().as_of_is_explicit,
    };
    Ok((if is_review { Occasion::Review } else { Occasion::Between }, next))
}

/// The last review before a run: its own run, and what its pack showed.
pub(super) fn last(session: &Session, record: &Record) -> Result<Option<(String, LastReview)>> {
    super::ledger::load(session)?;
    let asked = [record.as_of.into(), record.run.as_str().into(), record.started_us.into()];
    let sql = "select * from reviews_before(?, ?, ?) order by as_of desc, started_at desc, run desc limit 1";
    let frame = session.engine.query(sql, &asked)?;
    if frame.rows() == 0 {
        return Ok(None);
    }
    let (Some(run), Some(on)) = (frame.text("run", 0), frame.day("as_of", 0)) else { return Ok(None) };
    let stages: serde_json::Value = serde_json::from_str(&frame.text("stages", 0).unwrap_or_default())?;
    let signals: BTreeMap<String, String> =
        stages.get("signals").map(|signals| serde_json::from_value(signals.clone())).transpose()?.unwrap_or_default();
    let signal = |(metric, since): (String, String)| Some((MetricId::new(metric), since.parse().ok()?));
    Ok(Some((run, LastReview { on, signals: signals.into_iter().filter_map(signal).collect() })))
}
