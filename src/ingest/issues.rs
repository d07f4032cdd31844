//! What `ingest` says: one function per code, in the form of style.md 5.

mod rows;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::contract::Term;
use super::drift::Retyped;
use super::rows::Code;
use super::said::{Held, Reason, Rowed, Spot};
use super::settle::Absent;
use super::zone::Recut;
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::plan::source::{Kind, Source};

/// How many names a message lists before it counts the rest.
const LISTED: usize = 5;
/// For how many reasons a message says what can be done.
const MENDED: usize = 3;
/// Absent records are said aloud beyond this share.
const LOUDLY: f64 = 0.1;

pub(super) use rows::{rows_set_aside, still_set_aside};

pub(super) fn zone_changed(plan: &Plan, recut: &Recut) -> Diagnostic {
    let zone = &plan.workspace.timezone;
    Diagnostic::warning(
        "zone-changed",
        format!("the days of {} rows were cut anew, in {zone} instead of {}", figure(recut.rows), recut.before),
    )
    .because("the plan's `timezone` is another one than the lake was written with")
    .because("every day, week and month is told in it from now on, so figures differ from those published before")
    .hint(format!("if that was not meant, set `timezone = \"{}\"` again and run this once more", recut.before))
}

pub(super) fn not_opened(source: &Source, file: &str, problem: &anyhow::Error) -> Diagnostic {
    Diagnostic::error("file-not-opened", format!("`{file}` of `{}` cannot be opened", source.name))
        .because(format!("{:#}", problem.root_cause()))
        .hint(format!("the other files were read; once it can be, `throughline ingest {}`", source.name))
}

pub(super) fn files_incomplete(source: &Source, files: u64, first: Option<&str>) -> Diagnostic {
    let verb = if files == 1 { "is" } else { "are" };
    let what = format!("{} of `{}` {verb} cut off, broken, or no export at all", counted(files, "file"), source.name);
    let told = Diagnostic::warning("file-incomplete", what)
        .because("how many rows are missing is not known, and every figure of the source may be too low");
    let told = match first {
        Some(first) => told.because(format!("the first is {first}")),
        None => told,
    };
    told.hint(format!("export or copy again what `throughline list set-aside --source {}` names", source.name))
}

pub(super) fn account_absent(source: &Source, path: &str, events: u64) -> Diagnostic {
    let what =
        format!("none of {} of `{}` has `{path}`, which is to name the account", counted(events, "event"), source.name);
    Diagnostic::warning("account-absent", what)
        .because("they belong to an account only where something else tells whose their users are")
        .hint("see what events carry with `throughline events NAME`")
        .hint(format!("then mend `account` under `[sources.{}]`: the files are read again", source.name))
}

pub(super) fn file_passed_over(source: &Source, file: &str, why: &str) -> Diagnostic {
    Diagnostic::note("file-passed-over", format!("`{file}` of `{}` was not read", source.name)).because(why)
}

pub(super) fn actor_absent(source: &Source, events: &Rowed) -> Diagnostic {
    let what =
        format!("{} of `{}` {} neither user nor account", counted(events.rows, "event"), source.name, has(events));
    first(Diagnostic::note("actor-absent", what).because("they are kept and belong to nobody"), events)
        .hint(format!("if the rows name the account, say where: `account` under `[sources.{}]`", source.name))
}

pub(super) fn times_without_zone(source: &Source, rows: &Rowed) -> Diagnostic {
    let zone = source.timezone.iana_name().unwrap_or("UTC");
    let verb = if rows.rows == 1 { "carries" } else { "carry" };
    let what = format!("{} of `{}` {verb} no zone", counted(rows.rows, "time"), source.name);
    first(Diagnostic::note("times-without-zone", what).because(format!("they were taken as {zone}")), rows)
        .hint(format!("if that is wrong, set `timezone` under `[sources.{}]`", source.name))
}

pub(super) fn account_many(source: &Source, rows: &Rowed) -> Diagnostic {
    let verb = if rows.rows == 1 { "names" } else { "name" };
    let what = format!("{} of `{}` {verb} several accounts", counted(rows.rows, "row"), source.name);
    first(Diagnostic::note("account-many", what).because("the first of them was taken"), rows)
        .hint(format!("if another one pays, set `account` under `[sources.{}]` to a path that names it", source.name))
}

