//! Files that a run needs before it can do anything: a source without files and without rows is a plan to be mended.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::session;
use crate::diag::Diagnostic;
use crate::engine::{DuckDb, Engine, Limits};
use crate::lake::tables::FILES;
use crate::plan::{Plan, globs};

/// Each pattern of a source that matches no file while the lake holds no row of that source (lake.md 21).
///
/// # Errors
/// If the lake cannot be read.
pub fn missing_files(plan: &Plan, state: &Path) -> Result<Vec<Diagnostic>> {
    let missing = globs::missing_sources(plan);
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let lake = session::lake(state)?;
    let paths: Vec<_> = lake.files_in(&FILES, &lake.vector()?)?.into_iter().map(|file| file.path).collect();
    let engine = DuckDb::open(&Limits::default())?;
    engine.attach("lake_files", FILES.columns, None, &paths)?;
    let frame = engine.query("select distinct source from lake_files where accepted > 0 order by source", &[])?;
    let known: BTreeSet<String> = (0..frame.rows()).filter_map(|row| frame.text("source", row)).collect();
    let unknown = missing.into_iter().filter(|(source, _)| !known.contains(source.as_str()));
    Ok(unknown.map(|(_, problem)| problem.because("the lake holds no row of it yet")).collect())
}
