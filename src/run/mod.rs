//! The nightly job: the five stages in order, on one screen. Running it again is safe.

pub mod desk;
pub mod findings;
pub mod issues;
pub mod known;
pub mod lock;
pub mod publish;
pub mod record;
pub mod review;
pub mod session;
pub mod sweep;

mod late;
mod ledger;
mod missing;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::diag::{Diagnostic, Severity};
use crate::engine::Engine;
use crate::ingest::{self, Ingested, Mode, Progress};
use crate::model::period::plus_days;
use crate::plan::Plan;
use crate::report::{self, inputs::Findings};
use crate::shape::checks;

pub use missing::missing_files;

use record::{Record, Stages};
use session::{Opening, Session};

/// What a run is asked to do.
pub struct Job<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// How the workspace is opened.
    pub opening: Opening,
    /// The last stage that is run: a stage needs the ones before it.
    pub until: Stage,
    /// Whether what is new in the sources is read first.
    pub ingest: bool,
}

/// The five stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the stage of that name")]
pub enum Stage {
    Ingest,
    Shape,
    Measure,
    Link,
    Report,
}

impl Stage {
    /// The stage's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Shape => "shape",
            Self::Measure => "measure",
            Self::Link => "link",
            Self::Report => "report",
        }
    }
}

/// What a run did.
#[derive(Default)]
pub struct Done {
    /// What ingest read, where it ran.
    pub ingested: Option<Ingested>,
    /// What the pack was made from, where it came that far.
    pub findings: Option<Findings>,
    /// Where the pack lies.
    pub pack: Option<PathBuf>,
    /// The run's id.
    pub run: Option<String>,
    /// Everything that was said.
    pub issues: Vec<Diagnostic>,
    /// What readers of the last pack should know: which published periods read differently now.
    pub changes: Vec<Diagnostic>,
    /// Seconds, rows and memory of each stage.
    pub stages: Stages,
    /// The months that ingest changed, and by how many rows each grew.
    grown: Vec<(String, i64)>,
}

impl Done {
    /// Whether something was set aside beyond its limit, held back or stale.
    pub fn with_less(&self) -> bool {
        self.issues.iter().any(means_less)
    }
}

/// What is said aloud though nothing was done with less: rows within their limit, and what was decided by rule.
const SAID_ONLY: [&str; 7] = [
    "rows-set-aside",
    "duplicates-differ",
    "records-absent",
    "zone-changed",
    "rows-unseen",
    "signal-unseen",
    "source-empty",
];

/// Whether a problem makes the run one that did less.
pub fn means_less(issue: &Diagnostic) -> bool {
    issue.severity >= Severity::Warning && !SAID_ONLY.contains(&issue.code)
}

/// Runs the stages, and notes in `done` what each came to, so that a failure of a later one hides nothing of an earlier.
/// The caller holds the lock.
///
/// # Errors
/// If the lake cannot be read or written, or the engine refuses: nothing is then half-published.
pub fn run(job: &Job<'_>, done: &mut Done, tell: &mut dyn FnMut(Stage, &str)) -> Result<()> {
    if job.ingest {
        ingest_all(job, done, tell)?;
    }
    if job.until == Stage::Ingest {
        return Ok(());
    }
    tell(Stage::Shape, "who is who, what happened when");
    let session = timed(&mut done.stages, Stage::Shape, shaped_rows, || session::open(job.plan, &job.opening))?;
    done.issues.extend(session.shaped.issues.iter().cloned());
    done.issues.extend(checks::checks(&session.engine, session.scope()).context("could not check what was shaped")?);
    if job.until == Stage::Shape {
        return Ok(());
    }
    publish_all(job, &session, done, tell)
}

