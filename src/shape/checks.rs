//! The data checks of `queries/checks`: rows that should not exist, counted.

use anyhow::Result;

use super::{BEGIN_US, END_US, issues};
use crate::diag::Diagnostic;
use crate::engine::{Engine, queries};
use crate::model::scope::Scope;

/// Runs every check on what [`super::shape`] made; says of each that found something how many rows.
///
/// # Errors
/// If the engine refuses.
pub fn checks(engine: &dyn Engine, scope: &Scope) -> Result<Vec<Diagnostic>> {
    engine.load(queries::CHECKS)?;
    let mut found = Vec::new();
    for query in queries::CHECKS {
        let name = query.path.trim_start_matches("checks/").trim_end_matches(".sql");
        let arguments = match name {
            "attribute_gaps" => format!("{BEGIN_US}, {END_US}"),
            "hits_after_as_of" => format!("date '{}'", scope.as_of),
            _ => String::new(),
        };
        let rows = engine.query(&format!("select count(*) as row_count from {name}({arguments})"), &[])?;
        found.extend(issues::check_failed(name, rows.count("row_count", 0)));
    }
    Ok(found)
}
