//! The one place that speaks to the `deltalake` crate: create, commit, list the files of a version.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, Add, DataType, PrimitiveType, Remove, StructField, Transaction};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, ensure_table_uri};
use serde_json::Value;

use super::tables::Table;
use super::{DataFile, Note, Vector};
use crate::model::column::Type;

/// The key of a commit's metadata that holds the vector.
const VECTOR: &str = "throughlineVector";

/// A commit to be made.
pub(super) struct Commit<'a> {
    pub(super) folder: PathBuf,
    pub(super) table: &'a Table,
    pub(super) added: &'a [DataFile],
    pub(super) removed: &'a [DataFile],
    pub(super) note: &'a Note,
}

/// The newest version that stands in a table's log.
pub(super) fn head(folder: &Path) -> Result<Option<u64>> {
    let log = folder.join("_delta_log");
    if !log.is_dir() {
        return Ok(None);
    }
    let entries = std::fs::read_dir(&log).with_context(|| format!("could not read {}", log.display()))?;
    let mut newest = None;
    for entry in entries {
        let name = entry.with_context(|| format!("could not read {}", log.display()))?.file_name();
        let version = name.to_str().and_then(|name| name.strip_suffix(".json")).and_then(|stem| stem.parse().ok());
        newest = newest.max(version);
    }
    Ok(newest)
}

/// The vector that the commit of a version of `files` names. A commit that names none (a restore) keeps the one before.
pub(super) fn vector_of(folder: &Path, version: u64) -> Result<Vector> {
    for version in (0..=version).rev() {
        let path = folder.join("_delta_log").join(format!("{version:020}.json"));
        let text = std::fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
        let infos = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let named = infos.filter_map(|line| line.get("commitInfo")?.get(VECTOR)?.as_str().map(str::to_owned)).next();
        if let Some(named) = named {
            let versions =
                serde_json::from_str(&named).with_context(|| format!("could not read {}", path.display()))?;
            return Ok(Vector(versions));
        }
    }
    Ok(Vector::default())
}

/// The files of a version.
pub(super) async fn files(folder: &Path, version: u64) -> Result<Vec<DataFile>> {
    let table = open(folder, Some(version)).await?;
    let views = table.snapshot()?.log_data();
    let files = views.iter().map(|view| DataFile {
        month: view.partition_values_map().remove("month").flatten(),
        path: folder.join(view.path().as_ref()),
        size: u64::try_from(view.size()).unwrap_or(0),
    });
    Ok(files.collect())
}

/// Makes the commit; the table too, if it is not there.
pub(super) async fn commit(commit: &Commit<'_>) -> Result<u64> {
    if head(&commit.folder)?.is_none() {
        create(&commit.folder, commit.table).await?;
    }
    let table = open(&commit.folder, None).await?;
    let mut actions = Vec::new();
    for file in commit.removed {
        actions.push(Action::Remove(remove(&commit.folder, file)?));
    }
    for file in commit.added {
        actions.push(Action::Add(add(&commit.folder, file)?));
    }
    let partition_by = commit.table.monthly.then(|| vec!["month".to_owned()]);
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by, predicate: None };
    let done = CommitBuilder::from(properties(commit.note)?)
        .with_actions(actions)
        .build(Some(table.snapshot()?), table.log_store(), operation)
        .await?;
    Ok(done.version())
}

fn properties(note: &Note) -> Result<CommitProperties> {
    let mut properties = CommitProperties::default();
    if let Some((source, number)) = &note.transaction {
        properties = properties.with_application_transaction(Transaction::new(source, *number));
    }
    if let Some(vector) = &note.vector {
        let text = serde_json::to_string(&vector.0).context("could not write the vector")?;
        properties = properties.with_metadata([(VECTOR.to_owned(), Value::String(text))]);
    }
    Ok(properties)
}

fn add(folder: &Path, file: &DataFile) -> Result<Add> {
    let about = std::fs::metadata(&file.path).with_context(|| format!("could not find {}", file.path.display()))?;
    let modified = about.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(Add {
        path: relative(folder, &file.path)?,
        partition_values: file.month.iter().map(|month| ("month".to_owned(), Some(month.clone()))).collect(),
        size: i64::try_from(about.len()).context("a file is too large")?,
        modification_time: modified.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(0)),
        data_change: true,
        ..Add::default()
    })
}

fn remove(folder: &Path, file: &DataFile) -> Result<Remove> {
    Ok(Remove {
        path: relative(folder, &file.path)?,
        data_change: true,
        deletion_timestamp: Some(0),
        extended_file_metadata: Some(true),
        partition_values: Some(file.month.iter().map(|month| ("month".to_owned(), Some(month.clone()))).collect()),
        size: i64::try_from(file.size).ok(),
        ..Remove::default()
    })
}

fn relative(folder: &Path, path: &Path) -> Result<String> {
    let inside = path.strip_prefix(folder).with_context(|| format!("{} is not in its table", path.display()))?;
    let parts: Vec<_> = inside.iter().filter_map(|part| part.to_str()).collect();
    Ok(parts.join("/"))
}

async fn open(folder: &Path, version: Option<u64>) -> Result<DeltaTable> {
    let builder = DeltaTableBuilder::from_url(ensure_table_uri(location(folder)?)?)?;
    let builder = match version {
        Some(version) => builder.with_version(version),
        None => builder,
    };
    builder.load().await.with_context(|| format!("could not open the table in {}", folder.display()))
}

async fn create(folder: &Path, table: &Table) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    let month = table.monthly.then_some(("month", Type::Text));
    let columns = table.columns.iter().copied().chain(month);
    let fields = columns.map(|(name, kind)| StructField::new(name, DataType::Primitive(primitive(kind)), true));
    CreateBuilder::new()
        .with_location(location(folder)?)
        .with_table_name(table.name)
        .with_columns(fields)
        .with_partition_columns(month.map(|(name, _)| name))
        .with_configuration([("delta.enableExpiredLogCleanup", Some("false"))])
        .await
        .with_context(|| format!("could not make the table in {}", folder.display()))?;
    Ok(())
}

fn primitive(kind: Type) -> PrimitiveType {
    match kind {
        Type::Text => PrimitiveType::String,
        Type::Int => PrimitiveType::Integer,
        Type::Long => PrimitiveType::Long,
        Type::Double => PrimitiveType::Double,
        Type::Bool => PrimitiveType::Boolean,
        Type::Day => PrimitiveType::Date,
        Type::Moment => PrimitiveType::Timestamp,
        Type::Bytes => PrimitiveType::Binary,
    }
}

/// The folder as text; made absolute, since the crate would read a relative one against another place.
fn location(folder: &Path) -> Result<String> {
    let absolute = std::path::absolute(folder).with_context(|| format!("could not resolve {}", folder.display()))?;
    Ok(absolute.to_string_lossy().into_owned())
}
