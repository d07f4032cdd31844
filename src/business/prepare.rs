//! Makes the relations that business metrics and links read: `customer_mrr`, `places`, `renewals`.

use anyhow::{Context, Result};

use super::{issues, renewals};
use crate::diag::Diagnostic;
use crate::engine::{Engine, queries};
use crate::model::column::Type;
use crate::model::scope::Scope;
use crate::plan::{Plan, SideFiles};

/// Makes `customer_mrr`, `places` and `renewals` from what `shape` made, and says what a reader should know of them.
///
/// # Errors
/// If the engine refuses.
pub fn prepare(engine: &dyn Engine, plan: &Plan, scope: &Scope, side_files: &SideFiles) -> Result<Vec<Diagnostic>> {
    let end = scope.as_of_end_us;
    table(engine, "customer_mrr", "customer_spans", &format!("customer_spans({end})"))?;
    table(engine, "company_places", "company_places", "company_places()")?;
    table(engine, "places", "customer_places", "customer_places()")?;
    let mut told: Vec<Diagnostic> = canceled_undated(engine)?.into_iter().collect();
    told.extend(renewals::make(engine, plan, scope, side_files)?);
    empty_inputs(engine)?;
    engine.load(queries::BUSINESS)?;
    Ok(told)
}

/// Loads one query file of this stage and keeps its rows as a relation.
pub(super) fn table(engine: &dyn Engine, name: &str, file: &str, call: &str) -> Result<()> {
    load(engine, file)?;
    engine.run(&format!("create or replace table {name} as select * from {call}"), &[])
}

fn load(engine: &dyn Engine, file: &str) -> Result<()> {
    let path = format!("business/{file}.sql");
    let query = queries::BUSINESS_BASE.iter().find(|query| query.path == path);
    engine.load(std::slice::from_ref(query.with_context(|| format!("there is no queries/{path}"))?))
}

/// The relations a caller fills before it asks: a table function over a relation that is not there is refused.
fn empty_inputs(engine: &dyn Engine) -> Result<()> {
    use Type::{Bool, Int, Long, Text};
    engine.relation("asked_periods", &super::kinds::PERIODS, &[])?;
    let due = [
        ("period", Int),
        ("thing", Text),
        ("unit", Text),
        ("account", Int),
        ("crm_only", Bool),
        ("state", Text),
        ("due_us", Long),
    ];
    engine.relation("due", &due, &[])?;
    engine.relation("told_cells", &[("thing", Text), ("cell", Text), ("assumed", Bool)], &[])?;
    super::cells::empty_inputs(engine)?;
    load(engine, "period_ends")?;
    engine.run(super::kinds::ENDS, &[])
}

/// Subscriptions that are canceled without a day on which they ended (R7.1).
fn canceled_undated(engine: &dyn Engine) -> Result<Option<Diagnostic>> {
    let sql = "select count(distinct source || ':' || subscription_id) as row_count from subscription_versions \
               where status = 'canceled' and ended_at is null and mrr_micros > 0";
    Ok(issues::canceled_undated(engine.query(sql, &[])?.count("row_count", 0)))
}
