//! `throughline explain`: where a figure comes from, from plain words to SQL to rows.

use std::fmt::Write;

use anyhow::Result;

use super::args::{AsOf, Common};
use super::measure::asked_metric;
use super::printer::Printer;
use super::{Exit, question, workspace};
use crate::engine::Engine;
use crate::engine::queries::{BUSINESS, BUSINESS_BASE, MEASURE};
use crate::measure;
use crate::model::metric::Metric;
use crate::model::question::Question;
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::run::session::Session;

/// `throughline explain ID`
pub(super) fn explain(common: &Common, printer: Printer, id: &str, span: &AsOf) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Metrics)? else { return Ok(Exit::Nothing) };
    let metric = asked_metric(&workspace.plan, id)?;
    let session = question::open(common, printer, &workspace, span.as_of, Vec::new())?;
    let series = session.measure(&workspace.plan, metric, &Question::default())?;
    let mut text = format!("# {id} ({}, {})\n\n{}\n\n", metric.kind_name(), series.unit.word(), series.definition);
    writeln!(text, "definition hash  {}", series.definition_hash)?;
    writeln!(text, "as of            {}", session.scope().as_of)?;
    if let Some(last) = series.readings.iter().rev().find(|reading| reading.settled) {
        let counts = last.share.map_or_else(String::new, |share| format!(", {} of {}", share.counted, share.eligible));
        let value = last.value.map_or("none".to_owned(), |value| format!("{value:.4}"));
        writeln!(text, "last settled     {value}{counts} in {} to {}", last.period.start, last.period.end)?;
    }
    text.push_str(&stages(&session, &workspace.plan, metric)?);
    text.push_str(&files(&session)?);
    text.push_str(&queries(metric));
    printer.result(&text);
    Ok(Exit::Done)
}

/// How many rows stand in each step of the metric.
fn stages(session: &Session, plan: &Plan, metric: &Metric) -> Result<String> {
    let rows = match metric {
        Metric::Traction(traction) => {
            let scope = session.scope();
            measure::explain(&session.engine, plan, scope, traction, &Question::default())?.rows
        }
        Metric::Business(_) => Vec::new(),
    };
    let mut text = "\n## Rows at each stage\n\n".to_owned();
    for (name, count) in session.shaped.rows.iter().map(|(name, count)| (*name, *count)).chain(rows) {
        writeln!(text, "{name:24} {count:>12}")?;
    }
    Ok(text)
}

/// The files behind it, newest last.
fn files(session: &Session) -> Result<String> {
    let frame =
        session.engine.query("select source, path, read, set_aside from lake_files order by source, path", &[])?;
    let mut text = "\n## Files\n\n".to_owned();
    for row in 0..frame.rows() {
        let (source, path) =
            (frame.text("source", row).unwrap_or_default(), frame.text("path", row).unwrap_or_default());
        writeln!(
            text,
            "{source:12} {path}  {} rows, {} set aside",
            frame.count("read", row),
            frame.count("set_aside", row)
        )?;
    }
    Ok(text)
}

/// The SQL that ran: the query files of the kind.
fn queries(metric: &Metric) -> String {
    let all = match metric {
        Metric::Traction(_) => MEASURE.to_vec(),
        Metric::Business(_) => [BUSINESS_BASE, BUSINESS].concat(),
    };
    let mut text = "\n## SQL\n".to_owned();
    for query in all.iter().filter(|query| query.path.contains(metric.kind_name())) {
        text.push_str(&format!("\n-- queries/{}\n{}", query.path, query.text));
    }
    text
}
