//! `throughline status`: freshness per source, the last runs, rows set aside, match rates, what is due next.

use anyhow::Result;
use polars::prelude::DataFrame;
use serde_json::{Value, json};

use super::args::{Common, Format, Table};
use super::printer::Printer;
use super::workspace::Workspace;
use super::{Exit, output, question, workspace};
use crate::engine::Engine;
use crate::model::scope::Freshness;
use crate::plan::resolve::Needs;
use crate::run::lock::{Seen, look};
use crate::run::session::Session;
use crate::run::{means_less, review};

/// How many of the last runs are told.
const RUNS: usize = 5;

/// `throughline status`
pub(super) fn status(common: &Common, printer: Printer, table: &Table) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Sources)? else { return Ok(Exit::Nothing) };
    let lock = look(&workspace.state())?;
    let session = question::open(common, printer, &workspace, None, Vec::new())?;
    for issue in &session.shaped.issues {
        printer.problem(issue, &workspace.plan.text);
    }
    let (sources, runs) = (sources(&workspace, &session)?, runs(&session)?);
    let document = || document(&workspace, &session, &sources, &runs, &lock);
    output::write(printer, table, &mut frame(&sources)?, document)?;
    let mut facts = facts(&workspace, &session, &runs, &lock);
    facts.extend(unseen(&session)?);
    let facts = facts.join("\n");
    if table.format == Format::Table && table.output.is_none() {
        printer.result(&format!("\n{facts}\n"))?;
    } else {
        printer.say(&facts);
    }
    let late =
        |issue: &crate::diag::Diagnostic| means_less(issue) && ["source-stale", "as-of-behind"].contains(&issue.code);
    Ok(if session.shaped.issues.iter().any(late) { Exit::Less } else { Exit::Done })
}

/// A source with its days, how fresh it is, and what became of its rows.
struct Source {
    name: String,
    kind: &'static str,
    first_day: Option<String>,
    last_day: Option<String>,
    freshness: String,
    due: Option<String>,
    rows: u64,
    set_aside: u64,
}

fn sources(workspace: &Workspace, session: &Session) -> Result<Vec<Source>> {
    let accounting = session.engine.query("select * from accounting()", &[])?;
    let counted = |source: &str, column: &str| {
        let row = (0..accounting.rows()).find(|row| accounting.text("source", *row).as_deref() == Some(source));
        row.map_or(0, |row| accounting.count(column, row))
    };
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let told = workspace.plan.sources.iter().zip(&session.scope().sources).map(|(source, span)| {
        let name = source.name.as_str();
        Source {
            name: name.to_owned(),
            kind: source.kind.name(),
            first_day: day(span.first_day),
            last_day: day(span.last_day),
            freshness: words(span.freshness),
            due: day(span.due),
            rows: counted(name, "rows_read"),
            set_aside: counted(name, "rows_set_aside"),
        }
    });
    Ok(told.collect())
}

fn frame(sources: &[Source]) -> Result<DataFrame> {
    let columns = vec![
        output::texts("source", sources.iter().map(|source| Some(&source.name))),
        output::texts("kind", sources.iter().map(|source| Some(source.kind))),
        output::texts("first_day", sources.iter().map(|source| source.first_day.as_ref())),
        output::texts("last_day", sources.iter().map(|source| source.last_day.as_ref())),
        output::texts("freshness", sources.iter().map(|source| Some(&source.freshness))),
        output::texts("due", sources.iter().map(|source| source.due.as_ref())),
        output::counts("rows", sources.iter().map(|source| source.rows)),
        output::counts("set_aside", sources.iter().map(|source| source.set_aside)),
    ];
    Ok(DataFrame::new(sources.len(), columns)?)
}

fn words(freshness: Freshness) -> String {
    match freshness {
        Freshness::Fresh => "fresh".to_owned(),
        Freshness::Late(days) => format!("{days} days behind"),
        Freshness::Stale(days) => format!("stale: {days} days behind"),
        Freshness::Empty => "no rows yet".to_owned(),
    }
}

/// A finished run: its id, when it began, its exit status.
type Run = (String, String, Option<i64>);

