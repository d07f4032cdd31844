//! The nightly job: the five stages in order, on one screen. Running it again is safe.

pub mod findings;
pub mod lock;
pub mod publish;
pub mod record;
pub mod review;
pub mod session;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::diag::{Diagnostic, Severity};
use crate::ingest::{self, Ingested, Mode, Progress};
use crate::plan::Plan;
use crate::report::{self, inputs::Findings};

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
    /// Seconds, rows and memory of each stage.
    pub stages: Stages,
}

impl Done {
    /// Whether something was set aside beyond its limit, held back or stale.
    pub fn with_less(&self) -> bool {
        self.issues.iter().any(means_less)
    }
}

/// Whether a problem makes the run one that did less. Rows set aside within their limit are said, and no more.
pub fn means_less(issue: &Diagnostic) -> bool {
    issue.severity >= Severity::Warning && issue.code != "rows-set-aside"
}

/// Runs the stages. The caller holds the lock.
///
/// # Errors
/// If the lake cannot be read or written, or the engine refuses: nothing is then half-published.
pub fn run(job: &Job<'_>, tell: &mut dyn FnMut(Stage, &str)) -> Result<Done> {
    let mut done =
        Done { ingested: None, findings: None, pack: None, run: None, issues: Vec::new(), stages: Stages::default() };
    if job.ingest {
        let ingested = timed(&mut done.stages, Stage::Ingest, || ingest_all(job, tell))?;
        done.issues.extend(ingested.issues.iter().cloned());
        done.ingested = Some(ingested);
    }
    if job.until == Stage::Ingest {
        return Ok(done);
    }
    tell(Stage::Shape, "who is who, what happened when");
    let session = timed(&mut done.stages, Stage::Shape, || session::open(job.plan, &job.opening))?;
    done.issues.extend(session.shaped.issues.iter().cloned());
    if job.until == Stage::Shape {
        return Ok(done);
    }
    publish_all(job, &session, &mut done, tell)?;
    Ok(done)
}

fn ingest_all(job: &Job<'_>, tell: &mut dyn FnMut(Stage, &str)) -> Result<Ingested> {
    let engine = session::engine(&job.opening)?;
    let lake = session::lake(&job.opening.state)?;
    let mut on = |progress: Progress<'_>| {
        if let Progress::Reads { source, file, .. } = progress {
            tell(Stage::Ingest, &format!("{source}, {file}"));
        }
    };
    ingest::ingest(job.plan, &lake, &engine, job.opening.now_us, &[], Mode::New, &mut on).context("could not ingest")
}

/// Measure, link, report; then the record, last, so that what is not finished does not count.
fn publish_all(job: &Job<'_>, session: &Session, done: &mut Done, tell: &mut dyn FnMut(Stage, &str)) -> Result<()> {
    let record = Record::begin(session, job)?;
    tell(Stage::Measure, "every metric of the plan");
    let mut found = timed(&mut done.stages, Stage::Measure, || findings::findings(session, job.plan, &record))?;
    if job.until >= Stage::Link {
        tell(Stage::Link, "every link of the plan");
        found.evidence = timed(&mut done.stages, Stage::Link, || session.evidence(job.plan))?;
    }
    if job.until >= Stage::Report {
        tell(Stage::Report, "the sync pack");
        let reports = job.plan.root.join("reports");
        let written = timed(&mut done.stages, Stage::Report, || report::write(&found, job.plan, &reports))?;
        done.pack = Some(written.html);
        publish::publish(session, job, &found, &record, &done.stages)?;
    }
    done.run = Some(record.run);
    done.findings = Some(found);
    Ok(())
}

/// Keeps how long a stage took.
fn timed<T>(stages: &mut Stages, stage: Stage, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let result = work();
    stages.add(stage, began.elapsed());
    result
}
