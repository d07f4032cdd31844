//! Links that a source declares in a file of its own, `anonymous_id, user_id`: they join the ones its rows tell (R8.1).

use anyhow::Result;

use super::make;
use crate::engine::Engine;
use crate::model::column::{Type, Value};
use crate::plan::{Plan, SideFiles};

/// Adds the declared links to `lake_links`. An id that no row has gets a number of its own below 0, so that two anonymous
/// ids linked to the same silent user are still one person.
pub(super) fn links(engine: &dyn Engine, plan: &Plan, side_files: &SideFiles) -> Result<()> {
    let mut rows = Vec::new();
    for source in &plan.sources {
        let Some(path) = &source.links else { continue };
        let text = side_files.text(path)?.unwrap_or_default();
        rows.extend(pairs(source.name.as_str(), &text));
    }
    if rows.is_empty() {
        return Ok(());
    }
    let columns = ["source", "anonymous_id", "user_id"].map(|name| (name, Type::Text));
    engine.relation("declared_links", &columns, &rows)?;
    engine
        .run("alter view lake_ids_users rename to told_ids_users; alter view lake_links rename to told_links", &[])?;
    make::load(engine, "silent_ids.sql")?;
    engine.run(
        "create or replace view lake_ids_users as select no, id from told_ids_users union all select * from silent_ids()",
        &[],
    )?;
    make::load(engine, "linked_ids.sql")?;
    engine
        .run("create or replace view lake_links as select * from told_links union all select * from linked_ids()", &[])
}

/// The file's rows, found by its header; rows that name no pair are none.
fn pairs(source: &str, text: &str) -> Vec<Vec<Value>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().cloned().unwrap_or_default();
    let place = |name: &str| headers.iter().position(|header| header.trim_start_matches('\u{feff}') == name);
    let (Some(anonymous), Some(user)) = (place("anonymous_id"), place("user_id")) else { return Vec::new() };
    let pair = |record: csv::StringRecord| {
        let cell = |at: usize| record.get(at).filter(|text| !text.is_empty()).map(Value::from);
        Some(vec![source.into(), cell(anonymous)?, cell(user)?])
    };
    reader.records().filter_map(|record| record.ok().and_then(pair)).collect()
}
