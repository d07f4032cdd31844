//! Cases that other, trusted systems assert, told again as data: our figures must be theirs, or differ for a written reason.

#![allow(clippy::unwrap_used, reason = "tests only")]

mod relations;

use std::collections::BTreeMap;
use std::fmt::Write;

use relations::{Event, World, columns, engine, moment, plan, tie_us};
use serde_json::{Map, Value as Json};
use throughline::measure::measure;
use throughline::model::ids::MetricId;
use throughline::model::metric::{Metric, Traction};
use throughline::model::period::Unit;
use throughline::model::question::Question;
use throughline::plan::Plan;

/// What finds the row that a case speaks of.
const KEYS: [&str; 5] = ["period_start", "cohort_start", "k", "segment", "step"];

#[test]
fn active_is_as_others_count_it() {
    check("active", 8, &[]);
}

#[test]
fn activation_is_as_others_count_it() {
    check("activation", 6, &[]);
}

#[test]
fn retention_is_as_others_count_it() {
    check("retention", 27, &[]);
}

#[test]
fn funnels_are_as_others_count_them() {
    check("funnels", 63, &[]);
}

/// Runs a file of cases: how many it holds, and which of them are known to be refused, because a key is not built.
fn check(file: &str, count: usize, refused: &[&str]) {
    let text = std::fs::read_to_string(format!("tests/conformance/{file}.json")).unwrap();
    let cases: Vec<Json> = serde_json::from_str(&text).unwrap();
    assert_eq!(cases.len(), count, "cases of {file}");
    let mut wrong = String::new();
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        match (rows(case), refused.contains(&id)) {
            (Err(said), true) => assert!(said.contains("not-built"), "{id} is refused for another reason: {said}"),
            (Err(said), false) => writeln!(wrong, "refused  {id}\n    {said}").unwrap(),
            (Ok(_), true) => writeln!(wrong, "built    {id} is listed as refused").unwrap(),
            (Ok(rows), false) => {
                for line in differences(case, &rows) {
                    writeln!(wrong, "differs  {id}\n    {line}").unwrap();
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// What we answer.
fn rows(case: &Json) -> Result<Vec<BTreeMap<String, Json>>, String> {
    let plan = plan(&workspace(case));
    let traction = traction(&plan, case["metric"].as_str().unwrap());
    let day = |key: &str| case[key].as_str().unwrap().parse().unwrap();
    let flags: Vec<_> = case["flags"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let period = flags.iter().position(|flag| *flag == "--period").map(|place| match flags[place + 1] {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "month" => Unit::Month,
        other => panic!("no case asks for {other}"),
    });
    let by: Vec<_> = case["by"].as_str().into_iter().map(str::to_owned).collect();
    let mut world = world(case, &plan);
    world.kept = by.clone();
    let question = Question {
        from: Some(day("range_from")),
        to: Some(day("range_to")),
        by,
        segments: Vec::new(),
        period,
        top: None,
    };
    let engine = engine();
    let scope = world.attach(&engine, &plan, day("as_of"));
    let series = measure(&engine, &plan, &scope, traction, &question).map_err(|error| format!("{error:#}"))?;
    Ok(series.readings.iter().map(columns).collect())
}

fn traction<'a>(plan: &'a Plan, id: &str) -> &'a Traction {
    match plan.metric(&MetricId::new(id)) {
        Some(Metric::Traction(traction)) => traction,
        other => panic!("{id} is {other:?}"),
    }
}

/// The case's plan, with what every plan needs around it.
fn workspace(case: &Json) -> String {
    let text = |key: &str, otherwise: &'static str| case[key].as_str().unwrap_or(otherwise).to_owned();
    let behaviour = case["plan"].as_str().unwrap().lines().find_map(|line| line.strip_prefix("[signals."));
    let behaviour = behaviour.map_or("any", |rest| rest.trim_end_matches(']'));
    format!(
        "[workspace]\nname = \"Conformance\"\ntimezone = \"{}\"\nweek_starts = \"{}\"\ncurrency = \"EUR\"\n\n\
         [sources.cases]\nkind = \"events\"\nfiles = \"events.csv\"\n\n{}\n\n\
         [[lane]]\nid = \"l\"\nname = \"Lane\"\nowner = \"Owner\"\n\n\
         [[outcome]]\nid = \"o\"\nlane = \"l\"\nstatement = \"An actor does what the case measures\"\n\
         behaviour = \"{behaviour}\"\n",
        text("timezone", "UTC"),
        text("week_starts", "monday"),
        case["plan"].as_str().unwrap(),
    )
}

/// The case's events, after its links.
fn world(case: &Json, plan: &Plan) -> World {
    let links: BTreeMap<_, _> = case["links"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect();
    let mut numbers = BTreeMap::<String, i64>::new();
    let mut number = |id: &str| {
        let next = numbers.len() as i64 + 1;
        *numbers.entry(id.to_owned()).or_insert(next)
    };
    let events = case["events"].as_array().unwrap();
    let times = events.iter().map(|event| event["occurred_at"].as_str().unwrap());
    let tie_us = tie_us(times);
    let events = (0_i64..).zip(events).map(|(seq, event)| Event {
        user: event["user_id"].as_str().map(|id| number(links.get(id).copied().unwrap_or(id))),
        account: event["account_id"].as_str().map(&mut number),
        name: event["event_name"].as_str().unwrap().to_owned(),
        us: moment(event["occurred_at"].as_str().unwrap(), &plan.workspace.calendar),
        seq,
        properties: event["properties"].as_object().cloned().unwrap_or_default().into_iter().collect(),
    });
    World { events: events.collect(), tie_us, ..World::default() }
}

/// What does not hold, one line each. Only the columns that a row of the case names are compared.
fn differences(case: &Json, rows: &[BTreeMap<String, Json>]) -> Vec<String> {
    let mut lines = Vec::new();
    let expected = case["expect"].as_array().unwrap();
    for (place, wanted) in expected.iter().enumerate() {
        let wanted = wanted.as_object().unwrap();
        let key: Map<_, _> = wanted.iter().filter(|(name, _)| KEYS.contains(&name.as_str())).map(owned).collect();
        let mut found: Vec<_> = rows
            .iter()
            .filter(|row| key.iter().all(|(name, value)| row.get(name).is_some_and(|got| equal(value, got))))
            .collect();
        if key.is_empty() {
            found = rows.get(place).into_iter().collect();
        }
        let [row] = found.as_slice() else {
            lines.push(format!("{} rows for {key:?}; wanted {wanted:?}", found.len()));
            continue;
        };
        for (name, value) in wanted {
            if !row.get(name).is_some_and(|got| equal(value, got)) {
                lines.push(format!("{key:?} {name}: wanted {value}, got {:?}", row.get(name)));
            }
        }
    }
    if case["rows"] == "all" && rows.len() != expected.len() {
        lines.push(format!("wanted exactly {} rows, got {}", expected.len(), rows.len()));
    }
    lines
}

fn owned((name, value): (&String, &Json)) -> (String, Json) {
    (name.clone(), value.clone())
}

fn equal(wanted: &Json, got: &Json) -> bool {
    match (wanted.as_f64(), got.as_f64()) {
        (Some(wanted), Some(got)) => (wanted - got).abs() <= (1e-9 * wanted.abs().max(got.abs())).max(1e-12),
        _ => wanted == got,
    }
}