/// Reads what is new, and notes which months grew by it.
fn ingest_all(job: &Job<'_>, done: &mut Done, tell: &mut dyn FnMut(Stage, &str)) -> Result<()> {
    let engine = session::ingest_engine(&job.opening)?;
    let lake = session::lake(&job.opening.state)?;
    let before = lake.vector()?;
    tell(Stage::Ingest, "what is new in the sources");
    let mut on = |progress: Progress<'_>| {
        if let Progress::Reads { source, file, .. } = progress {
            tell(Stage::Ingest, &format!("{source}, {file}"));
        }
    };
    let ingested = timed(&mut done.stages, Stage::Ingest, read_rows, || {
        let now_us = job.opening.now_us;
        ingest::ingest(job.plan, &lake, &engine, now_us, &[], Mode::New, &mut on).context("could not ingest")
    })?;
    done.grown = late::grown(&engine, &lake, (&before, &lake.vector()?), &ingested.changed_months)
        .context("could not tell which months grew")?;
    done.issues.extend(ingested.issues.iter().cloned());
    done.ingested = Some(ingested);
    Ok(())
}

/// Measure, link, report; then the record, last, so that what is not finished does not count.
fn publish_all(job: &Job<'_>, session: &Session, done: &mut Done, tell: &mut dyn FnMut(Stage, &str)) -> Result<()> {
    let record = Record::begin(session, job)?;
    tell(Stage::Measure, "every metric of the plan");
    let mut found =
        timed(&mut done.stages, Stage::Measure, measured_rows, || findings::findings(session, job.plan, &record))?;
    done.changes = changes(job, session, &record, &done.grown)?;
    let reviewed = found.last_review.as_ref().map(|review| review.on);
    done.issues.extend(reviewed.and_then(|on| issues::restated(job.plan, on, &found.restated)));
    if job.until >= Stage::Link {
        tell(Stage::Link, "every link of the plan");
        let arrows = |evidence: &Vec<_>| evidence.len() as u64;
        found.evidence = timed(&mut done.stages, Stage::Link, arrows, || session.evidence(job.plan))?;
    }
    if job.until >= Stage::Report {
        tell(Stage::Report, "the sync pack");
        let reports = job.plan.root.join("reports");
        let again = job.opening.known.is_some();
        let write = if again { report::write_again } else { report::write };
        let files = |written: &report::Written| written.files;
        let written = timed(&mut done.stages, Stage::Report, files, || write(&found, job.plan, &reports))?;
        done.pack = Some(written.html);
        if !again {
            let exit = i64::from(done.with_less());
            publish::publish(session, &found, &record, publish::run(job, &found, &record, &done.stages, exit))?;
            done.issues.extend(publish::for_bi_tools(session, &job.opening.state)?);
            sweep::sweep(session, job.opening.now_us)?;
        }
    }
    done.run = Some(record.run);
    done.findings = Some(found);
    Ok(())
}

/// Which published periods read differently than in the last finished run, and whether rows that came late are behind it.
fn changes(job: &Job<'_>, session: &Session, record: &Record, grown: &[(String, i64)]) -> Result<Vec<Diagnostic>> {
    let sql =
        "select run, as_of from lake_runs where run <> ? and as_of <= ? order by finished_at desc, run desc limit 1";
    let last = session.engine.query(sql, &[record.run.as_str().into(), record.as_of.into()])?;
    if last.rows() == 0 || record.known {
        return Ok(Vec::new());
    }
    let (Some(run), Some(on)) = (last.text("run", 0), last.day("as_of", 0)) else { return Ok(Vec::new()) };
    let moved = ledger::moved(session, job.plan, &run, 0.0)?;
    let months = late::over_by(grown, plus_days(on, 1));
    if months.is_empty() {
        return Ok(issues::published_changed(job.plan, &run, &moved).into_iter().collect());
    }
    Ok(vec![issues::late_data(job.plan, &run, &months, &moved)])
}

/// Keeps what a stage took.
fn timed<T>(
    stages: &mut Stages,
    stage: Stage,
    rows: impl FnOnce(&T) -> u64,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let began = Instant::now();
    let result = work()?;
    stages.add(stage, began.elapsed(), rows(&result));
    Ok(result)
}

fn read_rows(ingested: &Ingested) -> u64 {
    ingested.sources.iter().flat_map(|source| &source.files).map(|file| file.read).sum()
}

fn shaped_rows(session: &Session) -> u64 {
    session.shaped.rows.values().sum()
}

fn measured_rows(found: &Findings) -> u64 {
    let series = found.metrics.iter().flat_map(|metric| [&metric.weekly, &metric.monthly, &metric.by_segment]);
    series.flatten().map(|series| series.readings.len() as u64).sum()
}
