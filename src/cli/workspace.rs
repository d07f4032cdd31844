//! The workspace a verb works on: where it is, what its plan says, what the clock says, what the engine may take.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;

use super::args::Common;
use super::printer::Printer;
use crate::diag::{Diagnostic, Severity};
use crate::engine::Limits;
use crate::plan::Plan;
use crate::plan::resolve::{Needs, resolve};

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
    let text = std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    let today = now(common).to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let (plan, problems) = resolve(&text, &root, today, needs);
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
    found.map(Path::to_path_buf).ok_or_else(|| {
        anyhow!("there is no `{PLAN}` in {} or above it", start.display())
            .context("no workspace here: make one with `throughline init`, or name one with `-C DIR`")
    })
}

/// The moment it is: the clock's, or the one that a test names.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(super) fn now(common: &Common) -> Timestamp {
    common.now.unwrap_or_else(Timestamp::now)
}
