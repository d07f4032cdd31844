//! `throughline sql`: read-only SQL over the workspace's tables.
//!
//! Two locks (stack.md): the engine is confined to the folders its own tables lie in, and only what the parser calls a
//! query is run, since inside those folders `copy … to` would still write.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use polars::prelude::{AnyValue, DataFrame};
use serde_json::{Value, json};

use super::args::{Common, Table};
use super::printer::Printer;
use super::{Exit, issues, output, question, shell, workspace};
use crate::engine::{Engine, Frame};
use crate::plan::resolve::Needs;

/// `throughline sql [QUERY]`
pub(super) fn sql(common: &Common, printer: Printer, query: Option<&str>, table: &Table) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Sources)? else { return Ok(Exit::Nothing) };
    let query = match query {
        Some(query) => Some(query.to_owned()),
        None if std::io::stdin().is_terminal() => None,
        None => {
            Some(std::io::read_to_string(std::io::stdin()).context("could not read the query from standard input")?)
        }
    };
    let session = question::open(common, printer, &workspace, None, Vec::new())?;
    session.show_tables()?;
    session.engine.confine(&[workspace.state().join("lake"), workspace.state().join("facts")])?;
    let answer = |query: &str| {
        let mut frame = asked(&session.engine, query)?;
        let copy = frame.0.clone();
        output::write(printer, table, &mut frame.0, || document(&copy))
    };
    match query {
        Some(query) => answer(&query)?,
        None => shell::shell(printer, &workspace.state(), &answer)?,
    }
    Ok(Exit::Done)
}

/// Runs a query that somebody typed, if it is one; `describe …` and `show …` are, since they can stand where a table can.
fn asked(engine: &dyn Engine, query: &str) -> Result<Frame> {
    let query = query.trim().trim_end_matches(';').trim_end();
    let first = query.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or("").to_lowercase();
    let query = match first.as_str() {
        // The engine's own answer would name every relation that a stage made.
        "show" if query.eq_ignore_ascii_case("show tables") => TABLES.to_owned(),
        "describe" | "desc" | "show" | "summarize" => format!("from ({query}\n)"),
        _ => query.to_owned(),
    };
    only_query(engine, &query)?;
    told(engine, &query, &[]).map_err(|problem| issues::query_refused(&own_words(&problem.root_cause().to_string())))
}

/// The tables of output.md.
const TABLES: &str = "select view_name as name from duckdb_views() where schema_name = 'tables' order by name";

/// Functions that a query can call and that do something.
const SIDE_EFFECTS: [&str; 5] =
    ["enable_logging", "disable_logging", "truncate_duckdb_logs", "checkpoint", "force_checkpoint"];

/// Refuses what the parser does not call a query, and what does more than read.
fn only_query(engine: &dyn Engine, query: &str) -> Result<()> {
    let parsed = engine.query("select json_serialize_sql(?::varchar) as parsed", &[query.into()])?;
    let parsed: Value = serde_json::from_str(&parsed.text("parsed", 0).unwrap_or_default())
        .context("could not read the parser's answer")?;
    if parsed.get("error").and_then(Value::as_bool) != Some(true) {
        let text = parsed.to_string();
        if SIDE_EFFECTS.iter().any(|name| text.contains(&format!("\"function_name\":\"{name}\""))) {
            return Err(issues::not_a_query("it would do something else than read"));
        }
        let statements = parsed.get("statements").and_then(Value::as_array).map_or(0, Vec::len);
        return if statements == 1 { Ok(()) } else { Err(issues::not_a_query("it is not exactly one statement")) };
    }
    let text = |key: &str| parsed.get(key).and_then(Value::as_str).unwrap_or_default();
    Err(match text("error_type") {
        "parser" | "syntax" => issues::query_refused(text("error_message")),
        _ => issues::not_a_query("it would do something else than read"),
    })
}

/// The engine's words on a query before which `describe ` was put.
fn own_words(words: &str) -> String {
    const BEFORE: &str = "describe ";
    let mut lines: Vec<String> = words.lines().map(str::to_owned).collect();
    if let Some(at) = lines.iter().position(|line| line.starts_with(&format!("LINE 1: {BEFORE}"))) {
        lines[at] = lines[at].replacen(BEFORE, "", 1);
        if let Some(marks) = lines.get_mut(at + 1).filter(|marks| marks.starts_with(&" ".repeat(BEFORE.len()))) {
            marks.drain(..BEFORE.len());
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// Runs a query with each column told in a type that every format can write: decimals by their digits, moments as RFC 3339
/// in UTC, lists and objects as JSON.
pub(super) fn told(engine: &dyn Engine, query: &str, values: &[crate::model::column::Value]) -> Result<Frame> {
    let columns = engine.query(&format!("describe {query}"), values)?;
    let mut select = Vec::new();
    for row in 0..columns.rows() {
        let name = columns.text("column_name", row).unwrap_or_default();
        let kind = columns.text("column_type", row).unwrap_or_default();
        select.push(column(&name, &kind));
    }
    engine.query(&format!("select {} from ({query}\n) as asked", select.join(", ")), values)
}

fn column(name: &str, kind: &str) -> String {
    let name = format!("\"{}\"", name.replace('"', "\"\""));
    let told = match kind {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "INTEGER" | "BIGINT" | "DOUBLE" | "VARCHAR" => return name,
        "UTINYINT" | "USMALLINT" | "UINTEGER" => format!("{name}::bigint"),
        "FLOAT" => format!("{name}::double"),
        "DATE" => format!("strftime({name}, '%Y-%m-%d')"),
        "TIMESTAMP WITH TIME ZONE" => {
            format!("strftime(make_timestamp(epoch_us({name})), '%Y-%m-%dT%H:%M:%S.%fZ')")
        }
        "TIMESTAMP" => format!("strftime({name}, '%Y-%m-%dT%H:%M:%S.%fZ')"),
        "BLOB" => format!("coalesce(try(decode({name})), {name}::varchar)"),
        kind if kind.ends_with(']') || kind.starts_with("STRUCT") || kind.starts_with("MAP") => {
            format!("to_json({name})::varchar")
        }
        _ => format!("{name}::varchar"),
    };
    format!("{told} as {name}")
}

/// The document of `--format json`.
pub(super) fn document(frame: &DataFrame) -> String {
    let names: Vec<Value> = frame.get_column_names().iter().map(|name| name.as_str().into()).collect();
    let row = |at: usize| -> Value {
        frame
            .columns()
            .iter()
            .map(|column| value(&column.get(at).expect("a row of the frame")))
            .collect::<Vec<_>>()
            .into()
    };
    let rows: Vec<Value> = (0..frame.height()).map(row).collect();
    serde_json::to_string(&json!({ "columns": names, "rows": rows })).expect("values of JSON can be written") + "\n"
}

fn value(value: &AnyValue<'_>) -> Value {
    match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(flag) => (*flag).into(),
        AnyValue::Float64(number) => json!(number),
        AnyValue::Float32(number) => json!(number),
        other => match other.extract::<i64>() {
            Some(whole) if !other.dtype().is_string() => whole.into(),
            _ => other.get_str().map_or_else(|| other.to_string().into(), Into::into),
        },
    }
}
