//! The rhythm of the sync: which run is a review's, when the next one is, and where a pack belongs (evidence.md 3.1, 18).

use anyhow::Result;
use jiff::civil::Date;

use super::Job;
use super::session::Session;
use crate::engine::Engine;
use crate::report::inputs::Occasion;

/// Whether this run is a review's, and the day of the next one. The first ordinary run whose as-of day lies in a new
/// period of `[sync] every` is; one for which a person named the day never is. A run known before keeps what it was.
pub(super) fn occasion(session: &Session, job: &Job<'_>, known: Option<&str>) -> Result<(Occasion, Date)> {
    let as_of = session.scope().as_of;
    let sync = &job.plan.sync;
    let period = job.plan.workspace.calendar.period(sync.every, as_of);
    let next = sync.next.filter(|next| *next > as_of).unwrap_or(period.end);
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