pub(super) fn duplicates_differ(source: &Source, rows: &Rowed) -> Diagnostic {
    let (verb, differ) = if rows.rows == 1 { ("shares", "differs") } else { ("share", "differ") };
    let what =
        format!("{} of `{}` {verb} an id with another and {differ} from it", counted(rows.rows, "row"), source.name);
    let told = Diagnostic::warning("duplicates-differ", what)
        .because("within a file the first stands, between files the one whose content hash is smaller");
    first(told, rows).hint(if source.kind == Kind::Events {
        format!("if the id is not one, set `id` under `[sources.{}]`", source.name)
    } else {
        "if there are many, tell who sends them: one id is meant to be one row".to_owned()
    })
}

pub(super) fn encoding_guessed(source: &Source, files: &[String]) -> Diagnostic {
    let verb = if files.len() == 1 { "was" } else { "were" };
    Diagnostic::note("encoding-guessed", format!("{} of `{}` {verb} read as Windows-1252", listed(files), source.name))
        .because("it is not UTF-8, and says nothing of its encoding")
        .hint(format!("if that is wrong, set `encoding` under `[sources.{}]`", source.name))
}

pub(super) fn file_undated(source: &Source, files: &[String]) -> Diagnostic {
    let verb = if files.len() == 1 { "names" } else { "name" };
    Diagnostic::note("file-undated", format!("{} of `{}` {verb} no day in the file name", listed(files), source.name))
        .because("the day it was last changed was taken as the day it speaks of")
        .hint(format!(
            "put the day into the name (`…-2026-03-06.csv`), or set `dated` under `[sources.{}]`",
            source.name
        ))
}

pub(super) fn columns_new(source: &Source, file: &str, names: &[String]) -> Diagnostic {
    let columns = if names.len() == 1 { "a column" } else { "columns" };
    let what = format!("`{file}` of `{}` has {columns} that no file before it had: {}", source.name, named(names));
    let told = Diagnostic::note("columns-new", what).because("new columns are read like the others");
    if source.kind.is_crm() || source.kind.is_billing() {
        return told.hint("to split figures by one, name it as the `field` of a segment under `[segments]`");
    }
    told
}

pub(super) fn records_absent(source: &Source, absent: &Absent) -> Diagnostic {
    let Absent { kind, day, records, absent } = absent;
    let (verb, they) = if *absent == 1 { ("is", "it stays as it was") } else { ("are", "they stay as they were") };
    let what = format!(
        "{} of {} of `{}` {verb} not in its newest export, of {day}",
        figure(*absent),
        counted(*records, kind),
        source.name
    );
    #[expect(clippy::cast_precision_loss, reason = "a share of records needs no more than 15 digits")]
    let share = *absent as f64 / (*records).max(1) as f64;
    let told = match share > LOUDLY {
        true => Diagnostic::warning("records-absent", what),
        false => Diagnostic::note("records-absent", what),
    };
    told.because(format!(
        "that is {:.0}%; {they}: exports are often filtered, and only a mark of deletion ends a record",
        share * 100.0
    ))
    .hint("if it was filtered or cut short, export all of them again under the name of that day")
}

pub(super) fn rows_vanished(source: &Source, files: &BTreeMap<String, u64>) -> Diagnostic {
    let rows: u64 = files.values().sum();
    let names: Vec<_> = files.keys().cloned().collect();
    let verb = if rows == 1 { "is" } else { "are" };
    Diagnostic::note(
        "rows-vanished",
        format!("{} of `{}` {verb} no longer in {}", counted(rows, "row"), source.name, listed(&names)),
    )
    .because("they stay in the lake: exports that roll over are normal")
    .hint(format!("to take them out, `throughline ingest {} --afresh`", source.name))
}

