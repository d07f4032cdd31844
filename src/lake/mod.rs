//! The lake: Delta tables with one truth across them. Commits files; reads no row.
//!
//! Delta commits one table at a time. A batch commits ids, then data, then `files` last, and that last commit's metadata
//! names the version of every table `ingest` writes: the [`Vector`]. Readers open the vector, never the heads, so that a
//! batch that died half-way is unseen, and [`Lake::restore`] brings its tables back (lake.md 1).

mod delta;
pub mod file;
pub mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

use tables::{FILES, Table};

/// The version of each table that readers see; tables that were never written are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vector(pub BTreeMap<String, u64>);

/// A Parquet file of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataFile {
    /// Its month (`2026-03`), in tables that have one.
    pub month: Option<String>,
    /// Its path.
    pub path: PathBuf,
    /// Its bytes.
    pub size: u64,
}

/// What a commit says of itself, to be read by people and by the next batch.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// The source and its batch's number.
    pub transaction: Option<(String, i64)>,
    /// On `files` only: the vector from now on.
    pub vector: Option<Vector>,
}

/// The tables under one folder.
pub struct Lake {
    root: PathBuf,
    runtime: tokio::runtime::Runtime,
}

impl Lake {
    /// Opens the lake under a folder; nothing is created until something is committed.
    ///
    /// # Errors
    /// If the system gives no thread to run on.
    pub fn open(root: &Path) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self { root: root.to_path_buf(), runtime: runtime.context("could not start the lake's runtime")? })
    }

    /// The folder of a table.
    pub fn folder(&self, table: &Table) -> PathBuf {
        self.root.join(table.name)
    }

    /// The folder beside the lake for what `ingest` needs while it runs, and nobody else: who holds the lock may empty it.
    pub fn scratch(&self) -> PathBuf {
        self.root.with_file_name("tmp").join("ingest")
    }

    /// The folder a new file of a table belongs in; made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn data_folder(&self, table: &Table, month: Option<&str>) -> Result<PathBuf> {
        let folder = self.folder(table);
        let folder = month.map_or(folder.clone(), |month| folder.join(format!("month={month}")));
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        Ok(folder)
    }

    /// The vector of the last batch that was finished.
    ///
    /// # Errors
    /// If the log of `files` cannot be read.
    pub fn vector(&self) -> Result<Vector> {
        match self.head(&FILES)? {
            None => Ok(Vector::default()),
            Some(head) => delta::vector_of(&self.folder(&FILES), head),
        }
    }

    /// The newest version of a table, finished batch or not.
    ///
    /// # Errors
    /// If its log cannot be read.
    pub fn head(&self, table: &Table) -> Result<Option<u64>> {
        delta::head(&self.folder(table))
    }

    /// The files of a table at a version, by month and path.
    ///
    /// # Errors
    /// If that version is gone or cannot be read.
    pub fn files(&self, table: &Table, version: u64) -> Result<Vec<DataFile>> {
        let mut files = self.runtime.block_on(delta::files(&self.folder(table), version))?;
        files.sort();
        Ok(files)
    }

    /// The files of a table in a vector; none where it was never written.
    ///
    /// # Errors
    /// As [`Lake::files`].
    pub fn files_in(&self, table: &Table, vector: &Vector) -> Result<Vec<DataFile>> {
        vector.0.get(table.name).map_or(Ok(Vec::new()), |version| self.files(table, *version))
    }

    /// The files of a table at its head; none where it was never written. For tables that no vector names.
    ///
    /// # Errors
    /// As [`Lake::files`].
    pub fn newest(&self, table: &Table) -> Result<Vec<DataFile>> {
        self.head(table)?.map_or(Ok(Vec::new()), |head| self.files(table, head))
    }

    /// Adds and removes files of a table in one commit, making the table if need be; returns the new version.
    /// Added files lie in [`Lake::data_folder`] already, under names that were never used before.
    ///
    /// # Errors
    /// If a file or the log cannot be read or written; the table is then as it was.
    pub fn commit(&self, table: &Table, added: &[DataFile], removed: &[DataFile], note: &Note) -> Result<u64> {
        let commit = delta::Commit { folder: self.folder(table), table, added, removed, note };
        self.runtime.block_on(delta::commit(&commit)).with_context(|| format!("could not commit `{}`", table.name))
    }

    /// Takes away data files older than a moment that none of these versions names, nor the head. The log keeps its word
    /// of them: versions that named them can no longer be read.
    ///
    /// # Errors
    /// If a version cannot be read, or a file not be taken away.
    pub fn sweep(&self, table: &Table, versions: &BTreeSet<u64>, before: SystemTime) -> Result<()> {
        let Some(head) = self.head(table)? else { return Ok(()) };
        let named = |version: u64| -> Result<Vec<PathBuf>> {
            Ok(self.files(table, version)?.into_iter().map(|file| file.path).collect())
        };
        let mut unnamed = old_files(&self.folder(table), before)?;
        for version in std::iter::once(head).chain(versions.iter().copied()) {
            if unnamed.is_empty() {
                return Ok(());
            }
            named(version)?.iter().for_each(|path| {
                unnamed.remove(path);
            });
        }
        for path in unnamed {
            std::fs::remove_file(&path).with_context(|| format!("could not take away {}", path.display()))?;
        }
        Ok(())
    }

    /// Brings a table's head back to what it was at a version (to nothing, if it is not in the vector); returns the head
    /// whose rows are those, or nothing where there is none.
    ///
    /// # Errors
    /// As [`Lake::commit`].
    pub fn restore(&self, table: &Table, vector: &Vector) -> Result<Option<u64>> {
        let Some(head) = self.head(table)? else { return Ok(None) };
        let wanted = self.files_in(table, vector)?;
        let present = self.files(table, head)?;
        let only_in = |these: &[DataFile], those: &[DataFile]| -> Vec<DataFile> {
            these.iter().filter(|file| !those.contains(file)).cloned().collect()
        };
        let (added, removed) = (only_in(&wanted, &present), only_in(&present, &wanted));
        if added.is_empty() && removed.is_empty() {
            return Ok(Some(vector.0.get(table.name).copied().unwrap_or(head)));
        }
        self.commit(table, &added, &removed, &Note::default()).map(Some)
    }
}