/// The last runs, newest first.
fn runs(session: &Session) -> Result<Vec<Run>> {
    let sql = format!(
        "select run, strftime(make_timestamp(epoch_us(started_at)), '%Y-%m-%dT%H:%M:%SZ') as began, exit from lake_runs \
         order by started_at desc, run desc limit {RUNS}"
    );
    let frame = session.engine.query(&sql, &[])?;
    let text = |column: &str, row| frame.text(column, row).unwrap_or_default();
    Ok((0..frame.rows()).map(|row| (text("run", row), text("began", row), frame.long("exit", row))).collect())
}

/// What stands below the table.
fn facts(workspace: &Workspace, session: &Session, runs: &[Run], lock: &Seen) -> Vec<String> {
    let (rate, as_of) = (&session.shaped.match_rate, session.scope().as_of);
    let mut lines = vec![format!("as of      {as_of}")];
    for (at, (run, began, exit)) in runs.iter().enumerate() {
        let head = if at == 0 { "last runs" } else { "" };
        let exit = exit.map_or_else(String::new, |exit| format!(", exit {exit}"));
        lines.push(format!("{head:<10} {run}, begun {began}{exit}"));
    }
    if runs.is_empty() {
        lines.push("last runs  none has finished yet: `throughline run`".to_owned());
    }
    lines.push(format!("matched    {} of {} accounts to a CRM company", rate.accounts_matched, rate.accounts));
    lines.push(format!(
        "           {} of {} paying customers{}",
        rate.customers_matched,
        rate.customers,
        revenue(session)
    ));
    lines.push(format!("next       {}: the next review", review::next(&workspace.plan, as_of)));
    match lock {
        Seen::Free => {}
        Seen::Held(holder) => lines.push(format!("lock       held by {holder}")),
        Seen::Left(holder) => {
            lines.push(format!("lock       left by {holder}, which died; the next run takes it over"))
        }
    }
    lines
}

/// Rows of sources that the plan does not have: they stay in the lake, and nothing reads them (lake.md 9).
fn unseen(session: &Session) -> Result<Vec<String>> {
    if !session.shaped.foreign_rows {
        return Ok(Vec::new());
    }
    let sql = "select source, cast(sum(accepted) as bigint) as row_count from every_files \
               where source not in (select source from plan_sources) group by source order by source";
    let frame = session.engine.query(sql, &[])?;
    let of = |row| (frame.count("row_count", row), frame.text("source", row).unwrap_or_default());
    let told = (0..frame.rows()).map(of).map(|(rows, source)| {
        format!("unseen     {rows} rows of `{source}`, a source that the plan does not have: nothing reads them")
    });
    Ok(told.collect())
}

fn revenue(session: &Session) -> String {
    match matched_revenue(session) {
        Some(share) => format!(", who pay {:.1} % of MRR", share * 100.0),
        None => String::new(),
    }
}

fn matched_revenue(session: &Session) -> Option<f64> {
    let rate = &session.shaped.match_rate;
    (rate.mrr_micros > 0).then(|| rate.mrr_matched_micros as f64 / rate.mrr_micros as f64)
}

fn document(workspace: &Workspace, session: &Session, sources: &[Source], runs: &[Run], lock: &Seen) -> String {
    let source = |source: &Source| {
        json!({
            "source": source.name, "kind": source.kind, "first_day": source.first_day, "last_day": source.last_day,
            "freshness": source.freshness, "due": source.due, "rows": source.rows, "set_aside": source.set_aside,
        })
    };
    let run = |(run, began, exit): &Run| json!({ "run": run, "started_at": began, "exit": exit });
    let (rate, as_of) = (&session.shaped.match_rate, session.scope().as_of);
    let lock = match lock {
        Seen::Free => Value::Null,
        Seen::Held(holder) => json!({ "held_by": holder }),
        Seen::Left(holder) => json!({ "left_by": holder }),
    };
    let document = json!({
        "shape": 1,
        "as_of": as_of.to_string(),
        "sources": sources.iter().map(source).collect::<Vec<_>>(),
        "runs": runs.iter().map(run).collect::<Vec<_>>(),
        "matched": {
            "accounts": { "eligible": rate.accounts, "counted": rate.accounts_matched },
            "customers": { "eligible": rate.customers, "counted": rate.customers_matched },
            "revenue": matched_revenue(session),
        },
        "next_review": review::next(&workspace.plan, as_of).to_string(),
        "lock": lock,
    });
    serde_json::to_string_pretty(&document).expect("values of JSON can be written") + "\n"
}