pub(super) fn rows_unseen(sources: &BTreeMap<&str, u64>) -> Diagnostic {
    let names: Vec<_> = sources.keys().map(|name| (*name).to_owned()).collect();
    let what = format!(
        "the lake holds {} of {}, which the plan does not have",
        counted(sources.values().sum(), "row"),
        named(&names)
    );
    Diagnostic::warning("rows-unseen", what)
        .because("they stay, and nothing reads them")
        .hint("if a source was renamed, its old name brings them back; under a new one its files are read anew")
}

pub(super) fn contract_broken(source: &Source, term: &Term, spot: Option<Spot>) -> Diagnostic {
    let Term { event, property, kind, events, broken, .. } = term;
    let promise = kind.as_ref().map_or_else(|| "is not there".to_owned(), |kind| format!("is no {kind}"));
    let row = if source.kind.is_telemetry() { "event" } else { "row" };
    let rows = counted(*events, &format!("`{event}` {row}"));
    let what = format!("`{property}` {promise} in {} of {rows} of `{}`", figure(*broken), source.name);
    let told = match source.contract.as_ref().is_some_and(|contract| contract.stop_on_break) {
        true => Diagnostic::error("contract-broken", what)
            .because("its contract says `on_break = \"stop\"`: none of its new rows is taken until this is mended"),
        false => Diagnostic::warning("contract-broken", what).because("its contract promises it; the rows are taken"),
    };
    let told = match spot {
        Some(spot) => told.because(format!("the first is {spot}")),
        None => told,
    };
    told.hint(format!("tell who sends `{event}`, or change `[sources.{}.contract]`", source.name))
}

pub(super) fn events_new(source: &Source, names: &[String]) -> Diagnostic {
    let events = if names.len() == 1 { "a new event" } else { "new events" };
    Diagnostic::note("event-new", format!("`{}` sends {events}: {}", source.name, named(names)))
        .because("not seen in the year before")
        .hint("to count one, name it as the `event` of a signal under `[signals]`")
}

pub(super) fn events_stopped(source: &Source, events: &[(&str, Date)]) -> Diagnostic {
    let names: Vec<_> = events.iter().map(|(name, _)| (*name).to_owned()).collect();
    let what = format!("`{}` no longer sends {}", source.name, named(&names));
    let days: Vec<_> = events.iter().map(|(name, last)| format!("`{name}` was last seen on {last}")).collect();
    let told = Diagnostic::note("event-vanished", what)
        .because("silent for 14 days or more, and for more than twice as long as ever before");
    days.iter()
        .take(LISTED)
        .fold(told, Diagnostic::because)
        .hint("if it was renamed, name both in the signal: `event = [\"old\", \"new\"]`")
}

pub(super) fn types_changed(source: &Source, retyped: &[Retyped]) -> Diagnostic {
    let names: Vec<_> = retyped.iter().map(|one| format!("{}.{}", one.event, one.property)).collect();
    let verb = if names.len() == 1 { "has" } else { "have" };
    let told = Diagnostic::note("type-changed", format!("{} of `{}` {verb} another type", named(&names), source.name));
    let told = retyped.iter().take(LISTED).fold(told, |told, one| {
        let events = counted(one.events, "event");
        told.because(format!("`{}` of `{}` was {}, and is {} in {events}", one.property, one.event, one.was, one.is))
    });
    told.hint(format!("to be told aloud, promise it: `types` under `[sources.{}.contract]`", source.name))
}

/// Adds where the first of some rows stands.
fn first(told: Diagnostic, rows: &Rowed) -> Diagnostic {
    match &rows.first {
        Some(spot) => told.because(format!("the first is {spot}")),
        None => told,
    }
}

fn has(rows: &Rowed) -> &'static str {
    if rows.rows == 1 { "has" } else { "have" }
}

/// A list of files, the first by name.
fn listed(files: &[String]) -> String {
    match files {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    }
}

/// Names, the first few of them.
fn named(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    let more = names.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// `1 row`, `1,204 rows`; companies too.
fn counted(count: u64, word: &str) -> String {
    let plural = match word.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{word}s"),
    };
    format!("{} {}", figure(count), if count == 1 { word } else { &plural })
}

/// A count with commas between thousands.
fn figure(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
