//! A run of before: what it read, and the plan and side files it used, so that its pack can be made again (lake.md 2).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;

use super::session;
use crate::engine::{DuckDb, Engine, Frame, Limits};
use crate::lake::tables::{ALL, RUNS};
use crate::lake::{Lake, Vector};

/// How many runs are listed where the one asked for cannot be read.
const LISTED: usize = 8;

const FINISHED: &str = "select run, as_of, epoch_us(started_at) as started_us, lake_versions, plan, side_files, \
    json_extract_string(stages, '$.as_of_is_named') as as_of_is_named from lake_runs order by started_at desc, run desc";

/// A finished run, as `--as-known` names it.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its id.
    pub run: String,
    /// The as-of day, where a person named it then.
    pub as_of: Option<Date>,
    /// When it began, in microseconds since 1970 UTC: what it took for now.
    pub now_us: i64,
    /// The versions it read.
    pub vector: Vector,
    /// The text of its plan.
    pub plan: String,
    /// The texts of its side files, by the path in the plan.
    pub side_files: BTreeMap<String, String>,
}

/// Finds a run of which everything it read is still there, by its id; else the newest ones that are.
///
/// # Errors
/// If the runs cannot be read.
pub fn find(state: &Path, run: &str) -> Result<std::result::Result<Known, Vec<String>>> {
    let lake = session::lake(state)?;
    let engine = DuckDb::open(&Limits::default())?;
    let files = lake.newest(&RUNS)?;
    let files: Vec<_> = files.into_iter().map(|file| file.path).collect();
    engine.attach("lake_runs", RUNS.columns, None, &files)?;
    let runs = engine.query(FINISHED, &[])?;
    let row = (0..runs.rows()).find(|row| runs.text("run", *row).as_deref() == Some(run));
    let known = row.map(|row| told(&runs, row)).transpose()?.filter(|known| is_kept(&lake, &known.vector));
    Ok(match known {
        Some(known) => Ok(known),
        None => Err(readable(&lake, &runs)?),
    })
}

fn told(runs: &Frame, row: usize) -> Result<Known> {
    let text = |column: &str| runs.text(column, row).unwrap_or_default();
    let is_named = text("as_of_is_named") == "true";
    Ok(Known {
        run: text("run"),
        as_of: runs.day("as_of", row).filter(|_| is_named),
        now_us: runs.long("started_us", row).unwrap_or_default(),
        vector: Vector(serde_json::from_str(&text("lake_versions")).context("could not read the run's versions")?),
        plan: text("plan"),
        side_files: serde_json::from_str(&text("side_files")).context("could not read the run's side files")?,
    })
}

/// Whether every file of a vector is still there.
fn is_kept(lake: &Lake, vector: &Vector) -> bool {
    let mut tables = ALL.iter().filter(|table| vector.0.contains_key(table.name));
    tables.all(|table| lake.files_in(table, vector).is_ok_and(|files| files.iter().all(|file| file.path.exists())))
}

/// The newest runs that can be read.
fn readable(lake: &Lake, runs: &Frame) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in 0..runs.rows().min(LISTED) {
        let known = told(runs, row)?;
        if is_kept(lake, &known.vector) {
            found.push(known.run);
        }
    }
    Ok(found)
}
