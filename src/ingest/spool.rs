//! Rows on their way into the lake: spooled to files by month (lake.md 6), each as it may stand in the lake.
//!
//! A month is settled by itself (R0.8), so that its rows are looked at together and nothing else is. Rows whose id came before
//! go into files of their own: what gives way then mostly stands there, and the others become the lake's as they are. What
//! waits is bounded by its bytes: the memory of a batch hardly grows with its rows.

mod run;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::Int64Array;
use arrow::record_batch::RecordBatch;

use super::names::Names;
use super::numbers::Numbers;
use super::part::batch;
use crate::engine::Engine;
use crate::lake::tables::Table;
use crate::model::column::Type;

use run::{Blocks, Words};

pub(super) use run::ints;

/// How many bytes of rows wait before the longest run is spooled.
const ROOM: usize = 128 << 20;

/// Ids that may stand twice, by the half of their hash that tells them apart nearly always.
pub(super) const PERHAPS_REPEATED: &[(&str, Type)] = &[("id_lo", Type::Long)];

/// Rows by month: `202603`.
pub(super) type ByMonth = Vec<(i32, RecordBatch)>;

/// How many bits of a row's number tell its place within the month; a month has fewer rows.
const PLACE: u32 = 40;

/// The rows of a batch, of one of the two tables that have months.
pub(super) struct Spool<'a> {
    engine: &'a dyn Engine,
    /// Where the files are; nobody else has any there.
    folder: PathBuf,
    source: &'a str,
    table: &'static Table,
    /// The relation that queries know.
    relation: &'static str,
    names: Arc<Names>,
    numbers: Numbers,
    waiting: BTreeMap<i32, Vec<RecordBatch>>,
    bytes: usize,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
        (table, relation): (&'static Table, &'static str),
        names: Arc<Names>,
    ) -> Self {
        let (numbers, waiting, months) = (Numbers::default(), BTreeMap::new(), BTreeMap::new());
        Self { engine, folder, source, table, relation, names, numbers, waiting, bytes: 0, months }
    }

    /// Takes rows; where too many wait, the longest run is spooled.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn put(&mut self, rows: ByMonth) -> Result<()> {
        for (month, rows) in rows {
            self.bytes += rows.get_array_memory_size();
            self.waiting.entry(month).or_default().push(rows);
        }
        while self.bytes > ROOM {
            let longest = self.waiting.iter().max_by_key(|(_, waiting)| size(waiting)).map(|(month, _)| *month);
            self.flush(&[longest.expect("bytes wait in some month")])?;
        }
        Ok(())
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
        let repeated: Int64Array = spooled.flat_map(|spooled| &spooled.repeated).copied().collect::<Vec<_>>().into();
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
        self.engine.attach_numbered("spooled", self.table.columns, &files)?;
        let relation = self.relation;
        // An empty table of that name stands there until the first view does; a view is no table that could be dropped.
        let _a_view_by_now = self.engine.run(&format!("drop table if exists {relation}"), &[]);
        let month = format!("cast(row_no >> {PLACE} as integer) as month_no");
        self.engine.run(&format!("create or replace view {relation} as select *, {month} from spooled"), &[])
    }

    /// Forgets the rows of a month, which the lake's files hold by now.
    pub(super) fn drop_month(&mut self, month: i32) {
        for run in self.months.remove(&month).into_iter().flat_map(|spooled| spooled.runs) {
            let _moved_into_the_lake = std::fs::remove_file(&run.path);
        }
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
            self.engine.attach_numbered("spooled", self.table.columns, std::slice::from_ref(&run.path))?;
            let sql = "select * exclude (row_no) from spooled where file_no <> ?";
            run.rows = i64::try_from(self.engine.write(sql, &[file_no.into()], &kept)?)?;
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
        let names = self.names.of_rows();
        let (table, numbers) = (self.table, &self.numbers);
        let words = Words { table, source: self.source, names: &names, places: &places(&names), numbers };
        for (month, rows) in rows {
            self.months.entry(month).or_default().spool(month, rows, &words, &self.folder)?;
        }
        Ok(())
    }
}

impl Spooled {
    fn spool(&mut self, month: i32, rows: Vec<RecordBatch>, words: &Words<'_>, folder: &Path) -> Result<()> {
        let blocks = Blocks::new(rows, &self.ids);
        for again in [false, true] {
            let first = self.runs.last().map_or(i64::from(month) << PLACE, |run| run.first + run.rows);
            let path = folder.join(format!("{first}.parquet"));
            let rows = blocks.write(again, words, &path)?;
            if rows > 0 {
                self.runs.push(Run { first, rows, path });
            }
        }
        self.ids.push(blocks.ids(false));
        self.repeated.extend(blocks.ids(true));
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
    use super::*;

    #[test]
    fn places_follow_the_alphabet() {
        assert_eq!(places(&["z", "b", "m"].map(Into::into)), [2, 0, 1]);
    }
}
