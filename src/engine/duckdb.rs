//! DuckDB, embedded: the default engine. The only place that speaks to the `duckdb` crate.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow};
use arrow::record_batch::RecordBatch;
use duckdb::types::ToSqlOutput;
use duckdb::{Config, Connection, ToSql};

use super::queries::Query;
use super::{Engine, Frame, frames};
use crate::model::column::{Type, Value};
use crate::model::period::epoch_day;

/// The number of the next schema of an engine beside another: no two have the same.
static NEXT: AtomicUsize = AtomicUsize::new(0);

/// An embedded DuckDB in memory, spilling to a folder.
pub struct DuckDb {
    connection: Connection,
    /// Where what is made here stands: `main`, or a desk's own schema.
    schema: String,
    /// The query files that were loaded.
    loaded: RefCell<BTreeSet<&'static str>>,
    /// The rows of the relations that are renewed.
    renewed: RefCell<BTreeMap<&'static str, Vec<Vec<Value>>>>,
}

/// What the engine may take.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// How many threads; nothing: all cores.
    pub threads: Option<u32>,
    /// How much memory, as `1GB`; nothing: DuckDB's own limit.
    pub memory: Option<String>,
    /// Where it may spill.
    pub spill: Option<PathBuf>,
}

impl DuckDb {
    /// Opens an empty engine. It never reaches for the network: extensions are neither installed nor loaded by themselves.
    ///
    /// # Errors
    /// If a limit is not one.
    pub fn open(limits: &Limits) -> Result<Self> {
        let mut config = Config::default()
            .with("autoinstall_known_extensions", "false")?
            .with("autoload_known_extensions", "false")?
            // All is in memory: there is no file into which a checkpoint could bring anything.
            .with("checkpoint_threshold", "1TB")?;
        if let Some(threads) = limits.threads {
            config = config.threads(i64::from(threads))?;
        }
        if let Some(memory) = &limits.memory {
            config = config.max_memory(memory)?;
        }
        if let Some(spill) = &limits.spill {
            // Who may not write there can still ask what needs no room.
            let _perhaps = std::fs::create_dir_all(spill);
            config = config.with("temp_directory", spill.to_string_lossy())?;
        }
        let connection = Connection::open_in_memory_with_flags(config).context("could not open the engine")?;
        Ok(Self { connection, schema: "main".to_owned(), loaded: RefCell::default(), renewed: RefCell::default() })
    }

    /// Another connection, which makes what it makes in a schema of its own.
    fn connected(&self, schema: &str) -> Result<Self> {
        let connection = self.connection.try_clone().context("could not open the engine once more")?;
        let beside =
            Self { connection, schema: schema.to_owned(), loaded: self.loaded.clone(), renewed: RefCell::default() };
        beside.run(&format!("create schema {schema}; set search_path = '{schema},main'"), &[])?;
        Ok(beside)
    }

    /// Takes away reading outside some folders, attaching, installing and loading, for good; queries only (stack.md).
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn confine(&self, folders: &[PathBuf]) -> Result<()> {
        let list: Vec<_> = folders.iter().map(|folder| quoted(&folder.to_string_lossy())).collect();
        let sql = format!(
            "set allowed_directories = [{}]; set enable_external_access = false; set lock_configuration = true;",
            list.join(", ")
        );
        self.run(&sql, &[])
    }

    /// Makes it possible to stop a query from another thread.
    pub fn interrupter(&self) -> impl Fn() + Send + Sync + 'static {
        let handle = self.connection.interrupt_handle();
        move || handle.interrupt()
    }
}

impl Engine for DuckDb {
    fn attach(&self, name: &str, columns: &[(&str, Type)], partition: Option<&str>, files: &[PathBuf]) -> Result<()> {
        let partition = partition.map(|column| (column, Type::Text));
        let columns: Vec<_> = columns.iter().copied().chain(partition).collect();
        let hive = if partition.is_some() { "true, hive_types_autocast = false" } else { "false" };
        self.run(&view(name, &columns, "", &of_parquet(files, &format!("hive_partitioning = {hive}"))), &[])
    }

