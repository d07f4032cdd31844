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
use crate::model::ids::MetricId;
use crate::plan::RenewalsFrom;
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
    /// Whether a person named that day.
    pub as_of_is_named: bool,
    /// The vector that was read, as JSON.
    pub versions: String,
    /// The plan's hash.
    pub plan_hash: String,
    /// The side files' texts by name, as JSON.
    pub side_files: String,
    /// Whether this is a review's run, and the day of the next one.
    pub review: (Occasion, Date),
    /// When it began, in microseconds since 1970 UTC; of a run known before, when that one did.
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
        let side_files = side_files(session, job)?;
        let sql = "select run, plan_hash, side_files, lake_versions, version, epoch_us(started_at) as started_us from lake_runs where as_of = ? order by started_at";
        let before = session.engine.query(sql, &[as_of.into()])?;
        let same = |row: &usize| {
            let text = |column: &str| before.text(column, *row).unwrap_or_default();
            text("plan_hash") == plan_hash
                && text("side_files") == side_files
                && text("lake_versions") == versions
                && text("version") == VERSION
        };
        let (same, again) = ((0..before.rows()).rev().find(same), job.opening.known.as_ref());
        let known = again.map(|known| known.run.clone()).or_else(|| before.text("run", same?));
        let run = known.clone().unwrap_or_else(|| format!("{as_of}.{}", before.rows() + 1));
        let review = super::review::occasion(session, job, known.as_deref())?;
        let began_us = again.map(|known| known.now_us).or_else(|| before.long("started_us", same?));
        Ok(Self {
            run,
            known: known.is_some(),
            as_of,
            as_of_is_named: session.scope().as_of_is_explicit,
            versions,
            plan_hash,
            side_files,
            review,
            started_us: began_us.unwrap_or(job.opening.now_us),
        })
    }
}

/// The texts of the files that the plan names beside the exports, so that an old pack can be made again.
fn side_files(session: &Session, job: &Job<'_>) -> Result<String> {
    let plan = job.plan;
    let maps = plan.segments.iter().filter_map(|segment| segment.map.as_ref());
    let links = plan.sources.iter().flat_map(|source| [source.links.as_ref(), source.accounts.as_ref()]).flatten();
    let single = [&plan.identity.overrides, &plan.workspace.rates, &plan.sync.decisions];
    let renewals = plan.renewals.iter().filter_map(|renewals| match &renewals.from {
        RenewalsFrom::File(path) => Some(path),
        RenewalsFrom::CrmDeals | RenewalsFrom::Billing => None,
    });
    let results = plan.links.iter().filter_map(|link| link.result.as_ref());
    let names = maps.chain(links).chain(single.into_iter().flatten()).chain(renewals).chain(results);
    let mut texts = BTreeMap::new();
    for name in names {
        if let Some(text) = session.side_files.text(name)? {
            texts.insert(name.clone(), text);
        }
    }
    serde_json::to_string(&texts).context("could not keep the side files")
}

/// Sixteen hexadecimal digits that stand for a text.
pub fn hash(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))[..16].to_owned()
}

/// What each stage took: its time, the rows it made, and the most memory the process had held when it ended.
#[derive(Debug, Clone, Default)]
pub struct Stages(Vec<Took>);

/// What one stage took.
#[derive(Debug, Clone)]
pub struct Took {
    /// The stage.
    pub stage: Stage,
    /// Its time.
    pub time: Duration,
    /// The rows it made: read, related, measured, tested or written.
    pub rows: u64,
    /// The most memory of the process so far, where the system tells.
    pub memory: Option<u64>,
}

impl Stages {
    /// Keeps what a stage took.
    pub fn add(&mut self, stage: Stage, time: Duration, rows: u64) {
        self.0.push(Took { stage, time, rows, memory: peak_memory() });
    }

    /// Each stage, in order.
    pub fn all(&self) -> &[Took] {
        &self.0
    }

    /// All their time.
    pub fn time(&self) -> Duration {
        self.0.iter().map(|took| took.time).sum()
    }

    /// As the run record keeps it, with whether the run was a review's and which signals its pack shows.
    pub fn json(&self, record: &Record, signals: &[(MetricId, Date)]) -> String {
        let seconds: BTreeMap<&str, f64> =
            self.0.iter().map(|took| (took.stage.name(), took.time.as_secs_f64())).collect();
        let rows: BTreeMap<&str, u64> = self.0.iter().map(|took| (took.stage.name(), took.rows)).collect();
        let memory: BTreeMap<&str, Option<u64>> = self.0.iter().map(|took| (took.stage.name(), took.memory)).collect();
        let signals: BTreeMap<&str, String> =
            signals.iter().map(|(metric, since)| (metric.as_str(), since.to_string())).collect();
        let is_review = record.review.0 == Occasion::Review;
        let is_named = record.as_of_is_named;
        json!({ "seconds": seconds, "rows": rows, "memory": memory, "review": is_review, "as_of_is_named": is_named, "signals": signals })
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
