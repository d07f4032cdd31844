//! `throughline ingest`: reads what is new, and accounts for every row.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use polars::prelude::{Column, DataFrame, NamedFrom, PlSmallStr, Series};
use serde_json::{Value, json};

use super::args::{Common, Format, Table};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use super::{Exit, output, question, run};
use crate::ingest::detect::is_deals;
use crate::ingest::{FileCounts, Ingested, Mode, Progress, ingest as read_sources, land};
use crate::model::ids::SourceName;
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::run::{means_less, session};

/// `throughline ingest [SOURCE…] [--afresh]`
pub(super) fn ingest(
    common: &Common,
    printer: Printer,
    sources: &[String],
    afresh: bool,
    table: &Table,
) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Sources)? else { return Ok(Exit::Nothing) };
    let Some(_lock) = run::take_lock(common, printer, &workspace, "ingest")? else { return Ok(Exit::Unreachable) };
    let which = asked(&workspace.plan, sources)?;
    if afresh && which.is_empty() {
        return Err(issues::option_unfit(
            "--afresh",
            "all sources at once",
            "those you name: `throughline ingest SOURCE --afresh`",
        ));
    }
    if sources.iter().any(|name| name == STDIN) {
        read_in(printer, &workspace, &which)?;
    }
    let opening = question::opening(common, &workspace, None, Vec::new());
    let (engine, lake) = (session::ingest_engine(&opening)?, session::lake(&opening.state)?);
    let mode = if afresh { Mode::Afresh } else { Mode::New };
    let bar = run::progress(printer);
    let mut tell = |progress: Progress<'_>| {
        if let Progress::Reads { file, .. } = progress {
            bar.set_message(format!("reading {file}"));
            printer.detail(&format!("reading {file}"));
        }
    };
    let ingested = read_sources(&workspace.plan, &lake, &engine, opening.now_us, &which, mode, &mut tell);
    bar.finish_and_clear();
    let ingested = ingested?;
    for issue in &ingested.issues {
        printer.counted(issue, &workspace.plan.text);
    }
    let mut frame = rows(&ingested, table.format)?;
    output::write(printer, table, &mut frame, || document(&ingested))?;
    Ok(exit(&ingested))
}

/// Stands for standard input.
const STDIN: &str = "-";

/// Keeps what comes in on standard input as a file of the one source it belongs to.
fn read_in(printer: Printer, workspace: &Workspace, which: &[SourceName]) -> Result<()> {
    let known = names(&workspace.plan);
    let [source] = which else { return Err(issues::stdin_of_one(&known)) };
    let mut input = std::io::stdin().lock();
    if input.is_terminal() {
        printer.say(&format!("reading rows of `{source}` as you type them; end with Ctrl-D"));
    }
    let landed = land(&workspace.root, source, &mut input)?;
    let of_crm = workspace.plan.sources.iter().any(|known| known.name == *source && known.kind.is_crm());
    if of_crm && is_deals(&landed)? {
        // The tables of a CRM are told apart by the names of their files.
        let name = landed.file_name().map_or_else(String::new, |name| format!("deals-{}", name.to_string_lossy()));
        std::fs::rename(&landed, landed.with_file_name(name)).context("could not name what came in")?;
    }
    Ok(())
}

fn names(plan: &Plan) -> Vec<&str> {
    plan.sources.iter().map(|source| source.name.as_str()).collect()
}

/// The sources named, or all.
fn asked(plan: &Plan, asked: &[String]) -> Result<Vec<SourceName>> {
    let known = names(plan);
    let one = |name: &String| match known.contains(&name.as_str()) {
        true => Ok(SourceName::new(name.clone())),
        false => Err(issues::unknown(Noun::Source, name, &known)),
    };
    asked.iter().filter(|name| *name != STDIN).map(one).collect()
}

fn exit(ingested: &Ingested) -> Exit {
    if ingested.is_stopped() {
        return Exit::Nothing;
    }
    if ingested.issues.iter().any(means_less) { Exit::Less } else { Exit::Done }
}

/// Source, file, the four counts, and the reasons.
type Line = (String, String, [u64; 4], String);

/// A row per file; for people only those that were read, and a total per source.
fn rows(ingested: &Ingested, format: Format) -> Result<DataFrame> {
    let people = matches!(format, Format::Table | Format::Md);
    let mut lines: Vec<Line> = Vec::new();
    for source in &ingested.sources {
        let name = source.source.as_str();
        for file in source.files.iter().filter(|file| !people || !file.already_read) {
            let counts = [file.read, file.accepted, file.duplicate, file.set_aside];
            lines.push((name.to_owned(), file.file.clone(), counts, reasons(file)));
        }
        if people {
            let sum = |of: fn(&FileCounts) -> u64| source.files.iter().map(of).sum::<u64>();
            let counts = [sum(|f| f.read), sum(|f| f.accepted), sum(|f| f.duplicate), sum(|f| f.set_aside)];
            let known = source.files.iter().filter(|file| file.already_read).count();
            let total = format!("all {} files, {known} read before", source.files.len());
            lines.push((name.to_owned(), total, counts, String::new()));
        }
    }
    let text = |name: &str, of: &dyn Fn(&Line) -> String| -> Column {
        Series::new(PlSmallStr::from_str(name), lines.iter().map(of).collect::<Vec<_>>()).into()
    };
    let count = |name: &str, at: usize| -> Column {
        Series::new(PlSmallStr::from_str(name), lines.iter().map(|line| line.2[at] as i64).collect::<Vec<_>>()).into()
    };
    let columns = vec![
        text("source", &|line| line.0.clone()),
        text("file", &|line| line.1.clone()),
        count("read", 0),
        count("accepted", 1),
        count("duplicate", 2),
        count("set_aside", 3),
        text("reasons", &|line| line.3.clone()),
    ];
    Ok(DataFrame::new(lines.len(), columns)?)
}

fn reasons(file: &FileCounts) -> String {
    file.reasons.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ")
}

/// The document of `ingest --format json`.
fn document(ingested: &Ingested) -> String {
    let file = |file: &FileCounts| {
        let reasons: serde_json::Map<String, Value> =
            file.reasons.iter().map(|(code, count)| ((*code).to_owned(), (*count).into())).collect();
        json!({
            "file": file.file, "read": file.read, "accepted": file.accepted, "duplicate": file.duplicate,
            "set_aside": file.set_aside, "reasons": reasons, "bytes": file.bytes, "already_read": file.already_read,
        })
    };
    let sources: Vec<Value> = ingested
        .sources
        .iter()
        .map(|source| {
            let sum = |of: fn(&FileCounts) -> u64| source.files.iter().map(of).sum::<u64>();
            json!({
                "source": source.source.as_str(), "kind": source.kind.name(),
                "files": source.files.iter().map(file).collect::<Vec<_>>(),
                "read": sum(|f| f.read), "accepted": sum(|f| f.accepted),
                "duplicate": sum(|f| f.duplicate), "set_aside": sum(|f| f.set_aside),
            })
        })
        .collect();
    serde_json::to_string_pretty(&json!({ "shape": 1, "sources": sources })).expect("values of JSON can be written")
        + "\n"
}