    fn attach_numbered(&self, name: &str, columns: &[(&str, Type)], files: &[PathBuf]) -> Result<()> {
        let from = of_parquet(files, "hive_partitioning = false, filename = true, file_row_number = true");
        let row_no = match files {
            [] => ", null::bigint as row_no",
            _ => ", parse_filename(filename, true)::bigint + file_row_number as row_no",
        };
        self.run(&view(name, columns, row_no, &from), &[])
    }

    fn run(&self, sql: &str, parameters: &[Value]) -> Result<()> {
        if parameters.is_empty() {
            return self.connection.execute_batch(sql).refused(sql);
        }
        self.connection.execute(sql, duckdb::params_from_iter(parameters.iter().map(Bound))).map(|_| ()).refused(sql)
    }

    fn query(&self, sql: &str, parameters: &[Value]) -> Result<Frame> {
        let mut statement = self.connection.prepare(sql).refused(sql)?;
        let rows = statement.query_arrow(duckdb::params_from_iter(parameters.iter().map(Bound)));
        let rows = rows.refused(sql)?;
        let schema = rows.get_schema();
        let batches: Vec<_> = rows.collect();
        frames::frame(&schema, &batches)
    }

    fn stream(&self, sql: &str, parameters: &[Value], each: &mut dyn FnMut(RecordBatch) -> Result<()>) -> Result<()> {
        let mut statement = self.connection.prepare(sql).refused(sql)?;
        let rows = statement.stream_arrow(duckdb::params_from_iter(parameters.iter().map(Bound)));
        for batch in rows.refused(sql)? {
            each(batch.refused(sql)?)?;
        }
        Ok(())
    }

    fn write(&self, sql: &str, parameters: &[Value], file: &Path) -> Result<u64> {
        let target = quoted(&file.to_string_lossy());
        let copy = format!("copy ({sql}) to {target} (format parquet, compression zstd, compression_level 1)");
        let rows = self.connection.execute(&copy, duckdb::params_from_iter(parameters.iter().map(Bound)));
        rows.map(|rows| rows as u64).refused(sql).with_context(|| format!("could not write {}", file.display()))
    }

    fn relation(&self, name: &str, columns: &[(&str, Type)], rows: &[Vec<Value>]) -> Result<()> {
        let list: Vec<_> = columns.iter().map(|(column, kind)| format!("\"{column}\" {}", kind.sql())).collect();
        self.renewed.borrow_mut().remove(name);
        self.run(&format!("create or replace table {name} ({})", list.join(", ")), &[])?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut appender = self.connection.appender_to_db(name, &self.schema).refused(name)?;
        for row in rows {
            let row = duckdb::appender_params_from_iter(row.iter().map(Bound));
            appender.append_row(row).refused(name)?;
        }
        appender.flush().refused(name)
    }

    fn renew(&self, name: &'static str, columns: &[(&str, Type)], rows: &[Vec<Value>]) -> Result<bool> {
        if self.renewed.borrow().get(name).is_some_and(|stands| stands == rows) {
            return Ok(false);
        }
        self.relation(name, columns, rows)?;
        self.renewed.borrow_mut().insert(name, rows.to_vec());
        Ok(true)
    }

    fn append(&self, name: &str, batch: RecordBatch) -> Result<()> {
        let mut appender = self.connection.appender_to_db(name, &self.schema).refused(name)?;
        appender.append_record_batch(batch).refused(name)?;
        appender.flush().refused(name)
    }

    fn load(&self, queries: &[Query]) -> Result<()> {
        for query in queries {
            if self.loaded.borrow().contains(query.path) {
                continue;
            }
            self.connection.execute_batch(query.text).refused(&format!("queries/{}", query.path))?;
            self.loaded.borrow_mut().insert(query.path);
        }
        Ok(())
    }

