//! The relations that a test of links makes for its queries.

use anyhow::Result;

use super::Context;
use super::exposure::Exposure;
use crate::engine::{Engine, queries};
use crate::model::column::{Type, Value};
use crate::model::period::plus_days;
use crate::plan::{Plan, SegmentFrom};

const WEEKS: [(&str, Type); 5] = [
    ("week", Type::Int),
    ("starts_on", Type::Day),
    ("ends_on", Type::Day),
    ("start_us", Type::Long),
    ("end_us", Type::Long),
];
const ROWS: [(&str, Type); 7] = [
    ("unit", Type::Text),
    ("due_week", Type::Int),
    ("due_on", Type::Day),
    ("won", Type::Int),
    ("start_week", Type::Int),
    ("landmark_week", Type::Int),
    ("covariate_week", Type::Int),
];
const SIGNALS: [(&str, Type); 1] = [("signal", Type::Int)];
const EVENTS: [(&str, Type); 1] = [("event_name", Type::Text)];
const NUMBERS: [(&str, Type); 2] = [("segment", Type::Text), ("field", Type::Text)];
const REACHED: [(&str, Type); 3] = [("metric", Type::Text), ("account", Type::Int), ("reached_us", Type::Long)];

const STOCK: [(&str, Type); 3] = [("unit", Type::Text), ("week", Type::Int), ("value", Type::Double)];

const MEMBERS: [(&str, Type); 5] = [
    ("account", Type::Int),
    ("unit", Type::Text),
    ("unit_start_us", Type::Long),
    ("start_week", Type::Int),
    ("ended_us", Type::Long),
];
const UNIT_EVENTS: [(&str, Type); 4] =
    [("unit", Type::Text), ("week", Type::Int), ("event_name", Type::Text), ("uses", Type::Long)];
const UNIT_SIGNALS: [(&str, Type); 4] =
    [("signal", Type::Int), ("unit", Type::Text), ("week", Type::Int), ("uses", Type::Long)];

/// What every link reads is computed once: facts of many months stand behind it.
const KEPT: [&str; 3] = [
    "create or replace table link_members as select * from link_units()",
    "create or replace table link_unit_events as select * from unit_events()",
    "create or replace table link_unit_signals as select * from unit_signals()",
];

/// Weeks are told from so long before the data on, so that who was a customer already has a tenure.
const WEEKS_BEFORE: i32 = 20 * 52;

/// Makes every relation that the queries of `link` read and nobody else makes, and loads the queries.
pub(super) fn make(engine: &dyn Engine, plan: &Plan, context: &Context) -> Result<()> {
    engine.relation("link_weeks", &WEEKS, &weeks(plan, context))?;
    engine.relation("link_numbers", &NUMBERS, &numbers(plan))?;
    engine.relation("link_rows", &ROWS, &[])?;
    engine.relation("link_signals", &SIGNALS, &[])?;
    engine.relation("link_own_events", &EVENTS, &[])?;
    engine.relation("link_breadth", &EVENTS, &[])?;
    engine.relation("link_members", &MEMBERS, &[])?;
    engine.relation("link_unit_events", &UNIT_EVENTS, &[])?;
    engine.relation("link_unit_signals", &UNIT_SIGNALS, &[])?;
    engine.relation("link_reached", &REACHED, &[])?;
    engine.relation("link_stock", &STOCK, &[])?;
    if !context.reached.is_empty() {
        engine.run("create or replace table link_reached as select metric, account, reached_us from reached", &[])?;
    }
    engine.load(queries::LINK)?;
    KEPT.iter().try_for_each(|sql| engine.run(sql, &[]))
}

/// Fills `link_signals` and `link_own_events` for one link.
pub(super) fn ask(engine: &dyn Engine, plan: &Plan, exposure: &Exposure) -> Result<()> {
    let wanted = exposure.counted_signals();
    let known = engine.query("select signal, id from signals order by signal", &[])?;
    let signals = (0..known.rows()).filter(|row| {
        let id = known.text("id", *row);
        wanted.iter().any(|signal| Some(signal.as_str()) == id.as_deref())
    });
    let signals: Vec<Vec<Value>> = signals.filter_map(|row| Some(vec![known.long("signal", row)?.into()])).collect();
    engine.relation("link_signals", &SIGNALS, &signals)?;
    engine.relation("link_own_events", &EVENTS, &one_column(&exposure.own_events(plan)))
}

/// Fills `link_breadth` with the ordinary behaviours.
pub(super) fn breadth(engine: &dyn Engine, names: &[String]) -> Result<()> {
    engine.relation("link_breadth", &EVENTS, &one_column(names))
}

fn one_column(texts: &[String]) -> Vec<Vec<Value>> {
    texts.iter().map(|text| vec![text.as_str().into()]).collect()
}

fn weeks(plan: &Plan, context: &Context) -> Vec<Vec<Value>> {
    let calendar = &plan.workspace.calendar;
    let starts_on = |week: i32| plus_days(context.week0, 7 * i64::from(week));
    (-WEEKS_BEFORE..=context.weeks)
        .map(|week| {
            let (from, to) = (starts_on(week), starts_on(week + 1));
            vec![week.into(), from.into(), to.into(), calendar.start_us(from).into(), calendar.start_us(to).into()]
        })
        .collect()
}

fn numbers(plan: &Plan) -> Vec<Vec<Value>> {
    let banded = plan.segments.iter().filter(|segment| !segment.bands.is_empty());
    let of_companies = banded.filter(|segment| segment.from == SegmentFrom::CrmCompany);
    of_companies.map(|segment| vec![segment.id.as_str().into(), segment.field.as_str().into()]).collect()
}
