//! Rows on their way into the lake: spooled to files by month (lake.md 6), each as it may stand in the lake.
//!
//! A month is settled by itself (R0.8), so that its rows are looked at together and nothing else is. Rows whose id came before
//! go into files of their own: what gives way then mostly stands there, and the others become the lake's as they are. What
//! waits is bounded by its bytes: the memory of a batch hardly grows with its rows.

mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::Int64Array;
use arrow::record_batch::RecordBatch;

use super::ids::Numbers;
use super::names::Names;
use super::part::batch;
use crate::engine::Engine;
use crate::lake::tables::{self, Table};
use crate::model::column::Type;

use run::{Blocks, Meant, Of};

pub(super) use run::ints;

/// How many bytes of rows may wait.
pub(super) const ROOM: usize = 128 << 20;

/// Ids that may stand twice, by the half of their hash that tells them apart nearly always.
pub(super) const PERHAPS_REPEATED: &[(&str, Type)] = &[("id_lo", Type::Long)];

/// Rows by month: `202603`.
pub(super) type ByMonth = Vec<(i32, RecordBatch)>;

/// How many bits of a row's number tell its place within the month; a month has fewer rows.
const PLACE: u32 = 40;

/// A table that has months, and the relation by which queries know the rows that it may gain: its columns, `row_no`, `month_no`.
pub(super) type Incoming = (&'static Table, &'static str);
pub(super) const EVENTS: Incoming = (&tables::EVENTS, "incoming_events");
pub(super) const READINGS: Incoming = (&tables::SNAPSHOTS, "incoming_readings");

/// Makes the rows of some files the relation that queries know; without files it is empty.
///
/// # Errors
/// If the engine refuses.
pub(super) fn attach(engine: &dyn Engine, (table, relation): Incoming, files: &[PathBuf]) -> Result<()> {
    engine.attach_numbered(&format!("spooled_{}", table.name), table.columns, files)?;
    let month = format!("cast(row_no >> {PLACE} as integer) as month_no");
    engine.run(&format!("create or replace view {relation} as select *, {month} from spooled_{}", table.name), &[])
}

/// The rows of a batch, of one of the two tables that have months.
pub(super) struct Spool<'a> {
    engine: &'a dyn Engine,
    /// Where the files are; nobody else has any there.
    folder: PathBuf,
    source: &'a str,
    incoming: Incoming,
    names: Arc<Names>,
    numbers: Numbers,
    waiting: BTreeMap<i32, Vec<RecordBatch>>,
    /// How many bytes wait, and how many may.
    bytes: usize,
    room: usize,
    months: BTreeMap<i32, Spooled>,
}

/// What is spooled of a month.
#[derive(Default)]
struct Spooled {
    runs: Vec<Run>,
    /// The ids of each run, by half.
    ids: Vec<Vec<i64>>,
    /// Those of them that came before.
    repeated: Vec<i64>,
}

/// Rows of a month in the lake's order: a file, called by the number of its first row, as queries know it.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) first: i64,
    pub(super) rows: i64,
    pub(super) path: PathBuf,
}

