//! Makes the relations that business metrics and links read: `customer_mrr`, `places`, `renewals`.

use anyhow::Result;
use jiff::civil::Date;

use crate::engine::{Engine, queries};
use crate::model::column::{Type, Value};
use crate::plan::{Plan, Renewals, RenewalsFrom};

/// Makes `customer_mrr`, `places` and `renewals` from what `shape` made.
///
/// # Errors
/// If the engine refuses.
pub fn prepare(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    empty_inputs(engine)?;
    engine.load(queries::BUSINESS_BASE)?;
    engine.run("create or replace temp table customer_mrr as select * from customer_spans()", &[])?;
    engine.run("create or replace temp table places as select * from customer_places()", &[])?;
    renewals(engine, plan)?;
    engine.load(queries::BUSINESS)
}

/// The relations a caller fills before it asks: a table function over a relation that is not there is refused.
fn empty_inputs(engine: &dyn Engine) -> Result<()> {
    use Type::{Bool, Day, Int, Long, Text};
    engine.relation("asked_stages", &[("stage", Text), ("state", Text)], &[])?;
    engine.relation("closed_days", &[("closed_us", Long), ("closed_on", Day)], &[])?;
    engine.relation("asked_periods", &super::kinds::PERIODS, &[])?;
    let end = [
        ("thing", Text),
        ("period", Int),
        ("source", Text),
        ("customer_id", Text),
        ("account", Int),
        ("crm_only", Bool),
    ];
    let figures = ["base_micros", "opening_micros", "closing_micros", "first_us"].map(|name| (name, Long));
    engine.relation("ends", &[&end[..], &figures[..]].concat(), &[])?;
    let due = [("period", Int), ("thing", Text), ("account", Int), ("state", Text), ("due_us", Long)];
    engine.relation("due", &due, &[])?;
    engine.relation("told_cells", &[("thing", Text), ("cell", Text), ("assumed", Bool)], &[])?;
    super::cells::empty_inputs(engine)
}

fn renewals(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let rules = plan.renewals.as_ref().filter(|renewals| renewals.from == RenewalsFrom::CrmDeals);
    if let Some(rules) = rules {
        stages(engine, rules)?;
    }
    closed_days(engine, plan)?;
    let pipeline = rules.map_or("", |rules| &rules.pipeline);
    let due = rules.and_then(|rules| rules.due.as_deref()).unwrap_or("");
    engine.run(
        "create or replace temp table renewals as select * from renewal_deals(?, ?)",
        &[pipeline.into(), due.into()],
    )
}

fn stages(engine: &dyn Engine, rules: &Renewals) -> Result<()> {
    let told = |stages: &[String], state: &str| -> Vec<Vec<Value>> {
        stages.iter().map(|stage| vec![stage.to_lowercase().into(), state.into()]).collect()
    };
    let rows = [told(&rules.won, "won"), told(&rules.lost, "lost")].concat();
    engine.relation("asked_stages", &[("stage", Type::Text), ("state", Type::Text)], &rows)
}

/// The local day of each moment at which a deal closed: zones are resolved here, since the engine has none.
fn closed_days(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let moments = engine.query(
        "select distinct epoch_us(closed_at) as closed_us from deals where closed_at is not null order by all",
        &[],
    )?;
    let day = |us| -> Date { plan.workspace.calendar.day(us) };
    let rows: Vec<Vec<Value>> = (0..moments.rows())
        .filter_map(|row| moments.long("closed_us", row))
        .map(|us| vec![us.into(), day(us).into()])
        .collect();
    engine.relation("closed_days", &[("closed_us", Type::Long), ("closed_on", Type::Day)], &rows)
}