    fn beside(&self, at_most: usize, work: &(dyn Fn(&dyn Engine) + Sync)) -> Result<()> {
        let threads = self.query("select cast(current_setting('threads') as bigint) as threads", &[])?;
        let threads = usize::try_from(threads.count("threads", 0))?.max(1);
        let many = threads.min(at_most).max(1);
        let number = || NEXT.fetch_add(1, Ordering::Relaxed);
        let schemas: Vec<String> = (0..many).map(|_| format!("beside_{}", number())).collect();
        let engines = schemas.iter().map(|schema| self.connected(schema)).collect::<Result<Vec<_>>>();
        // Each asks on a thread of its own. More threads of the engine's than are left would only be in their way: who asks
        // looks for work without rest until the engine's threads are done.
        let helpers = |threads: usize| match many {
            1 => Ok(()),
            _ => self.run(&format!("set threads = {threads}"), &[]),
        };
        let done = helpers(threads - many + 1).and(engines).map(|engines| {
            std::thread::scope(|threads| {
                for engine in engines {
                    threads.spawn(move || work(&engine));
                }
            });
        });
        let clear = |schema: &String| self.run(&format!("drop schema if exists {schema} cascade"), &[]);
        let (restored, cleared) = (helpers(threads), schemas.iter().try_for_each(clear));
        done.and(restored).and(cleared)
    }
}

/// A value as DuckDB binds it.
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> duckdb::Result<ToSqlOutput<'_>> {
        use duckdb::types::Value as Sql;
        Ok(ToSqlOutput::Owned(match self.0 {
            Value::Null => Sql::Null,
            Value::Bool(value) => Sql::Boolean(*value),
            Value::Long(value) => Sql::BigInt(*value),
            Value::Double(value) => Sql::Double(*value),
            Value::Text(value) => Sql::Text(value.clone()),
            Value::Day(value) => Sql::Date32(epoch_day(*value)),
            Value::Moment(us) => Sql::Timestamp(duckdb::types::TimeUnit::Microsecond, *us),
        }))
    }
}

/// The rows of Parquet files, read in a certain way; nothing without files.
fn of_parquet(files: &[PathBuf], how: &str) -> Option<String> {
    let list: Vec<_> = files.iter().map(|file| quoted(&file.to_string_lossy())).collect();
    (!list.is_empty()).then(|| format!("read_parquet([{}], {how})", list.join(", ")))
}

/// Makes a view of exactly these columns and perhaps one more; an empty one of nothing.
fn view(name: &str, columns: &[(&str, Type)], more: &str, from: &Option<String>) -> String {
    let mut sql = format!("create or replace view {name} as select ");
    for (index, (column, kind)) in columns.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let value = if from.is_some() { &format!("\"{column}\"") } else { "null" };
        write!(sql, "{comma}{value}::{} as \"{column}\"", kind.sql()).expect("writing to a string");
    }
    let from = from.as_ref().map_or(" where false".to_owned(), |from| format!(" from {from}"));
    sql + more + &from
}

/// A text as an SQL literal. Only paths that we made or the user named as files are written into SQL this way.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What the engine has against a statement, in its words; its number for "an error" says nothing to a person.
trait Refused<T> {
    fn refused(self, sql: &str) -> Result<T>;
}

impl<T, E: Display> Refused<T> for std::result::Result<T, E> {
    fn refused(self, sql: &str) -> Result<T> {
        let start = || sql.chars().take(200).collect::<String>();
        self.map_err(|problem| anyhow!("{problem}").context(format!("the engine refused: {}", start())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_goes_in_comes_out() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let engine = DuckDb::open(&Limits::default())?;
        let columns = [("id", Type::Int), ("name", Type::Text), ("day", Type::Day), ("share", Type::Double)];
        let row = vec![Value::Long(7), Value::Null, Value::Day(date(2026, 3, 29)), Value::Double(0.5)];
        engine.relation("things", &columns, &[row])?;
        let file = folder.path().join("things.parquet");
        assert_eq!(engine.write("select * from things where id > ?", &[Value::Long(1)], &file)?, 1);
        engine.attach("again", &columns, None, &[file])?;
        let frame = engine.query("select * from again", &[])?;
        assert_eq!(frame.long("id", 0), Some(7));
        assert_eq!(frame.text("name", 0), None);
        assert_eq!(frame.day("day", 0), Some(date(2026, 3, 29)));
        let sums =
            engine.query("select sum(id) as whole, sum(0.1::decimal(38, 6)) as part from things where id > 0", &[])?;
        assert_eq!((sums.long("whole", 0), sums.double("part", 0)), (Some(7), Some(0.1)), "a sum is a decimal inside");
        engine.attach("nothing", &columns, Some("month"), &[])?;
        assert_eq!(engine.query("select count(*) as n from nothing", &[])?.count("n", 0), 0);
        Ok(())
    }
}
