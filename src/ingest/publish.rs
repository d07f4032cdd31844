//! A batch's files on their way into the lake: ids, then data, then rows set aside, then `files` with the vector (lake.md 1).

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::Progress;
use crate::engine::Engine;
use crate::lake::tables::{ALL, FILES, Table};
use crate::lake::{DataFile, Lake, Note, Vector};
use crate::model::column::Value;

/// How many files a month, or a table, may have before it is rewritten.
pub(super) const MANY_FILES: usize = 16;

/// The files that a batch adds and removes, by table.
pub(super) struct Changes<'a> {
    pub(super) lake: &'a Lake,
    pub(super) engine: &'a dyn Engine,
    pub(super) vector: Vector,
    name: String,
    tables: BTreeMap<&'static str, (Vec<DataFile>, Vec<DataFile>)>,
}

impl<'a> Changes<'a> {
    /// For a batch of that number, on top of a vector.
    pub(super) fn new(lake: &'a Lake, engine: &'a dyn Engine, vector: Vector, batch: i64) -> Self {
        Self { lake, engine, vector, name: format!("{batch:08}"), tables: BTreeMap::new() }
    }

    /// The files a table has before the batch.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub(super) fn present(&self, table: &Table) -> Result<Vec<DataFile>> {
        self.lake.files_in(table, &self.vector)
    }

    /// Writes a query's rows as a file that the table gains; no rows are no file.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn add(&mut self, table: &Table, month: Option<&str>, sql: &str, parameters: &[Value]) -> Result<u64> {
        let path = self.unused(table, month)?;
        let rows = self.engine.write(sql, parameters, &path).inspect_err(|_| half_written(&path))?;
        match rows {
            0 => std::fs::remove_file(&path).with_context(|| format!("could not remove {}", path.display()))?,
            _ => self.has(table, month, path)?,
        }
        Ok(rows)
    }

    /// Takes a file that stands elsewhere as one that a month of the table gains.
    ///
    /// # Errors
    /// If it cannot be moved.
    pub(super) fn take(&mut self, table: &Table, month: &str, file: &Path) -> Result<()> {
        let path = self.unused(table, Some(month))?;
        let moved = std::fs::rename(file, &path).or_else(|problem| match problem.kind() {
            ErrorKind::CrossesDevices => std::fs::copy(file, &path).map(|_| ()).inspect_err(|_| half_written(&path)),
            _ => Err(problem),
        });
        moved.with_context(|| format!("could not move {} to {}", file.display(), path.display()))?;
        self.has(table, Some(month), path)
    }

    fn has(&mut self, table: &Table, month: Option<&str>, path: PathBuf) -> Result<()> {
        let size = std::fs::metadata(&path).with_context(|| format!("could not read {}", path.display()))?.len();
        let file = DataFile { month: month.map(str::to_owned), path, size };
        self.tables.entry(table.name).or_default().0.push(file);
        Ok(())
    }

    /// Takes files from a table.
    pub(super) fn remove(&mut self, table: &Table, files: impl IntoIterator<Item = DataFile>) {
        self.tables.entry(table.name).or_default().1.extend(files);
    }

    /// Puts a query's rows in place of all of a table's.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn replace(&mut self, table: &Table, sql: &str, parameters: &[Value]) -> Result<u64> {
        let present = self.present(table)?;
        self.remove(table, present);
        self.add(table, None, sql, parameters)
    }

    /// A name that no file ever had, nor will have: a batch that died may have left some.
    fn unused(&self, table: &Table, month: Option<&str>) -> Result<PathBuf> {
        let folder = self.lake.data_folder(table, month)?;
        let name = |n: u32| folder.join(format!("{}-{n:03}.parquet", self.name));
        Ok((0..).map(name).find(|path| !path.exists()).expect("numbers do not end"))
    }

    /// Commits all tables, `files` last.
    ///
    /// # Errors
    /// If a commit fails; the next batch restores what was committed by then.
    pub(super) fn commit(mut self, transaction: (String, i64), on: &mut dyn FnMut(Progress<'_>)) -> Result<Vector> {
        for table in ALL.iter().filter(|table| table.ingested && table.name != FILES.name) {
            let Some((added, removed)) = self.tables.get(table.name) else { continue };
            if added.is_empty() && removed.is_empty() {
                continue;
            }
            let note = Note { transaction: Some(transaction.clone()), vector: None };
            let version = self.lake.commit(table, added, removed, &note)?;
            self.vector.0.insert(table.name.to_owned(), version);
            on(Progress::Committed { table: table.name });
        }
        // Readers find `files` in the vector too: the version that this very commit makes.
        let next = self.lake.head(&FILES)?.map_or(1, |head| head + 1);
        self.vector.0.insert(FILES.name.to_owned(), next);
        let (added, removed) = self.tables.get(FILES.name).cloned().unwrap_or_default();
        let note = Note { transaction: Some(transaction), vector: Some(self.vector.clone()) };
        let version = self.lake.commit(&FILES, &added, &removed, &note)?;
        debug_assert_eq!(version, next, "only one batch commits at a time, under the lock");
        on(Progress::Committed { table: FILES.name });
        Ok(self.vector)
    }
}

/// Takes half a file away: on a full disk it would stand in the way of mending it.
fn half_written(path: &Path) {
    let _none = std::fs::remove_file(path);
}
