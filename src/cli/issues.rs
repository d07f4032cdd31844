//! What the command line itself has to say: one function per code.

use std::path::Path;

use anyhow::Error;

use crate::diag::{Diagnostic, nearest};

/// Every code of the command line that no stage has, with what it means.
pub(super) fn codes() -> Vec<(&'static str, &'static str)> {
    vec![
        ("failed", "the system or the engine refused; its own words say why"),
        ("no-workspace", "there is no plan in the folder or above it"),
        ("workspace-busy", "another run holds the lock: try again when it is done"),
        ("plan-exists", "a plan stands there already, and is never overwritten"),
        ("plan-unreadable", "the plan is no text in UTF-8"),
        ("no-exports", "none of the files is an export of a kind that is known"),
        ("unknown-link", "an arrow that the plan does not have"),
        ("unknown-event", "an event that no source has"),
        ("unknown-run", "a run that never finished or never was"),
        ("unknown-period", "a day that no period of the metric's answer holds"),
        ("standing-in-for-many", "standard input for no source, or for several"),
        ("days-out-of-order", "a first day that lies after the last"),
        ("segment-value-missing", "a segment to keep without a value"),
        ("option-unfit", "an option that the table asked for does not take"),
        ("not-a-query", "SQL that is something else than a query"),
        ("query-refused", "a query that the engine does not run"),
        ("output-precious", "an output that would replace what somebody wrote by hand"),
        ("nothing-to-draw", "a table without a figure that a chart could show"),
        ("value-unseen", "a value of a segment that no account ever stood under"),
        ("where-unmet", "a test that no event ever passed"),
        ("metric-held", "a metric that rests on a stale source: its readings end where that does"),
    ]
}

/// What a name at the command line can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Source,
    Metric,
    Outcome,
    Segment,
    Event,
}

impl Noun {
    /// The code, the word, and where all of them are listed.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Source => ("unknown-source", "source", "status"),
            Self::Metric => ("unknown-metric", "metric", "list metrics"),
            Self::Outcome => ("unknown-outcome", "outcome", "list metrics"),
            Self::Segment => ("unknown-segment", "segment", "check"),
            Self::Event => ("unknown-event", "event", "list events"),
        }
    }
}

/// A name that nothing has.
pub(super) fn unknown(noun: Noun, name: &str, known: &[&str]) -> Error {
    let (code, word, listed) = noun.words();
    let problem = Diagnostic::error(code, format!("there is no {word} `{name}`"));
    let problem = match known {
        [] => problem.because(format!("there are no {word}s at all")),
        few if few.len() <= 12 => problem.because(format!("the {word}s are {}", few.join(", "))),
        many => problem.because(format!("there are {} {word}s; none is spelled this way", many.len())),
    };
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")).into(),
        None => problem.hint(format!("list them with `throughline {listed}`")).into(),
    }
}

/// A value of a segment that no account ever stood under.
pub(super) fn value_unseen(segment: &str, value: &str, known: &[String]) -> Diagnostic {
    let problem = Diagnostic::warning("value-unseen", format!("no account ever stood under `{segment}={value}`"))
        .because("what is asked of them is asked of nobody");
    match nearest(value, known.iter().map(String::as_str)) {
        Some(near) => problem.hint(format!("did you mean `{segment}={near}`?")),
        None => problem.hint(format!("its values are {}", known.join(", "))),
    }
}

/// A test that no event of a signal ever passed.
pub(super) fn test_passed_by_none(signal: &str, test: &str) -> Diagnostic {
    Diagnostic::warning("where-unmet", format!("no event of `{signal}` ever passed `{test}`"))
        .because("a property that is spelled wrong is one that no event has")
        .hint("see properties and their values with `throughline events NAME`")
}

/// A run that never was, or whose rows are no longer kept.
pub(super) fn run_unreadable(run: &str, readable: &[String]) -> Error {
    let problem = Diagnostic::error("unknown-run", format!("there is no run `{run}` whose rows are kept"));
    let problem = match readable {
        [] => problem.because("no run can be read yet: `throughline run` makes one"),
        runs => problem.because(format!("the newest that can be read: {}", runs.join(", "))),
    };
    problem.hint("list them with `throughline list runs`").into()
}

/// An arrow that the plan does not have.
pub(super) fn unknown_link(name: &str) -> Error {
    Diagnostic::error("unknown-link", format!("no link is called `{name}`"))
        .because("a link is named by a metric or an outcome at one of its ends, or by both: `FROM->TO`")
        .hint("list them with `throughline list links`")
        .into()
}

/// A day that no period of the answer holds.
pub(super) fn unknown_period(metric: &str, day: jiff::civil::Date) -> Error {
    Diagnostic::error("unknown-period", format!("no reading of `{metric}` lies where it was asked for, at {day}"))
        .hint(format!("see its periods and segments with `throughline measure {metric}`"))
        .into()
}

