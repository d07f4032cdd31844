//! The tables that analysts see (output.md): views in the schema `tables`, over the relations of this stage.

use anyhow::Result;

use super::make::load;
use super::selection::{identifier, quoted};
use crate::engine::{Engine, queries};
use crate::plan::Plan;

/// Makes the schema `tables`. Who lets people ask by plain names says `set search_path = 'tables,main'` afterwards.
pub(super) fn tables(engine: &dyn Engine, plan: &Plan, at_us: i64) -> Result<()> {
    load(engine, "revenue.sql")?;
    engine.run(
        &format!(
            "create or replace table account_revenue as \
             select customers.account, cast(sum(revenue.mrr_micros) as bigint) as mrr_micros from revenue({at_us}) as revenue \
             inner join customers on customers.source = revenue.source and customers.customer_id = revenue.customer_id \
             where customers.account is not null group by customers.account"
        ),
        &[],
    )?;
    let columns: String = plan
        .segments
        .iter()
        .map(|segment| {
            let id = segment.id.as_str();
            format!(", max(case when segment = {} then value end) as {}", quoted(id), identifier(id))
        })
        .collect();
    engine.run(
        &format!(
            "create or replace table segment_columns as select account{columns} from attributes \
             where from_us <= {at_us} and to_us > {at_us} group by account"
        ),
        &[],
    )?;
    engine.load(queries::VIEWS)
}