impl<'a> Spool<'a> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        folder: PathBuf,
        source: &'a str,
        incoming: Incoming,
        names: Arc<Names>,
        room: usize,
    ) -> Self {
        let (numbers, waiting, months) = (Numbers::default(), BTreeMap::new(), BTreeMap::new());
        Self { engine, folder, source, incoming, names, numbers, waiting, bytes: 0, room, months }
    }

    /// Takes rows; where too many wait, the longest runs are spooled, half of all at least: each time has its price.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn put(&mut self, rows: ByMonth) -> Result<()> {
        for (month, rows) in rows {
            self.bytes += rows.get_array_memory_size();
            self.waiting.entry(month).or_default().push(rows);
        }
        if self.bytes > self.room { self.flush(&self.longest()) } else { Ok(()) }
    }

    /// The months in which most waits, that are half of all together.
    fn longest(&self) -> Vec<i32> {
        let mut months: Vec<_> = self.waiting.iter().map(|(month, waiting)| (size(waiting), *month)).collect();
        months.sort_unstable_by(|one, other| other.cmp(one));
        let mut left = self.bytes;
        let more = |(size, _): &(usize, i32)| {
            let more = left > self.bytes / 2;
            left -= size;
            more
        };
        months.into_iter().take_while(more).map(|(_, month)| month).collect()
    }

    /// Spools all that waits.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn end(&mut self) -> Result<()> {
        let all: Vec<_> = self.waiting.keys().copied().collect();
        self.flush(&all)
    }

    /// The months with rows.
    pub(super) fn months(&self) -> impl Iterator<Item = i32> {
        self.months.keys().copied()
    }

    /// The runs of a month.
    pub(super) fn runs(&self, month: i32) -> &[Run] {
        self.months.get(&month).map_or(&[], |spooled| spooled.runs.as_slice())
    }

    /// How many rows a month has.
    pub(super) fn rows(&self, month: i32) -> i64 {
        self.runs(month).iter().map(|run| run.rows).sum()
    }

    /// Makes the rows of some months the relation that queries know, and `perhaps_repeated` the ids among them that may
    /// stand twice.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show(&self, months: &[i32]) -> Result<()> {
        let spooled = months.iter().filter_map(|month| self.months.get(month));
        let repeated: BTreeSet<i64> = spooled.flat_map(|spooled| &spooled.repeated).copied().collect();
        let repeated: Int64Array = repeated.into_iter().collect::<Vec<_>>().into();
        self.engine.relation("perhaps_repeated", PERHAPS_REPEATED, &[])?;
        self.engine.append("perhaps_repeated", batch(PERHAPS_REPEATED, vec![Arc::new(repeated)]))?;
        self.view(months.iter().flat_map(|month| self.runs(*month)))
    }

    /// Makes the rows of all months the relation that queries know.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show_all(&self) -> Result<()> {
        self.view(self.months.values().flat_map(|spooled| &spooled.runs))
    }

    /// Makes the rows of some runs the relation that queries know.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn view<'r>(&self, runs: impl Iterator<Item = &'r Run>) -> Result<()> {
        let files: Vec<_> = runs.map(|run| run.path.clone()).collect();
        attach(self.engine, self.incoming, &files)
    }

    /// Forgets the rows of a month, which the lake's files hold by now.
    ///
    /// # Errors
    /// If a file cannot be removed; some were moved into the lake.
    pub(super) fn drop_month(&mut self, month: i32) -> Result<()> {
        let runs = self.months.remove(&month).map(|spooled| spooled.runs).unwrap_or_default();
        let left = runs.iter().map(|run| &run.path).filter(|path| path.exists());
        left.into_iter().try_for_each(|path| {
            std::fs::remove_file(path).with_context(|| format!("could not remove {}", path.display()))
        })
    }

    /// Forgets what was read of a file. Its ids stay known: what is read of it again is looked at more closely.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn forget(&mut self, file_no: i32) -> Result<()> {
        let of_file = |rows: &RecordBatch| ints(rows, "file_no").first() == Some(&file_no);
        for waiting in self.waiting.values_mut() {
            waiting.retain(|rows| !of_file(rows));
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
        self.bytes = self.waiting.values().map(|waiting| size(waiting)).sum();
        for run in self.months.values_mut().flat_map(|spooled| &mut spooled.runs) {
            let kept = run.path.with_extension("kept");
            attach(self.engine, self.incoming, std::slice::from_ref(&run.path))?;
            let (_, relation) = self.incoming;
            let sql = format!("select * exclude (row_no, month_no) from {relation} where file_no <> ?");
            run.rows = i64::try_from(self.engine.write(&sql, &[file_no.into()], &kept)?)?;
            std::fs::rename(&kept, &run.path).with_context(|| format!("could not rename {}", kept.display()))?;
        }
        self.months.values_mut().for_each(|spooled| spooled.runs.retain(|run| run.rows > 0));
        Ok(())
    }

    /// Spools what waits of some months: a run of each, and one of those rows whose ids came before.
    fn flush(&mut self, months: &[i32]) -> Result<()> {
        if months.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder).with_context(|| format!("could not make {}", self.folder.display()))?;
        let rows: Vec<_> =
            months.iter().map(|month| (*month, self.waiting.remove(month).unwrap_or_default())).collect();
        self.bytes = self.waiting.values().map(|waiting| size(waiting)).sum();
        self.numbers.learn(self.engine, &self.names, rows.iter().flat_map(|(_, rows)| rows))?;
        let names = self.names.titles();
        let ((table, _), numbers) = (self.incoming, &self.numbers);
        let meant = Meant { table, source: self.source, names: &names, places: &places(&names), numbers };
        for (month, rows) in rows {
            self.months.entry(month).or_default().spool(month, rows, &meant, &self.folder)?;
        }
        Ok(())
    }
}

