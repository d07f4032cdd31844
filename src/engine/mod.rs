//! Where SQL runs: rows of the lake stay inside, results come out as frames. One engine is built in: DuckDB.

mod beside;
mod duckdb;
mod frames;
pub mod queries;

use std::path::{Path, PathBuf};

use anyhow::Result;
use arrow::record_batch::RecordBatch;

use crate::model::column::{Type, Value};

pub use beside::side_by_side;
pub use duckdb::{DuckDb, Limits};
pub use frames::Frame;

/// What the stages ask of an engine; they know no dialect beyond the files in `queries/`.
pub trait Engine {
    /// Makes a relation of a table's Parquet files, with exactly these columns; without files it is empty.
    /// Columns that the path tells (`month=2026-03`) are named in `partition`.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn attach(&self, name: &str, columns: &[(&str, Type)], partition: Option<&str>, files: &[PathBuf]) -> Result<()>;

    /// Makes a relation of Parquet files, with exactly these columns and `row_no`: the number of a row, where each file is
    /// called by that of its first.
    ///
    /// # Errors
    /// If a file cannot be read.
    fn attach_numbered(&self, name: &str, columns: &[(&str, Type)], files: &[PathBuf]) -> Result<()>;

    /// Runs statements that give no rows; with parameters, exactly one statement.
    ///
    /// # Errors
    /// If the engine refuses, with its words.
    fn run(&self, sql: &str, parameters: &[Value]) -> Result<()>;

    /// Runs a query and hands over all its rows.
    ///
    /// # Errors
    /// If the engine refuses, with its words.
    fn query(&self, sql: &str, parameters: &[Value]) -> Result<Frame>;

    /// Runs a query and hands over its rows as they arrive, never all in memory.
    ///
    /// # Errors
    /// If the engine refuses, or what is done with a batch fails.
    fn stream(&self, sql: &str, parameters: &[Value], each: &mut dyn FnMut(RecordBatch) -> Result<()>) -> Result<()>;

    /// Writes a query's rows as one Parquet file (zstd), never committing it anywhere; returns how many.
    ///
    /// # Errors
    /// If the engine refuses, or the file cannot be written.
    fn write(&self, sql: &str, parameters: &[Value], file: &Path) -> Result<u64>;

    /// Makes a relation of values the caller has, replacing one of that name.
    ///
    /// # Errors
    /// If a row does not fit the columns.
    fn relation(&self, name: &str, columns: &[(&str, Type)], rows: &[Vec<Value>]) -> Result<()>;

    /// Makes a relation as [`Engine::relation`] does, unless it stands with these very rows since it was made by this; says
    /// whether it was made. For what questions are asked with: what follows from the same rows stands as well.
    ///
    /// # Errors
    /// If a row does not fit the columns.
    fn renew(&self, name: &'static str, columns: &[(&str, Type)], rows: &[Vec<Value>]) -> Result<bool>;

    /// Adds Arrow batches to a relation made before, in its order of columns.
    ///
    /// # Errors
    /// If a batch does not fit the relation.
    fn append(&self, name: &str, batch: RecordBatch) -> Result<()>;

    /// Loads query files, each once: table functions that later queries call by name. What they read is looked up when they
    /// are called, so that relations may be made anew under the same names.
    ///
    /// # Errors
    /// If one is refused, naming it.
    fn load(&self, queries: &[queries::Query]) -> Result<()>;

    /// Hands engines beside this one to threads, at most so many: each sees all that stands now, nobody else sees what it
    /// makes, and that is gone when all are done.
    ///
    /// # Errors
    /// If no engine can be opened beside this one.
    fn beside(&self, at_most: usize, work: &(dyn Fn(&dyn Engine) + Sync)) -> Result<()>;
}
