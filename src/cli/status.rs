//! `throughline status`: freshness per source, the last runs, rows set aside, match rates, what is due next.

use anyhow::Result;
use polars::prelude::{Column, DataFrame, NamedFrom, PlSmallStr, Series};
use serde_json::{Value, json};

use super::args::{Common, Table};
use super::printer::Printer;
use super::{Exit, output, question, workspace};
use crate::engine::Engine;
use crate::model::scope::{Freshness, SourceSpan};
use crate::plan::resolve::Needs;
use crate::run::session::Session;

/// `throughline status`
pub(super) fn status(common: &Common, printer: Printer, table: &Table) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Sources)? else { return Ok(Exit::Nothing) };
    if let Ok(text) = std::fs::read_to_string(workspace.state().join("lock"))
        && !text.is_empty()
    {
        printer.say(&format!("lock: {text} (if no such process runs, a run died; the next one takes over)"));
    }
    let session = question::open(common, printer, &workspace, None, Vec::new())?;
    let mut frame = sources(&session)?;
    let facts = facts(&session)?;
    for issue in &session.shaped.issues {
        printer.problem(issue, &workspace.plan.text);
    }
    let sources = frame.clone();
    output::write(printer, table, &mut frame, || document(&sources, &facts))?;
    for (name, value) in &facts {
        printer.say(&format!("{name}: {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    let stale =
        session.scope().sources.iter().any(|span| matches!(span.freshness, Freshness::Stale(_) | Freshness::Late(_)));
    Ok(if stale { Exit::Less } else { Exit::Done })
}

/// A row per source: its days and how fresh it is.
fn sources(session: &Session) -> Result<DataFrame> {
    let spans = &session.scope().sources;
    let text = |name: &str, of: &dyn Fn(&SourceSpan) -> Option<String>| -> Column {
        Series::new(PlSmallStr::from_str(name), spans.iter().map(of).collect::<Vec<_>>()).into()
    };
    let accounting = session.engine.query("select * from accounting()", &[])?;
    let set_aside = |span: &SourceSpan| -> i64 {
        let row =
            (0..accounting.rows()).find(|row| accounting.text("source", *row).as_deref() == Some(span.source.as_str()));
        row.and_then(|row| accounting.long("rows_set_aside", row)).unwrap_or(0)
    };
    let columns = vec![
        text("source", &|span| Some(span.source.as_str().to_owned())),
        text("first_day", &|span| span.first_day.map(|day| day.to_string())),
        text("last_day", &|span| span.last_day.map(|day| day.to_string())),
        text("freshness", &|span| Some(words(span.freshness))),
        Series::new(PlSmallStr::from_static("set_aside"), spans.iter().map(set_aside).collect::<Vec<_>>()).into(),
    ];
    Ok(DataFrame::new(spans.len(), columns)?)
}

fn words(freshness: Freshness) -> String {
    match freshness {
        Freshness::Fresh => "fresh".to_owned(),
        Freshness::Late(days) => format!("{days} days behind"),
        Freshness::Stale(days) => format!("stale: {days} days behind"),
        Freshness::Empty => "no rows yet".to_owned(),
    }
}

/// What stands below the table: as of, last run, match rates.
fn facts(session: &Session) -> Result<Vec<(&'static str, Value)>> {
    let runs = session
        .engine
        .query("select run, exit, stages from lake_runs order by started_at desc, run desc limit 1", &[])?;
    let last = if runs.rows() == 0 { Value::Null } else { runs.text("run", 0).unwrap_or_default().into() };
    let of = |part: u64, whole: u64| json!(format!("{part} of {whole}"));
    let rate = &session.shaped.match_rate;
    let revenue = match rate.mrr_micros {
        0 => Value::Null,
        all => json!(format!("{:.1} %", rate.mrr_matched_micros as f64 / all as f64 * 100.0)),
    };
    Ok(vec![
        ("as of", session.scope().as_of.to_string().into()),
        ("last run", last),
        ("accounts matched to the CRM", of(rate.accounts_matched, rate.accounts)),
        ("paying customers matched to an account or company", of(rate.customers_matched, rate.customers)),
        ("revenue matched", revenue),
    ])
}

fn document(sources: &DataFrame, facts: &[(&'static str, Value)]) -> String {
    let rows: Value = serde_json::from_str(&super::sql::document(sources)).expect("it was just written");
    let facts: serde_json::Map<String, Value> =
        facts.iter().map(|(name, value)| (name.replace(' ', "_"), value.clone())).collect();
    serde_json::to_string_pretty(&json!({ "shape": 1, "sources": rows, "status": facts }))
        .expect("values of JSON can be written")
        + "\n"
}