impl Spooled {
    fn spool(&mut self, month: i32, rows: Vec<RecordBatch>, meant: &Meant<'_>, folder: &Path) -> Result<()> {
        let blocks = Blocks::new(rows, &self.ids);
        for of in [Of::First, Of::Again] {
            let first = self.runs.last().map_or(i64::from(month) << PLACE, |run| run.first + run.rows);
            let path = folder.join(format!("{first}.parquet"));
            let rows = blocks.write(of, meant, &path)?;
            if rows > 0 {
                self.runs.push(Run { first, rows, path });
            }
        }
        self.ids.push(blocks.ids(Of::First));
        self.repeated.extend(blocks.ids(Of::Again));
        Ok(())
    }
}

/// The place of each name, by its number, among all of them in order.
fn places(names: &[Box<str>]) -> Vec<u32> {
    let mut sorted: Vec<(&str, usize)> = names.iter().map(AsRef::as_ref).zip(0..).collect();
    sorted.sort_unstable();
    let mut places = vec![0; sorted.len()];
    for (place, (_, number)) in (0..).zip(sorted) {
        places[number] = place;
    }
    places
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        let _never_made = std::fs::remove_dir_all(&self.folder);
    }
}

fn size(rows: &[RecordBatch]) -> usize {
    rows.iter().map(RecordBatch::get_array_memory_size).sum()
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, Int32Array, StringArray, TimestampMicrosecondArray};

    use super::*;
    use crate::engine::{DuckDb, Limits};
    use crate::ingest::names::Texts;
    use crate::ingest::{events, prepare};
    use crate::lake::{Lake, Vector};

    const MONTH: i32 = 202_603;

    /// A block of events with these ids: each of the user of its last digit, in an account of that.
    fn block(names: &Names, file_no: i32, ids: &[i64]) -> ByMonth {
        let (mut whos, mut events) = (Texts::default(), Texts::default());
        for id in ids {
            whos.push_pair(&format!("u{}", id % 10), &format!("a{}", id % 2));
            events.push(["save", "open", "zap"][usize::try_from(id % 3).unwrap()]);
        }
        let (whos, events) = names.numbered(&whos, &events);
        let longs = |each: &dyn Fn(i64) -> i64| Arc::new(ids.iter().map(|id| each(*id)).collect::<Int64Array>());
        let rows = batch(
            events::COLUMNS,
            vec![
                Arc::new(Int32Array::from(vec![file_no; ids.len()])),
                longs(&|id| id << 22),
                Arc::new(ids.iter().map(|id| Some(format!("e{id}"))).collect::<StringArray>()),
                Arc::new(events),
                Arc::new(
                    ids.iter().map(|id| Some(id * 7 % 50)).collect::<TimestampMicrosecondArray>().with_timezone("UTC"),
                ),
                Arc::new(Date32Array::from(vec![20_513; ids.len()])),
                Arc::new(whos),
                Arc::new(StringArray::from(vec!["{}"; ids.len()])),
                longs(&|_| 7),
                longs(&|id| id),
                longs(&|id| id),
            ],
        );
        vec![(MONTH, rows)]
    }

    /// An engine with the relations of an empty lake.
    fn engine(folder: &Path) -> Result<DuckDb> {
        let engine = DuckDb::open(&Limits::default())?;
        prepare(&Lake::open(&folder.join("lake"))?, &engine, &Vector::default())?;
        Ok(engine)
    }

    fn number(engine: &dyn Engine, sql: &str) -> u64 {
        engine.query(sql, &[]).unwrap().count("n", 0)
    }

    /// Ids from and up to, so many at a time.
    fn put(spool: &mut Spool<'_>, names: &Names, file_no: i32, ids: impl Iterator<Item = i64>, at_once: usize) {
        for ids in ids.collect::<Vec<_>>().chunks(at_once) {
            spool.put(block(names, file_no, ids)).unwrap();
        }
    }

    #[test]
    fn what_came_before_stands_in_a_run_of_its_own_and_every_run_is_in_order() -> Result<()> {
        let (folder, names) = (tempfile::tempdir()?, Arc::new(Names::default()));
        let engine = engine(folder.path())?;
        let scratch = folder.path().join("rows");
        let mut spool = Spool::new(&engine, scratch.clone(), "p", EVENTS, Arc::clone(&names), 2048);
        put(&mut spool, &names, 1, 0..50, 20);
        put(&mut spool, &names, 2, (40..60).chain([59]), 100);
        spool.end()?;
        spool.show(&[MONTH])?;
        let runs = spool.runs(MONTH);
        assert!(runs.len() > 3, "there is room for a block at most: {runs:?}");
        assert_eq!(spool.rows(MONTH), 71);
        assert_eq!(
            number(&engine, "select count(distinct row_no) as n from incoming_events where month_no = 202603"),
            71
        );
        assert_eq!(number(&engine, "select count(*) as n from perhaps_repeated"), 11);
        let again = runs.last().expect("there are some");
        assert_eq!(again.rows, 11, "ten came in the first file, one twice in the second");
        engine.run("create view incoming_keys_now as select * from incoming_event_keys()", &[])?;
        engine.run("drop table incoming_keys; create view incoming_keys as select * from incoming_keys_now", &[])?;
        let fallen = format!("select count(*) as n from fallen_rows() where row_no >= {}", again.first);
        assert_eq!(number(&engine, &fallen), 11, "what falls stands in the last run: the others stay as they are");
        let mut of_user = BTreeMap::new();
        for run in runs {
            spool.view(std::iter::once(run))?;
            let order = "row_number() over (order by event_name, occurred_at, seq) - 1 + min(row_no) over ()";
            let sql = format!(
                "select count(*) as n from (select row_no, {order} as place from incoming_events) where row_no <> place"
            );
            assert_eq!(number(&engine, &sql), 0, "{run:?} is in order");
            let frame = engine.query("select distinct cast(substr(event_id, 2) as bigint) % 10 as u, user_no, member_no from incoming_events", &[])?;
            for row in 0..frame.rows() {
                let who = (frame.long("user_no", row), frame.long("member_no", row));
                assert_eq!(*of_user.entry(frame.long("u", row)).or_insert(who), who, "a number is for good");
            }
        }
        assert_eq!(number(&engine, "select count(*) as n from fresh_members"), 10);
        drop(spool);
        assert!(!scratch.exists());
        Ok(())
    }

    #[test]
    fn a_file_that_is_forgotten_leaves_no_row_and_may_come_again() -> Result<()> {
        let (folder, names) = (tempfile::tempdir()?, Arc::new(Names::default()));
        let engine = engine(folder.path())?;
        let mut spool = Spool::new(&engine, folder.path().join("rows"), "p", EVENTS, Arc::clone(&names), 4096);
        put(&mut spool, &names, 1, 0..30, 10);
        put(&mut spool, &names, 2, 20..80, 25);
        spool.forget(2)?;
        assert_eq!(spool.rows(MONTH), 30);
        put(&mut spool, &names, 2, 25..70, 45);
        spool.end()?;
        spool.show_all()?;
        assert_eq!(spool.rows(MONTH), 75);
        assert_eq!(number(&engine, "select count(distinct row_no) as n from incoming_events"), 75);
        assert_eq!(number(&engine, "select count(distinct id_lo) as n from incoming_events"), 70);
        Ok(())
    }

    #[test]
    fn places_follow_the_alphabet() {
        assert_eq!(places(&["z", "b", "m"].map(Into::into)), [2, 0, 1]);
    }
}
