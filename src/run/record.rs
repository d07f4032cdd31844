//! What a run saw and did: its id, the versions it read, the plan it used, and how long each stage took.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::civil::Date;
use serde_json::json;
use xxhash_rust::xxh3::xxh3_128;

use super::session::Session;
use super::{Job, Stage};
use crate::engine::Engine;
use crate::report::inputs::Occasion;

/// The program's version, which a record names.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A run that has begun; it counts only once it is in `runs`.
#[derive(Debug, Clone)]
pub struct Record {
    /// `2026-06-30.1`: the as-of day, and the run's number among those of that day that differ (lake.md 2).
    pub run: String,
    /// Whether a run of before saw the very same: then nothing is published again.
    pub known: bool,
    /// The as-of day.
    pub as_of: Date,
    /// The vector that was read, as JSON.
    pub versions: String,
    /// The plan's hash.
    pub plan_hash: String,
    /// The side files' texts by name, as JSON.
    pub side_files: String,
    /// Whether this is a review's run, and the day of the next one.
    pub review: (Occasion, Date),
    /// When it began, in microseconds since 1970 UTC.
    pub started_us: i64,
}

impl Record {
    /// Begins a run: looks up whether one of before saw the same rows, plan, side files and program.
    ///
    /// # Errors
    /// If the runs of before cannot be read.
    pub fn begin(session: &Session, job: &Job<'_>) -> Result<Self> {
        let as_of = session.scope().as_of;
        let versions = serde_json::to_string(&session.vector.0).context("could not write the vector")?;
        let plan_hash = hash(&job.plan.text);
        let side_files = side_files(job)?;
        let sql =
            "select run, plan_hash, side_files, lake_versions, version from lake_runs where as_of = ? order by run";
        let before = session.engine.query(sql, &[as_of.into()])?;
        let same = |row: &usize| {
            let text = |column: &str| before.text(column, *row).unwrap_or_default();
            text("plan_hash") == plan_hash
                && text("side_files") == side_files
                && text("lake_versions") == versions
                && text("version") == VERSION
        };
        let known = (0..before.rows()).rev().find(same).and_then(|row| before.text("run", row));
        let run = known.clone().unwrap_or_else(|| format!("{as_of}.{}", before.rows() + 1));
        let review = super::review::occasion(session, job, known.as_deref())?;
        let started_us = job.opening.now_us;
        Ok(Self { run, known: known.is_some(), as_of, versions, plan_hash, side_files, review, started_us })
    }
}

/// The texts of the files that the plan names beside the exports, so that an old pack can be made again.
fn side_files(job: &Job<'_>) -> Result<String> {
    let plan = job.plan;
    let maps = plan.segments.iter().filter_map(|segment| segment.map.as_ref());
    let links = plan.sources.iter().flat_map(|source| [source.links.as_ref(), source.accounts.as_ref()]).flatten();
    let single = [&plan.identity.overrides, &plan.workspace.rates, &plan.sync.decisions];
    let names = maps.chain(links).chain(single.into_iter().flatten());
    let mut texts = BTreeMap::new();
    for name in names {
        let path = plan.root.join(name);
        if path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
            texts.insert(name.clone(), text);
        }
    }
    serde_json::to_string(&texts).context("could not keep the side files")
}

/// Sixteen hexadecimal digits that stand for a text.
pub fn hash(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))[..16].to_owned()
}

/// How long each stage took.
#[derive(Debug, Clone, Default)]
pub struct Stages(Vec<(Stage, Duration)>);

impl Stages {
    /// Keeps a stage's time.
    pub fn add(&mut self, stage: Stage, took: Duration) {
        self.0.push((stage, took));
    }

    /// Each stage and its seconds, in order.
    pub fn seconds(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.0.iter().map(|(stage, took)| (stage.name(), took.as_secs_f64()))
    }

    /// As the run record keeps it.
    pub fn json(&self, review: Occasion) -> String {
        let seconds: BTreeMap<&str, f64> = self.seconds().collect();
        json!({ "seconds": seconds, "review": review == Occasion::Review, "peak_memory_bytes": peak_memory() })
            .to_string()
    }
}

/// The most memory the process held so far, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
