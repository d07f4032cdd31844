//! `throughline run`: the nightly job, with progress on a terminal, the lock, and the exit status.

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

use super::args::{self, Common};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use super::{Exit, issues, question};
use crate::diag::render;
use crate::ingest::Ingested;
use crate::plan::resolve::Needs;
use crate::run::lock::{self, Asked, Holder, Lock};
use crate::run::session::Opening;
use crate::run::{self, Done, Job, Stage};

/// `throughline run`
pub(super) fn run(common: &Common, printer: Printer, asked: &args::Run) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Everything)? else { return Ok(Exit::Nothing) };
    if workspace.refused || (asked.strict && workspace.warned) {
        printer.say("nothing was done: `run` needs a plan that `throughline check` has nothing against");
        return Ok(Exit::Nothing);
    }
    let Some(_lock) = take_lock(common, printer, &workspace, "run")? else { return Ok(Exit::Unreachable) };
    let missing = run::missing_files(&workspace.plan, &workspace.state())?;
    for problem in &missing {
        printer.problem(problem, &workspace.plan.text);
    }
    if !missing.is_empty() {
        return Ok(Exit::Nothing);
    }
    let until = asked.only.iter().max().map_or(Stage::Report, |stage| own(*stage));
    let ingest = asked.only.is_empty() || asked.only.contains(&args::Stage::Ingest);
    let kept = question::held_constant(&workspace.plan.metrics);
    let opening = question::opening(common, &workspace, asked.span.as_of, kept);
    let done = nightly(printer, &workspace, opening, until, ingest)?;
    if done.ingested.as_ref().is_some_and(Ingested::is_stopped) {
        return Ok(Exit::Nothing);
    }
    Ok(if done.with_less() { Exit::Less } else { Exit::Done })
}

/// Runs the stages up to one, telling progress, and says where the pack is.
pub(super) fn nightly(
    printer: Printer,
    workspace: &Workspace,
    opening: Opening,
    until: Stage,
    ingest: bool,
) -> Result<Done> {
    let job = Job { plan: &workspace.plan, opening, until, ingest };
    let bar = progress(printer);
    let mut done = Done::default();
    let outcome = run::run(&job, &mut done, &mut |stage, text| {
        let line = format!("{}: {text}", stage.name());
        printer.detail(&line);
        bar.set_message(line);
    });
    bar.finish_and_clear();
    for issue in &done.issues {
        printer.counted(issue, &workspace.plan.text);
    }
    for change in &done.changes {
        printer.say(render(change, None).trim_end());
    }
    for took in done.stages.all() {
        let memory = took.memory.map_or(String::new(), |bytes| format!(" {:7} MB", bytes / 1_000_000));
        let (stage, seconds) = (took.stage.name(), took.time.as_secs_f64());
        printer.detail(&format!("{stage:>8} {seconds:8.2} s {:>12} rows{memory}", took.rows));
    }
    outcome?;
    if let Some(pack) = &done.pack {
        printer.say(&format!("report: {}", pack.display()));
    }
    Ok(done)
}

/// The lock, or nothing where somebody else holds it; who, is said.
pub(super) fn take_lock(common: &Common, printer: Printer, workspace: &Workspace, verb: &str) -> Result<Option<Lock>> {
    let holder = Holder {
        verb: verb.to_owned(),
        process: std::process::id(),
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        since: workspace::now(common).to_string(),
    };
    match lock::ask(&workspace.state(), &holder)? {
        Asked::Held { lock, taken_over } => {
            if let Some(text) = taken_over {
                printer.say(&format!("the lock of {text} was left by a process that is no more, and is taken over"));
            }
            Ok(Some(lock))
        }
        Asked::Busy(text) => {
            printer.failure(&issues::busy(&text).into());
            Ok(None)
        }
    }
}

/// A spinner on a terminal, nothing elsewhere.
pub(super) fn progress(printer: Printer) -> ProgressBar {
    if printer.quiet || printer.verbose || !console::Term::stderr().is_term() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} {elapsed:>4} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::new_spinner().with_style(style);
    bar.enable_steady_tick(std::time::Duration::from_millis(100));
    bar
}

fn own(stage: args::Stage) -> Stage {
    match stage {
        args::Stage::Ingest => Stage::Ingest,
        args::Stage::Shape => Stage::Shape,
        args::Stage::Measure => Stage::Measure,
        args::Stage::Link => Stage::Link,
        args::Stage::Report => Stage::Report,
    }
}
