//! Readings as output.md shapes them: the document of `--format json`, and flat rows for everything else.

use anyhow::Result;
use jiff::Timestamp;
use polars::prelude::{Column, DataFrame, NamedFrom, PlSmallStr};
use serde_json::{Map, Value, json};

use crate::model::reading::{Datum, Reading, Series, ValueUnit};
use crate::model::scope::Scope;
use crate::plan::Plan;

/// The keys that say which row of a cell it is; they stand before the figures.
const PLACES: [&str; 5] = ["cohort_start", "k", "step", "step_name", "active_periods"];

/// The document of `measure --format json`.
pub(super) fn document(plan: &Plan, scope: &Scope, all: &[Series]) -> String {
    let metrics: Vec<Value> = all.iter().map(metric).collect();
    let document = json!({
        "shape": 1,
        "as_of": scope.as_of.to_string(),
        "timezone": plan.workspace.timezone,
        "metrics": metrics,
    });
    serde_json::to_string_pretty(&document).expect("values of JSON can be written") + "\n"
}

fn metric(series: &Series) -> Value {
    let mut object = Map::new();
    object.insert("id".into(), series.metric.as_ref().map_or(Value::Null, |id| id.as_str().into()));
    object.insert("kind".into(), series.kind.into());
    if let Some(actor) = series.actor {
        object.insert("actor".into(), actor.into());
    }
    object.insert("unit".into(), series.unit.word().into());
    object.insert("definition".into(), series.definition.clone().into());
    object.insert("definition_hash".into(), series.definition_hash.clone().into());
    if !series.held.is_empty() {
        object.insert("held".into(), series.held.clone().into());
    }
    let rows: Vec<Value> = series.readings.iter().map(|reading| Value::Object(row(series, reading))).collect();
    object.insert("rows".into(), rows.into());
    Value::Object(object)
}

/// One reading as an object, its keys in the fixed order.
fn row(series: &Series, reading: &Reading) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("period_start".into(), reading.period.start.to_string().into());
    row.insert("period_end".into(), reading.period.end.to_string().into());
    let (places, figures): (Vec<_>, Vec<_>) = reading.rest.iter().partition(|(name, _)| PLACES.contains(name));
    for (name, datum) in places {
        row.insert((*name).into(), value(datum));
    }
    let segment: Map<String, Value> =
        reading.segment.parts.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    row.insert("segment".into(), segment.into());
    if let Some(share) = reading.share {
        row.insert("eligible".into(), share.eligible.into());
        row.insert("counted".into(), share.counted.into());
    }
    row.insert("value".into(), reading.value.map_or(Value::Null, |value| number(series.unit, value)));
    if let Some(share) = reading.share {
        row.insert("low".into(), share.interval.map_or(Value::Null, |(low, _)| low.into()));
        row.insert("high".into(), share.interval.map_or(Value::Null, |(_, high)| high.into()));
    }
    for (name, datum) in figures {
        row.insert((*name).into(), value(datum));
    }
    row.insert("settled".into(), reading.settled.into());
    row.insert("complete_at".into(), moment(reading.complete_at_us).into());
    if reading.left_truncated {
        row.insert("left_truncated".into(), true.into());
    }
    if reading.segment_assumed {
        row.insert("segment_assumed".into(), true.into());
    }
    if !reading.missing_days.is_empty() || series.kind == "gauge" {
        let days: Vec<Value> = reading.missing_days.iter().map(|day| day.to_string().into()).collect();
        row.insert("missing_days".into(), days.into());
    }
    row
}

/// A count without a point, whatever it was computed in.
fn number(unit: ValueUnit, value: f64) -> Value {
    if unit == ValueUnit::Count && value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}

fn value(datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Count(count) => (*count).into(),
        Datum::Number(number) => json!(number),
        Datum::Money(micros) => json!(*micros as f64 / 1e6),
        Datum::Text(text) => text.clone().into(),
        Datum::Day(day) => day.to_string().into(),
    }
}

/// A moment as RFC 3339 in UTC.
pub(super) fn moment(us: i64) -> String {
    Timestamp::from_microsecond(us).map_or_else(|_| String::new(), |moment| moment.to_string())
}

/// The rows of all metrics, flattened: `id` first, then the columns in the order of their first appearance.
pub(super) fn flat(all: &[Series]) -> Result<DataFrame> {
    let mut names: Vec<String> = vec!["id".into()];
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    for series in all {
        for reading in &series.readings {
            let mut flat = Map::new();
            flat.insert("id".into(), series.metric.as_ref().map_or(Value::Null, |id| id.as_str().into()));
            for (name, value) in row(series, reading) {
                flatten(&mut flat, name, value);
            }
            for name in flat.keys() {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
            rows.push(flat);
        }
    }
    let columns: Vec<Column> = names.iter().map(|name| column(name, &rows)).collect();
    Ok(DataFrame::new(rows.len(), columns)?)
}

/// Segment keys become columns of their own, lists text with spaces.
fn flatten(flat: &mut Map<String, Value>, name: String, value: Value) {
    match (name.as_str(), value) {
        ("segment", Value::Object(parts)) => {
            for (part, value) in parts {
                let taken =
                    ["id", "period_start", "period_end", "value", "settled", "complete_at"].contains(&part.as_str());
                flat.insert(if taken { format!("segment.{part}") } else { part }, value);
            }
        }
        (_, Value::Array(items)) => {
            let words: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            flat.insert(name, words.join(" ").into());
        }
        (_, value) => {
            flat.insert(name, value);
        }
    }
}

/// A column of the narrowest type that holds all its values.
fn column(name: &str, rows: &[Map<String, Value>]) -> Column {
    let values: Vec<Option<&Value>> = rows.iter().map(|row| row.get(name).filter(|value| !value.is_null())).collect();
    let all = |test: fn(&Value) -> bool| values.iter().flatten().all(|value| test(value));
    let name = PlSmallStr::from_str(name);
    if all(Value::is_boolean) && values.iter().any(Option::is_some) {
        let flags: Vec<Option<bool>> = values.iter().map(|value| value.and_then(Value::as_bool)).collect();
        polars::prelude::Series::new(name, flags).into()
    } else if all(|value| value.as_i64().is_some()) && values.iter().any(Option::is_some) {
        let counts: Vec<Option<i64>> = values.iter().map(|value| value.and_then(Value::as_i64)).collect();
        polars::prelude::Series::new(name, counts).into()
    } else if all(Value::is_number) && values.iter().any(Option::is_some) {
        let numbers: Vec<Option<f64>> = values.iter().map(|value| value.and_then(Value::as_f64)).collect();
        polars::prelude::Series::new(name, numbers).into()
    } else {
        let texts: Vec<Option<&str>> = values.iter().map(|value| value.and_then(Value::as_str)).collect();
        polars::prelude::Series::new(name, texts).into()
    }
}
