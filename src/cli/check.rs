//! `throughline check`: every problem of the plan, and of the sources it can see, at once.

use anyhow::Result;

use super::args::Common;
use super::printer::Printer;
use super::{Exit, workspace};
use crate::diag::Severity;
use crate::plan::resolve::Needs;

/// `throughline check [--strict]`
pub(super) fn check(common: &Common, printer: Printer, strict: bool) -> Result<Exit> {
    let (workspace, mut problems) = workspace::read(common, Needs::Everything)?;
    if let Some(plan) = &workspace.plan {
        problems.extend(crate::plan::globs::check_files(plan));
    }
    for problem in &problems {
        printer.problem(problem, &workspace.text);
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    printer.say(&verdict(errors, warnings));
    Ok(if errors > 0 || (strict && warnings > 0) { Exit::Nothing } else { Exit::Done })
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