/// The Parquet files under a table's folder that were last changed before a moment.
fn old_files(folder: &Path, before: SystemTime) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.with_context(|| format!("could not read {}", folder.display()))?;
        let is_data = entry.path().extension().is_some_and(|ending| ending == "parquet");
        let in_log = entry.path().components().any(|part| part.as_os_str() == "_delta_log");
        if is_data && !in_log && entry.metadata()?.modified()? < before {
            found.insert(entry.into_path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::tables::RELEASES;
    use super::*;

    /// A file of a table; Delta does not look inside.
    fn file(lake: &Lake, name: &str) -> Result<DataFile> {
        let path = lake.data_folder(&RELEASES, None)?.join(name);
        std::fs::write(&path, name)?;
        Ok(DataFile { month: None, path, size: name.len() as u64 })
    }

    #[test]
    fn a_batch_that_died_before_its_last_commit_is_unseen_and_taken_back() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let lake = Lake::open(folder.path())?;
        assert_eq!(lake.vector()?, Vector::default());
        let first = file(&lake, "a.parquet")?;
        let version = lake.commit(&RELEASES, std::slice::from_ref(&first), &[], &Note::default())?;
        let vector = Vector(BTreeMap::from([("releases".to_owned(), version)]));
        lake.commit(&FILES, &[], &[], &Note { transaction: None, vector: Some(vector.clone()) })?;

        let second = file(&lake, "b.parquet")?;
        lake.commit(&RELEASES, &[second], std::slice::from_ref(&first), &Note::default())?;
        assert_eq!(lake.vector()?, vector);
        assert_eq!(lake.files_in(&RELEASES, &vector)?, std::slice::from_ref(&first));

        let head = lake.restore(&RELEASES, &vector)?.expect("the table is there");
        assert_eq!(lake.files(&RELEASES, head)?, [first]);
        assert_eq!(lake.restore(&RELEASES, &vector)?, Some(version), "a second time there is nothing to do");
        Ok(())
    }

    #[test]
    fn old_files_that_no_kept_version_names_are_taken_away() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let lake = Lake::open(folder.path())?;
        let [one, two, three] = ["a.parquet", "b.parquet", "c.parquet"].map(|name| file(&lake, name));
        let (one, two, three) = (one?, two?, three?);
        let kept = lake.commit(&RELEASES, std::slice::from_ref(&one), &[], &Note::default())?;
        lake.commit(&RELEASES, std::slice::from_ref(&two), std::slice::from_ref(&one), &Note::default())?;
        lake.commit(&RELEASES, std::slice::from_ref(&three), std::slice::from_ref(&two), &Note::default())?;
        let present = || [&one, &two, &three].map(|file| file.path.exists());
        let (long_ago, far_ahead) =
            (SystemTime::UNIX_EPOCH, SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1 << 40));
        lake.sweep(&RELEASES, &BTreeSet::from([kept]), long_ago)?;
        assert_eq!(present(), [true, true, true], "all are younger");
        lake.sweep(&RELEASES, &BTreeSet::from([kept]), far_ahead)?;
        assert_eq!(present(), [true, false, true], "a kept version and the head name the others");
        Ok(())
    }
}
