//! The workspace a verb works on: where it is, what its plan says, what the clock says, what the engine may take.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::Timestamp;

use super::args::Common;
use super::issues;
use super::printer::Printer;
use crate::diag::{Diagnostic, Severity};
use crate::engine::Limits;
use crate::plan::Plan;
use crate::plan::resolve::{Needs, resolve};
use crate::run::known::{self, Known};

/// The plan's file name.
pub(super) const PLAN: &str = "throughline.toml";

/// The folder of everything that is made, beside the plan.
pub(super) const STATE: &str = ".throughline";

/// A workspace whose plan holds for what a verb needs.
pub(super) struct Workspace {
    /// The folder of the plan.
    pub(super) root: PathBuf,
    /// The plan as meant.
    pub(super) plan: Plan,
    /// Whether something was said that a person should look at.
    pub(super) warned: bool,
    /// Whether an error stands in the plan, though not in the way of this verb.
    pub(super) refused: bool,
}

impl Workspace {
    /// The folder of everything that is made.
    pub(super) fn state(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// What the engine may take; it spills into the workspace.
    pub(super) fn limits(&self, common: &Common) -> Limits {
        Limits { threads: common.threads, memory: common.memory.clone(), spill: Some(self.state().join("tmp")) }
    }
}

/// A workspace's plan as written, and as meant where it holds.
pub(super) struct Read {
    /// The folder of the plan.
    pub(super) root: PathBuf,
    /// Its text.
    pub(super) text: String,
    /// As meant.
    pub(super) plan: Option<Plan>,
}

/// Reads the plan, with every problem of what is needed.
pub(super) fn read(common: &Common, needs: Needs) -> Result<(Read, Vec<Diagnostic>)> {
    let root = find(common)?;
    let path = root.join(PLAN);
    let bytes = std::fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    let text = String::from_utf8(bytes)
        .map_err(|problem| issues::plan_unreadable(&path, problem.utf8_error().valid_up_to() + 1))?;
    let (plan, problems) = resolve(&text, &root, day(now(common)), needs);
    Ok((Read { root, text, plan }, problems))
}

/// Opens the workspace; nothing where its plan does not hold, after every problem was said.
pub(super) fn open(common: &Common, printer: Printer, needs: Needs) -> Result<Option<Workspace>> {
    let (Read { root, text, plan }, problems) = read(common, needs)?;
    for problem in &problems {
        printer.problem(problem, &text);
    }
    let warned = problems.iter().any(|problem| problem.severity >= Severity::Warning);
    let refused = problems.iter().any(|problem| problem.severity == Severity::Error);
    Ok(plan.map(|plan| Workspace { root, plan, warned, refused }))
}

/// A run of before, by its id.
pub(super) fn known(common: &Common, run: &str) -> Result<Known> {
    known::find(&find(common)?.join(STATE), run)?.map_err(|readable| issues::run_unreadable(run, &readable))
}

/// Opens the workspace with the plan that a run of before used; what it says was said then.
pub(super) fn open_as_known(common: &Common, printer: Printer, known: &Known) -> Result<Option<Workspace>> {
    let root = find(common)?;
    let then = Timestamp::from_microsecond(known.now_us).context("the run names no moment")?;
    let (plan, problems) = resolve(&known.plan, &root, day(then), Needs::Everything);
    if plan.is_none() {
        problems.iter().for_each(|problem| printer.problem(problem, &known.plan));
    }
    Ok(plan.map(|plan| Workspace { root, plan, warned: false, refused: false }))
}

/// The folder named, or the nearest upwards that has a plan.
fn find(common: &Common) -> Result<PathBuf> {
    let start = match &common.workspace {
        Some(folder) => folder.clone(),
        None => std::env::current_dir().context("could not tell the current folder")?,
    };
    let has_plan = |folder: &&Path| folder.join(PLAN).is_file();
    let found = match &common.workspace {
        Some(_) => Some(start.as_path()).filter(has_plan),
        None => start.ancestors().find(has_plan),
    };
    let upwards = common.workspace.is_none();
    found.map(Path::to_path_buf).ok_or_else(|| issues::no_workspace(PLAN, &start, upwards))
}

fn day(moment: Timestamp) -> jiff::civil::Date {
    moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date()
}

/// The moment it is: the clock's, or the one that a test names.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(super) fn now(common: &Common) -> Timestamp {
    common.now.unwrap_or_else(Timestamp::now)
}
