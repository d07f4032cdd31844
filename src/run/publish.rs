//! Publishing: readings and evidence of a run into the lake, its record last; then the tables for BI tools.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value as Json, json};

use super::Job;
use super::record::{Record, Stages, VERSION};
use super::session::Session;
use crate::engine::Engine;
use crate::lake::tables::{EVIDENCE, READINGS, RUNS, Table};
use crate::lake::{DataFile, Note};
use crate::model::column::Value;
use crate::model::evidence::{Evidence, Finding};
use crate::model::reading::{Datum, Reading, Series};
use crate::report::inputs::Findings;

/// Publishes a run; one that saw the same as a run before publishes nothing again.
///
/// # Errors
/// If a table cannot be written; the run then does not count.
pub fn publish(session: &Session, job: &Job<'_>, found: &Findings, record: &Record, stages: &Stages) -> Result<()> {
    if !record.known {
        append(session, &READINGS, record, &readings(found, record))?;
        append(session, &EVIDENCE, record, &evidence(found, record))?;
        append(session, &RUNS, record, &[run(job, record, stages)])?;
    }
    for_bi_tools(session, &job.opening.state)
}

/// Writes rows as one file of a table and commits it.
fn append(session: &Session, table: &Table, record: &Record, rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    session.engine.relation("published_rows", table.columns, rows)?;
    let folder = session.lake.data_folder(table, None)?;
    let head = session.lake.head(table)?.map_or(0, |head| head + 1);
    let path = folder.join(format!("{}-{head}-{}.parquet", record.run, std::process::id()));
    session.engine.write("select * from published_rows", &[], &path)?;
    let size = std::fs::metadata(&path).with_context(|| format!("could not find {}", path.display()))?.len();
    session.lake.commit(table, &[DataFile { month: None, path, size }], &[], &Note::default())?;
    Ok(())
}

fn readings(found: &Findings, record: &Record) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for metric in &found.metrics {
        for series in [&metric.weekly, &metric.monthly, &metric.by_segment].into_iter().flatten() {
            rows.extend(series.readings.iter().map(|reading| reading_row(metric.id.as_str(), series, reading, record)));
        }
    }
    rows
}

fn reading_row(metric: &str, series: &Series, reading: &Reading, record: &Record) -> Vec<Value> {
    let segment: Map<String, Json> =
        reading.segment.parts.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let whole = |name: &str| match reading.rest.iter().find(|(column, _)| *column == name) {
        Some((_, Datum::Count(count))) => Value::Long(*count),
        _ => Value::Null,
    };
    let count = |count: u64| Value::Long(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        record.run.as_str().into(),
        metric.into(),
        series.definition_hash.as_str().into(),
        reading.period.start.into(),
        reading.period.end.into(),
        Json::Object(segment).to_string().into(),
        whole("k"),
        whole("step"),
        reading.share.map_or(Value::Null, |share| count(share.eligible)),
        reading.share.map_or_else(|| whole("counted"), |share| count(share.counted)),
        reading.value.into(),
        reading.share.and_then(|share| share.interval).map(|(low, _)| low).into(),
        reading.share.and_then(|share| share.interval).map(|(_, high)| high).into(),
        reading.settled.into(),
        Value::Moment(reading.complete_at_us),
        rest(reading).into(),
    ]
}

fn rest(reading: &Reading) -> String {
    let told = |datum: &Datum| match datum {
        Datum::Null => Json::Null,
        Datum::Count(count) => (*count).into(),
        Datum::Number(number) => json!(number),
        Datum::Money(micros) => json!(*micros as f64 / 1e6),
        Datum::Text(text) => text.clone().into(),
        Datum::Day(day) => day.to_string().into(),
    };
    let object: Map<String, Json> =
        reading.rest.iter().map(|(name, datum)| ((*name).to_owned(), told(datum))).collect();
    Json::Object(object).to_string()
}

fn evidence(found: &Findings, record: &Record) -> Vec<Vec<Value>> {
    found.evidence.iter().map(|evidence| evidence_row(evidence, record)).collect()
}

/// A link's row: what is not computed yet (grade, checks, q) is absent, never made up.
fn evidence_row(evidence: &Evidence, record: &Record) -> Vec<Value> {
    let (from, to) = (evidence.from.as_str(), evidence.to.as_str());
    let mut row: Vec<Value> = vec![
        record.run.as_str().into(),
        Value::Moment(record.started_us),
        format!("{from} -> {to}").into(),
        from.into(),
        to.into(),
        evidence.design.into(),
    ];
    row.extend([Value::Null, Value::Null, Value::Null, Value::Null, Value::Bool(false)]);
    match &evidence.finding {
        Finding::Compared(found) => {
            let rates = json!({ "exposed": found.means.0, "unexposed": found.means.1 }).to_string();
            row.extend([found.effect, found.interval.0, found.interval.1, found.p].map(Value::from));
            row.push(Value::Null);
            row.extend([found.standard_error.0, found.standard_error.1].map(Value::from));
            row.push(Value::Long(i64::try_from(found.rows).unwrap_or(i64::MAX)));
            row.extend([rates.into(), Value::Null, "not graded yet".into()]);
        }
        Finding::NotTestable { because, .. } => {
            row.extend(std::iter::repeat_n(Value::Null, 10));
            row.push(because.as_str().into());
        }
        Finding::ByDefinition => {
            row.extend(std::iter::repeat_n(Value::Null, 10));
            row.push("the metric counts the outcome's own signal".into());
        }
    }
    row.extend([Value::Null, record.plan_hash.as_str().into(), Value::Null]);
    row
}

fn run(job: &Job<'_>, record: &Record, stages: &Stages) -> Vec<Value> {
    let took: f64 = stages.seconds().map(|(_, seconds)| seconds).sum();
    vec![
        record.run.as_str().into(),
        record.as_of.into(),
        Value::Moment(record.started_us),
        Value::Moment(record.started_us + (took * 1e6) as i64),
        Value::Long(0),
        record.versions.as_str().into(),
        record.plan_hash.as_str().into(),
        job.plan.text.as_str().into(),
        record.side_files.as_str().into(),
        VERSION.into(),
        stages.json(record.review.0).into(),
    ]
}

/// The tables that BI tools read: written under another name and renamed, so that a reader never sees half of it.
fn for_bi_tools(session: &Session, state: &Path) -> Result<()> {
    let (fresh, published) = (state.join("published.part"), state.join("published.duckdb"));
    let _none_yet = std::fs::remove_file(&fresh);
    let path = fresh.to_string_lossy().replace('\'', "''");
    session.engine.run(&format!("attach '{path}' as published"), &[])?;
    for table in PUBLISHED {
        session.engine.run(&format!("create table published.{table} as select * from tables.{table}"), &[])?;
    }
    session.engine.run("checkpoint published; detach published", &[])?;
    std::fs::rename(&fresh, &published).with_context(|| format!("could not write {}", published.display()))
}

/// All tables of output.md but `events`, `snapshots` and `set_aside` (lake.md 17).
const PUBLISHED: [&str; 11] = [
    "crm_companies",
    "crm_deals",
    "subscriptions",
    "releases",
    "customer_evidence",
    "accounts",
    "users",
    "files",
    "readings",
    "evidence",
    "runs",
];
