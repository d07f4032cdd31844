//! Takes away files of the lake that no kept vector names: vectors of reviews are kept for good, others for seven days
//! (lake.md 3).

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};

use super::session::Session;
use crate::engine::Engine;
use crate::lake::Vector;
use crate::lake::tables::ALL;

const DAY_US: u64 = 86_400_000_000;
const KEPT_DAYS: u64 = 7;

/// Sweeps the tables that `ingest` writes. The caller holds the lock.
///
/// # Errors
/// If a table cannot be read or a file not be taken away.
pub fn sweep(session: &Session, now_us: i64) -> Result<()> {
    let since_us = u64::try_from(now_us).unwrap_or(0).saturating_sub(KEPT_DAYS * DAY_US);
    let vectors = kept(session, since_us)?;
    let before = SystemTime::UNIX_EPOCH + Duration::from_micros(since_us);
    for table in ALL.iter().filter(|table| table.ingested) {
        let versions: BTreeSet<u64> = vectors.iter().filter_map(|vector| vector.0.get(table.name).copied()).collect();
        let swept = session.lake.sweep(table, &versions, before);
        swept.with_context(|| format!("could not take away old files of `{}`", table.name))?;
    }
    Ok(())
}

/// The vectors that can still be asked for: today's, those of reviews, and those of the last days.
fn kept(session: &Session, since_us: u64) -> Result<Vec<Vector>> {
    let runs = session.engine.query(
        "select distinct lake_versions from lake_runs \
         where epoch_us(started_at) >= ? or json_extract_string(stages, '$.review') = 'true'",
        &[i64::try_from(since_us)?.into()],
    )?;
    let mut vectors = vec![session.vector.clone()];
    for text in (0..runs.rows()).filter_map(|row| runs.text("lake_versions", row)) {
        vectors.push(Vector(serde_json::from_str(&text).context("could not read the versions of a run")?));
    }
    Ok(vectors)
}
