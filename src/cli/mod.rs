//! Speaks to people and schedulers: flags in, tables and messages out, and the exit status.

mod accounts;
mod args;
mod chart;
mod check;
mod compare;
mod completions;
mod demo;
mod events;
mod explain;
mod failure;
mod ingest;
mod init;
mod issues;
mod link;
mod list;
mod measure;
mod output;
mod printer;
mod question;
mod redact;
mod report;
mod run;
mod samples;
mod series;
mod shell;
mod sql;
mod status;
mod synth;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use args::{Colour, Command, Verb};
use printer::Printer;

/// How a verb ended (cli.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All done.
    Done = 0,
    /// Done with less, and the words say what.
    Less = 1,
    /// A source or the workspace could not be reached or is busy: try again.
    Unreachable = 3,
    /// Nothing was done: a flag, the plan or the data must be mended first.
    Nothing = 2,
    /// Interrupted.
    Interrupted = 130,
}

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(problem) => {
            let _closed = problem.print();
            return ExitCode::from(if problem.use_stderr() { 2 } else { 0 });
        }
    };
    colours(command.common.color);
    let printer = Printer { quiet: command.common.quiet, verbose: command.common.verbose };
    interruptible(printer);
    let exit = run_verb(&command, printer).unwrap_or_else(|failure| failure::tell(printer, &failure));
    ExitCode::from(exit as u8)
}

fn run_verb(command: &Command, printer: Printer) -> Result<Exit> {
    let common = &command.common;
    match &command.verb {
        Verb::Demo { dir } => demo::demo(common, printer, dir),
        Verb::Init { dir, from } => init::init(common, printer, dir, from),
        Verb::Check { strict } => check::check(common, printer, *strict),
        Verb::Run(asked) => run::run(common, printer, asked),
        Verb::Ingest { sources, named, afresh, table } => {
            let sources: Vec<_> = named.iter().chain(sources).cloned().collect();
            ingest::ingest(common, printer, &sources, *afresh, table)
        }
        Verb::Report { span, known } => report::report(common, printer, span, known),
        Verb::Status { table } => status::status(common, printer, table),
        Verb::Measure(asked) => measure::measure(common, printer, asked),
        Verb::List { what, source, table } => list::list(common, printer, *what, source.as_deref(), table),
        Verb::Link { ids, span, known, table } => link::link(common, printer, ids, (span, known), table),
        Verb::Accounts(asked) => accounts::accounts(common, printer, asked),
        Verb::Explain(asked) => explain::explain(common, printer, asked),
        Verb::Sql { query, table } => sql::sql(common, printer, query.as_deref(), table),
        Verb::Events { names, table } => events::events(common, printer, names, table),
        Verb::Synth { accounts, weeks, seed, out } => synth::synth(printer, *accounts, *weeks, *seed, out),
        Verb::Schema => completions::schema(printer),
        Verb::Completions { shell } => completions::completions(printer, *shell),
        Verb::Man => completions::man(printer),
    }
}

/// Leaves at once when interrupted: whatever was not committed is not seen, and the next run does it.
fn interruptible(printer: Printer) {
    #[expect(clippy::exit, reason = "an interrupt ends the process wherever it is; nothing is lost by it")]
    let leave = move || {
        printer.say("interrupted: nothing is lost, and the next run goes on from here");
        std::process::exit(Exit::Interrupted as i32)
    };
    // Where the system gives no handler, an interrupt ends the process all the same.
    let _without_words = ctrlc::set_handler(leave);
}

/// `--color`, else `NO_COLOR` and whether a terminal listens (both are `console`'s own rule).
fn colours(colour: Colour) {
    match colour {
        Colour::Auto => {}
        Colour::Always => {
            console::set_colors_enabled(true);
            console::set_colors_enabled_stderr(true);
        }
        Colour::Never => {
            console::set_colors_enabled(false);
            console::set_colors_enabled_stderr(false);
        }
    }
}
