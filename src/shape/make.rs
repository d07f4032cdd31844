//! Small helpers by which this stage makes relations of the query files.

use anyhow::{Context, Result};

use crate::engine::{Engine, queries};

/// Loads one query file of this stage: its table function can be called from now on.
pub(super) fn load(engine: &dyn Engine, file: &str) -> Result<()> {
    let found = queries::SHAPE.iter().find(|query| query.path.strip_prefix("shape/") == Some(file));
    let query = found.with_context(|| format!("there is no queries/shape/{file}"))?;
    engine.load(std::slice::from_ref(query))
}

/// Loads a query file and keeps its rows as a relation.
pub(super) fn table(engine: &dyn Engine, name: &str, file: &str, call: &str) -> Result<()> {
    load(engine, file)?;
    engine.run(&format!("create or replace table {name} as select * from {call}"), &[])
}

/// Loads a query file and offers its rows as a relation that is computed when it is read.
pub(super) fn view(engine: &dyn Engine, name: &str, file: &str, call: &str) -> Result<()> {
    load(engine, file)?;
    engine.run(&format!("create or replace view {name} as select * from {call}"), &[])
}

/// How many rows a relation has.
pub(super) fn count(engine: &dyn Engine, name: &str) -> Result<u64> {
    Ok(engine.query(&format!("select count(*) as row_count from {name}"), &[])?.count("row_count", 0))
}
