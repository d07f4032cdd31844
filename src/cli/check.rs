//! `throughline check`: every problem of the plan, and of the sources it can see, at once.

use anyhow::Result;

use super::Exit;
use super::args::Common;
use super::printer::Printer;
use super::workspace::{self, STATE};
use crate::diag::{Diagnostic, Severity};
use crate::engine::{DuckDb, Limits};
use crate::ingest;
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::run::session;

/// `throughline check [--strict]`
pub(super) fn check(common: &Common, printer: Printer, strict: bool) -> Result<Exit> {
    let (workspace, mut problems) = workspace::read(common, Needs::Everything)?;
    if let Some(plan) = &workspace.plan {
        problems.extend(crate::plan::globs::check_files(plan));
        problems.extend(promises(common, plan)?);
    }
    for problem in &problems {
        printer.problem(problem, &workspace.text);
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    printer.say(&verdict(errors, warnings));
    let broken = problems.iter().any(|problem| problem.code == "contract-broken");
    Ok(match (errors, warnings) {
        (1.., _) => Exit::Nothing,
        (0, 1..) if strict => Exit::Nothing,
        (0, _) if broken => Exit::Less,
        (0, _) => Exit::Done,
    })
}

/// What the sources promise, held against the files that `ingest` would read, and how their events have drifted.
fn promises(common: &Common, plan: &Plan) -> Result<Vec<Diagnostic>> {
    let state = plan.root.join(STATE);
    let promised = plan.sources.iter().any(|source| source.contract.is_some());
    if !promised && !state.join("lake").exists() {
        return Ok(Vec::new());
    }
    let spill = Some(state.join("tmp"));
    let engine = DuckDb::open(&Limits { threads: common.threads, memory: common.memory.clone(), spill })?;
    let scratch = std::env::temp_dir().join(format!("throughline-check-{}", std::process::id()));
    let now_us = workspace::now(common).as_microsecond();
    let told = ingest::foresee(plan, &session::lake(&state)?, &engine, now_us, &scratch);
    let _never_made = std::fs::remove_dir_all(&scratch);
    told
}

fn verdict(errors: usize, warnings: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, 0) => "the plan holds".to_owned(),
        (0, warnings) => format!("the plan holds, with {}", plural(warnings, "warning")),
        (errors, 0) => plural(errors, "error"),
        (errors, warnings) => format!("{}, {}", plural(errors, "error"), plural(warnings, "warning")),
    }
}