/// No plan where one was looked for.
pub(super) fn no_workspace(plan: &str, start: &Path, upwards: bool) -> Error {
    let above = if upwards { " or above it" } else { "" };
    Diagnostic::error("no-workspace", format!("there is no `{plan}` in {}{above}", start.display()))
        .hint("make a workspace with `throughline init`, or name one with `-C DIR`")
        .hint("to see a whole one first: `throughline demo`")
        .into()
}

/// A plan that is no text.
pub(super) fn plan_unreadable(path: &Path, offset: usize) -> Error {
    Diagnostic::error("plan-unreadable", format!("{} is not UTF-8", path.display()))
        .because(format!("its byte {offset} begins no character"))
        .hint("save it as UTF-8")
        .into()
}

/// A plan that is there already.
pub(super) fn plan_exists(path: &Path) -> Error {
    Diagnostic::error("plan-exists", format!("{} is there already and stays as it is", path.display()))
        .hint("edit it, or name another folder")
        .into()
}

/// A folder in which the demo would mix with what is there.
pub(super) fn demo_exists(dir: &Path) -> Error {
    Diagnostic::error("plan-exists", format!("{} is not empty, and no demo of before", dir.display()))
        .hint("name an empty folder: `throughline demo DIR`")
        .into()
}

/// Somebody else holds the lock.
pub(super) fn busy(holder: &str) -> Diagnostic {
    // Between taking the lock and writing who did there is a moment.
    let holder = if holder.is_empty() { "another process" } else { holder };
    Diagnostic::error("workspace-busy", "the workspace is busy; nothing was done")
        .because(format!("{holder} holds its lock"))
        .hint("try again when that is done")
}

/// Standard input belongs to exactly one source.
pub(super) fn stdin_of_one(known: &[&str]) -> Error {
    Diagnostic::error("standing-in-for-many", "it is not clear which source standard input belongs to")
        .because(format!("the plan has {}", known.join(", ")))
        .hint("name exactly one: `throughline ingest SOURCE -`")
        .into()
}

/// A first day after the last.
pub(super) fn days_out_of_order(from: jiff::civil::Date, to: jiff::civil::Date) -> Error {
    Diagnostic::error("days-out-of-order", format!("`--from {from}` lies after `--to {to}`: no day is in both")).into()
}

/// A segment without a value.
pub(super) fn segment_value_missing(text: &str) -> Error {
    Diagnostic::error("segment-value-missing", format!("`--segment {text}` names no value"))
        .hint("write `--segment name=value`, or several: `--segment name=one,two`; `null` is those without one")
        .into()
}

/// An option that does not fit what is listed.
pub(super) fn option_unfit(option: &str, what: &str, fits: &str) -> Error {
    Diagnostic::error("option-unfit", format!("`{option}` does not go with {what}"))
        .hint(format!("it goes with {fits}"))
        .into()
}

/// SQL that is no query.
pub(super) fn not_a_query(why: &str) -> Error {
    Diagnostic::error("not-a-query", "only queries are run here: `select …`, `from …`, `with …`")
        .because(why.trim().to_owned())
        .hint("nothing in the lake is ever changed by a query; to keep rows, `--format csv --output FILE`")
        .into()
}

/// A query that the engine does not run.
pub(super) fn query_refused(why: &str) -> Error {
    Diagnostic::error("query-refused", "the query cannot be run")
        .because(why.trim().to_owned())
        .hint(
            "the tables: `throughline sql \"show tables\"`; the columns of one: `throughline sql \"describe events\"`",
        )
        .into()
}

/// An output over what somebody keeps.
pub(super) fn output_precious(output: &Path) -> Error {
    let what = format!("{} is the plan, or a file that it names: it stays as it is", output.display());
    Diagnostic::error("output-precious", what).hint("write to another file, then copy what is right").into()
}

/// A table that no chart can show.
pub(super) fn nothing_to_draw(columns: &[&str]) -> Error {
    Diagnostic::error("nothing-to-draw", "this table has no figure that a chart could show")
        .because(format!("its columns are {}", columns.join(", ")))
        .into()
}

/// A metric whose sources are stale.
pub(super) fn metric_held(metric: &str, sources: &[String]) -> Diagnostic {
    let names: Vec<_> = sources.iter().map(|source| format!("`{source}`")).collect();
    Diagnostic::warning("metric-held", format!("`{metric}` rests on {}, which is stale", names.join(" and ")))
        .because("its readings end where that source does, and the report holds it back")
        .hint("bring newer files, then `throughline ingest`; or ask for a day with `--as-of`")
}
