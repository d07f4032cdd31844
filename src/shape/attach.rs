//! The lake's tables of one vector as relations `lake_<table>`; rows of sources that the plan does not have stay unseen.

use anyhow::Result;

use super::issues;
use crate::engine::Engine;
use crate::lake::tables::{self, Table};
use crate::lake::{DataFile, Lake, Vector};
use crate::model::column::{Type, Value};
use crate::plan::Plan;

/// Makes `plan_sources` and every `lake_<table>`; returns whether the lake holds rows of sources that the plan does not.
///
/// # Errors
/// If the engine refuses, or the lake was written with another zone than the plan has (lake.md 14).
pub(super) fn attach(engine: &dyn Engine, lake: &Lake, vector: &Vector, plan: &Plan) -> Result<bool> {
    let names: Vec<Vec<Value>> = plan.sources.iter().map(|source| vec![source.name.as_str().into()]).collect();
    engine.relation("plan_sources", &[("source", Type::Text)], &names)?;
    relation(engine, &tables::FILES, &lake.files_in(&tables::FILES, vector)?)?;
    let cut = "select distinct json_extract_string(verdicts, '$.zone') as zone from lake_files";
    let other = engine.query(
        &format!("select zone from ({cut}) as cut where zone <> ? order by zone"),
        &[plan.workspace.timezone.as_str().into()],
    )?;
    if let Some(zone) = (other.rows() > 0).then(|| other.text("zone", 0)).flatten() {
        return Err(issues::zone_differs(plan, &zone).into());
    }
    let unseen = engine.query(
        "select count(*) as row_count from lake_files where source not in (select source from plan_sources)",
        &[],
    )?;
    let foreign = unseen.count("row_count", 0) > 0;
    for table in tables::ALL {
        let files = match table.ingested {
            true => lake.files_in(table, vector)?,
            false => lake.newest(table)?,
        };
        relation(engine, table, &files)?;
        if foreign && table.ingested && table.columns.iter().any(|(column, _)| *column == "source") {
            own_rows(engine, table.name)?;
        }
    }
    Ok(foreign)
}

/// One table's files as `lake_<table>`.
fn relation(engine: &dyn Engine, table: &Table, files: &[DataFile]) -> Result<()> {
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    let partition = table.monthly.then_some("month");
    engine.attach(&format!("lake_{}", table.name), table.columns, partition, &paths)
}

/// Keeps only rows of the plan's sources in sight.
fn own_rows(engine: &dyn Engine, table: &str) -> Result<()> {
    engine.run(&format!("alter view lake_{table} rename to every_{table}"), &[])?;
    engine.run(
        &format!(
            "create view lake_{table} as select * from every_{table} \
             where source in (select source from plan_sources)"
        ),
        &[],
    )
}
