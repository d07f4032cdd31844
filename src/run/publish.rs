//! Publishing: readings and evidence of a run into the lake, its record last; then the tables for BI tools.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Map, Value as Json, json};

use super::record::{Record, Stages, VERSION};
use super::session::Session;
use super::{Job, issues};
use crate::diag::Diagnostic;
use crate::engine::Engine;
use crate::lake::tables::{EVIDENCE, READINGS, RUNS, Table};
use crate::lake::{DataFile, Note};
use crate::model::column::Value;
use crate::model::evidence::{Evidence, Finding};
use crate::model::reading::{Datum, Reading, Series};
use crate::report::{self, inputs::Findings};

/// Publishes a run; one that saw the same as a run before publishes nothing again.
///
/// # Errors
/// If a table cannot be written; the run then does not count.
pub(super) fn publish(session: &Session, found: &Findings, record: &Record, run: Vec<Value>) -> Result<()> {
    if record.known {
        return Ok(());
    }
    append(session, &READINGS, record, &readings(found, record))?;
    append(session, &EVIDENCE, record, &evidence(found, record))?;
    append(session, &RUNS, record, &[run])
}

/// Writes rows as one file of a table, commits it, and attaches the table with them. Files that a run of this id left when
/// it died are taken out: it is not among the finished ones, so its id is this run's (lake.md 2).
fn append(session: &Session, table: &Table, record: &Record, rows: &[Vec<Value>]) -> Result<()> {
    let standing = session.lake.newest(table)?;
    let is_ours = |file: &&DataFile| {
        let name = file.path.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with(&format!("{}-", record.run)))
    };
    let dead: Vec<DataFile> = standing.iter().filter(is_ours).cloned().collect();
    if rows.is_empty() && dead.is_empty() {
        return Ok(());
    }
    session.engine.relation("published_rows", table.columns, rows)?;
    let folder = session.lake.data_folder(table, None)?;
    let path = folder.join(format!(
        "{}-{}-{}.parquet",
        record.run,
        session.lake.head(table)?.map_or(0, |head| head + 1),
        std::process::id()
    ));
    session.engine.write("select * from published_rows", &[], &path)?;
    let size = std::fs::metadata(&path).with_context(|| format!("could not find {}", path.display()))?.len();
    let version = session.lake.commit(table, &[DataFile { month: None, path, size }], &dead, &Note::default())?;
    let paths: Vec<_> = session.lake.files(table, version)?.into_iter().map(|file| file.path).collect();
    session.engine.attach(&format!("lake_{}", table.name), table.columns, None, &paths)
}

/// The readings of a run, as the lake keeps them.
pub(super) fn readings(found: &Findings, record: &Record) -> Vec<Vec<Value>> {
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

/// A run's own row; `exit` is the status it leaves with.
pub(super) fn run(job: &Job<'_>, found: &Findings, record: &Record, stages: &Stages, exit: i64) -> Vec<Value> {
    let signals = report::shown_signals(found, job.plan);
    let took = i64::try_from(stages.time().as_micros()).unwrap_or(i64::MAX);
    vec![
        record.run.as_str().into(),
        record.as_of.into(),
        Value::Moment(record.started_us),
        Value::Moment(record.started_us.saturating_add(took)),
        Value::Long(exit),
        record.versions.as_str().into(),
        record.plan_hash.as_str().into(),
        job.plan.text.as_str().into(),
        record.side_files.as_str().into(),
        VERSION.into(),
        stages.json(record, &signals).into(),
    ]
}

/// The tables that BI tools read: written under another name and renamed, so that a reader never sees half of it. Where
/// the old file cannot be replaced, the new one stays beside it, and that is said (lake.md 17).
///
/// # Errors
/// If they cannot be written at all.
pub(super) fn for_bi_tools(session: &Session, state: &Path) -> Result<Option<Diagnostic>> {
    let (part, fresh, published) =
        (state.join("published.part"), state.join("published.new.duckdb"), state.join("published.duckdb"));
    for left in [part.clone(), state.join("published.part.wal")] {
        let _none_yet = std::fs::remove_file(left);
    }
    let path = part.to_string_lossy().replace('\'', "''");
    session.engine.run(&format!("attach '{path}' as published"), &[])?;
    for table in PUBLISHED {
        session.engine.run(&format!("create table published.{table} as select * from tables.{table}"), &[])?;
    }
    session.engine.run("checkpoint published; detach published", &[])?;
    let Err(problem) = std::fs::rename(&part, &published) else {
        let _none_left = std::fs::remove_file(&fresh);
        return Ok(None);
    };
    std::fs::rename(&part, &fresh).with_context(|| format!("could not write {}", fresh.display()))?;
    Ok(Some(issues::published_in_use("published.new.duckdb", &problem)))
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
