//! The one place that writes to the terminal: results to standard output, everything else to standard error.

use std::io::{ErrorKind, Write};

use anyhow::{Context, Result};

use crate::diag::{Diagnostic, Severity, render};
use crate::run::means_less;

/// What is heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Printer {
    /// Only what must be mended.
    pub(super) quiet: bool,
    /// More than usual.
    pub(super) verbose: bool,
}

impl Printer {
    /// The same, saying only what must be mended.
    pub(super) fn only_errors(self) -> Self {
        Self { quiet: true, verbose: false }
    }

    /// A result. A reader who has seen enough (`| head`) is no error; a disk that is full is one.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub(super) fn result(self, text: &str) -> Result<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(problem) if problem.kind() != ErrorKind::BrokenPipe => {
                Err(problem).context("could not write to standard output")
            }
            _ => Ok(()),
        }
    }

    /// Something said on the way.
    pub(super) fn say(self, text: &str) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Something said only when asked for more.
    pub(super) fn detail(self, text: &str) {
        if self.verbose {
            self.line(text);
        }
    }

    /// A problem, with the line of the plan it stands on.
    pub(super) fn problem(self, problem: &Diagnostic, plan: &str) {
        let heard = match problem.severity {
            Severity::Error => true,
            Severity::Warning => !self.quiet,
            Severity::Note => self.verbose,
        };
        if heard {
            let source = problem.place.as_ref().filter(|place| place.file == "throughline.toml").map(|_| plan);
            self.line(&render(problem, source));
        }
    }

    /// A problem of work that was done: what makes the exit status 1 is heard even by who asked for quiet.
    pub(super) fn counted(self, problem: &Diagnostic, plan: &str) {
        let printer = if means_less(problem) { Self { quiet: false, ..self } } else { self };
        printer.problem(problem, plan);
    }

    /// A problem of a stage that a question only passes through: said when asked for more.
    pub(super) fn detail_problem(self, problem: &Diagnostic) {
        self.detail(&render(problem, None));
    }

    /// A failure, in the form of a problem: in its own words if it is one, else what could not be done and why, from the
    /// outside in.
    pub(super) fn failure(self, failure: &anyhow::Error) {
        if let Some(problem) = failure.downcast_ref::<Diagnostic>() {
            return self.line(&render(problem, None));
        }
        let problem = with_reasons(Diagnostic::error("failed", format!("{failure}")), failure.chain().skip(1));
        self.line(&render(&problem, None));
    }

    fn line(self, text: &str) {
        let mut out = std::io::stderr().lock();
        let _closed = writeln!(out, "{text}");
    }
}

/// A problem with the reasons of a failure, from the outside in.
pub(super) fn with_reasons<'a>(
    problem: Diagnostic,
    reasons: impl Iterator<Item = &'a (dyn std::error::Error + 'static)>,
) -> Diagnostic {
    let words = reasons.map(|because| because.to_string().trim_end().replace("\n\n", "\n"));
    words.fold(problem, Diagnostic::because)
}
