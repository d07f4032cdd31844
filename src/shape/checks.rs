//! The data checks of `queries/checks`: rows that should not exist, counted.

use anyhow::Result;

use super::{BEGIN_US, END_US, issues};
use crate::diag::Diagnostic;
use crate::engine::{Engine, queries};
use crate::model::scope::Scope;

/// Runs every check on what [`super::shape`] made; says of each that found something what it is, how many rows, and one.
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
        let sql = format!(
            "select count(*) as row_count, min(cast(to_json(wrong) as varchar)) as example from {name}({arguments}) as wrong"
        );
        let rows = engine.query(&sql, &[])?;
        let example = rows.text("example", 0);
        found.extend(issues::check_failed(name, &head(query.text), rows.count("row_count", 0), example.as_deref()));
    }
    Ok(found)
}

/// The sentence at the head of a query, as part of another.
fn head(text: &str) -> String {
    let sentence = text.lines().next().unwrap_or_default().trim_start_matches("-- ").trim_end_matches('.');
    let mut letters = sentence.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
