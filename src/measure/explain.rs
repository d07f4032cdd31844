//! Where a number comes from: the definition in words, the queries that run, and how many rows each step had.

use anyhow::Result;

use super::asked::queries;
use super::{Asking, kinds, wording};
use crate::engine::Engine;
use crate::model::metric::Traction;
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::Plan;

/// How a metric is computed.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The definition in words.
    pub definition: String,
    /// The queries that ran, in order: path under `queries/`, and text.
    pub queries: Vec<(&'static str, &'static str)>,
    /// What stood in each step, and how many rows.
    pub rows: Vec<(&'static str, u64)>,
}

/// Computes a metric and says how.
///
/// # Errors
/// As for `measure`.
pub fn explain(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
    question: &Question,
) -> Result<Explanation> {
    let asking = Asking::new(engine, plan, scope, traction, question)?;
    let readings = kinds::readings(&asking)?;
    let mut rows = Vec::new();
    for (name, table) in kinds::steps(&traction.kind) {
        let frame = engine.query(&format!("select count(*) as n from {table}"), &[])?;
        rows.push((*name, frame.count("n", 0)));
    }
    rows.push(("rows of the answer", readings.len() as u64));
    let files = queries(kinds::files(&traction.kind));
    Ok(Explanation {
        definition: wording::definition(plan, traction),
        queries: files.iter().map(|query| (query.path, query.text)).collect(),
        rows,
    })
}
