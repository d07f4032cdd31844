//! Rows on their way into the lake: spooled to files by month (lake.md 6), in runs that stand in the lake's order already.
//!
//! A month is settled by itself (R0.8), so that its rows are looked at together and nothing else is. What waits is bounded
//! by its bytes, and what does not wait lies in files: the memory of a batch hardly grows with its rows.

mod run;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use arrow::array::{AsArray, Int32Array, Int64Array, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Int32Type, Int64Type};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::names::Names;
use super::part::batch;
use crate::engine::{Engine, side_by_side};
use crate::model::column::Type;

use run::{Run, column};

/// How many bytes of rows wait before the longest run is spooled.
const ROOM: usize = 128 << 20;

/// Ids that may stand twice, by the half of their hash that tells them apart nearly always.
pub(super) const PERHAPS_REPEATED: &[(&str, Type)] = &[("id_lo", Type::Long)];

/// Rows by month: `202603`.
pub(super) type ByMonth = Vec<(i32, RecordBatch)>;

/// More rows than a month can have.
pub(super) const MOST_ROWS: i64 = 1 << 40;

/// The number of a month's row among the rows of all months.
pub(super) fn row_no(month: i32, row: i64) -> i64 {
    i64::from(month) * MOST_ROWS + row
}

/// Splits rows by their months.
pub(super) fn by_month(rows: RecordBatch, months: &Int32Array) -> ByMonth {
    let Some(first) = months.values().first().copied() else { return Vec::new() };
    if months.values().iter().all(|month| *month == first) {
        return vec![(first, rows)];
    }
    let mut places: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
    for (place, month) in (0..).zip(months.values()) {
        places.entry(*month).or_default().push(place);
    }
    let taken = |places: Vec<u32>| {
        take_record_batch(&rows, &UInt32Array::from(places)).expect("the places are those of the rows")
    };
    places.into_iter().map(|(month, places)| (month, taken(places))).collect()
}

/// The rows of a batch, of one of the two tables that have months.
pub(super) struct Spool<'a> {
    engine: &'a dyn Engine,
    /// Where the files are; nobody else has any there.
    folder: PathBuf,
    /// The relation that queries know.
    relation: &'static str,
    /// The columns of the files: the row's number, the month's, and what was read.
    columns: Vec<(&'static str, Type)>,
    waiting: BTreeMap<i32, Vec<RecordBatch>>,
    bytes: usize,
    months: BTreeMap<i32, Spooled>,
}

/// What is spooled of a month.
#[derive(Default)]
struct Spooled {
    runs: Vec<Range<i64>>,
    files: Vec<PathBuf>,
    /// Half of each row's id.
    ids: Vec<i64>,
}

impl<'a> Spool<'a> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        folder: PathBuf,
        relation: &'static str,
        columns: &[(&'static str, Type)],
    ) -> Self {
        let columns = [("row_no", Type::Long), ("month_no", Type::Int)].iter().chain(columns).copied().collect();
        Self { engine, folder, relation, columns, waiting: BTreeMap::new(), bytes: 0, months: BTreeMap::new() }
    }

    /// Takes rows; where too many wait, the longest run is spooled. `names` orders events; readings have none.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn put(&mut self, rows: ByMonth, names: Option<&Names>) -> Result<()> {
        for (month, rows) in rows {
            self.bytes += rows.get_array_memory_size();
            self.waiting.entry(month).or_default().push(rows);
        }
        while self.bytes > ROOM {
            let longest = self.waiting.iter().max_by_key(|(_, waiting)| size(waiting)).map(|(month, _)| *month);
            self.flush(&[longest.expect("bytes wait in some month")], names)?;
        }
        Ok(())
    }

    /// Spools all that waits.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(super) fn end(&mut self, names: Option<&Names>) -> Result<()> {
        let all: Vec<_> = self.waiting.keys().copied().collect();
        self.flush(&all, names)
    }

    /// The months with rows.
    pub(super) fn months(&self) -> impl Iterator<Item = i32> {
        self.months.keys().copied()
    }

    /// The runs of a month: from which row to which.
    pub(super) fn runs(&self, month: i32) -> &[Range<i64>] {
        self.months.get(&month).map_or(&[], |spooled| spooled.runs.as_slice())
    }

    /// How many rows a month has.
    pub(super) fn rows(&self, month: i32) -> i64 {
        self.runs(month).last().map_or(0, |run| run.end)
    }

    /// Makes the rows of some months the relation that queries know, and `perhaps_repeated` the ids among them that may
    /// stand twice.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show(&mut self, months: &[i32]) -> Result<()> {
        let mut repeated = Vec::new();
        for month in months {
            let ids = self.months.get_mut(month).map(|spooled| std::mem::take(&mut spooled.ids));
            repeated.extend(twice(ids.unwrap_or_default()));
        }
        self.engine.relation("perhaps_repeated", PERHAPS_REPEATED, &[])?;
        self.engine.append("perhaps_repeated", batch(PERHAPS_REPEATED, vec![Arc::new(Int64Array::from(repeated))]))?;
        self.view(months, "select * from spooled")
    }

    /// Makes the rows of all months the relation that queries know; events with their names.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show_all(&self) -> Result<()> {
        let months: Vec<_> = self.months().collect();
        let named = self.columns.iter().any(|(column, _)| *column == "event");
        let names = if named { " inner join batch_event_names using (event)" } else { "" };
        self.view(&months, &format!("select * from spooled{names}"))
    }

    fn view(&self, months: &[i32], sql: &str) -> Result<()> {
        let Self { engine, relation, .. } = self;
        let spooled = months.iter().filter_map(|month| self.months.get(month));
        let files: Vec<_> = spooled.flat_map(|spooled| spooled.files.iter().cloned()).collect();
        engine.attach("spooled", &self.columns, None, &files)?;
        // An empty table of that name stands there until the first view does; a view is no table that could be dropped.
        let _a_view_by_now = engine.run(&format!("drop table if exists {relation}"), &[]);
        engine.run(&format!("create or replace view {relation} as {sql}"), &[])
    }

    /// Forgets the rows of a month, which the lake's files hold by now.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub(super) fn drop_month(&mut self, month: i32) -> Result<()> {
        let files = self.months.get_mut(&month).map(|spooled| std::mem::take(&mut spooled.files)).unwrap_or_default();
        let remove =
            |file: PathBuf| std::fs::remove_file(&file).with_context(|| format!("could not remove {}", file.display()));
        files.into_iter().try_for_each(remove)
    }

    /// Forgets what was read of a file.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn forget(&mut self, file_no: i32) -> Result<()> {
        let of_file =
            |rows: &RecordBatch| rows.column(0).as_primitive::<Int32Type>().values().first() == Some(&file_no);
        for waiting in self.waiting.values_mut() {
            waiting.retain(|rows| !of_file(rows));
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
        self.bytes = self.waiting.values().map(|waiting| size(waiting)).sum();
        for file in self.months.values_mut().flat_map(|spooled| &mut spooled.files) {
            let kept = file.with_extension("kept.parquet");
            self.engine.attach("spooled", &self.columns, None, std::slice::from_ref(file))?;
            self.engine.write("select * from spooled where file_no <> ?", &[file_no.into()], &kept)?;
            std::fs::rename(&kept, &*file).with_context(|| format!("could not rename {}", kept.display()))?;
        }
        Ok(())
    }

    /// Spools what waits of some months, a run each.
    fn flush(&mut self, months: &[i32], names: Option<&Names>) -> Result<()> {
        if months.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.folder).with_context(|| format!("could not make {}", self.folder.display()))?;
        let places = names.map(Names::places);
        let runs: Vec<_> = months.iter().map(|month| self.run(*month, places.as_deref())).collect();
        let pieces: Vec<_> = runs.iter().flat_map(Run::pieces).collect();
        let spooled = side_by_side(self.engine, &pieces, |engine, piece| {
            let (rows, file) = (piece.laid(&self.columns)?, self.folder.join(format!("{}.parquet", piece.first)));
            let ids = column(&rows, "id_lo").as_primitive::<Int64Type>().values().to_vec();
            engine.spool(rows, &file)?;
            Ok((file, ids))
        })?;
        for (piece, (file, ids)) in pieces.iter().zip(spooled) {
            let month = self.months.entry(piece.month).or_default();
            month.files.push(file);
            month.ids.extend(ids);
        }
        Ok(())
    }

    /// Makes a run of what waits of a month; `places` are those of the names of events.
    fn run(&mut self, month: i32, places: Option<&[u32]>) -> Run {
        let rows = self.waiting.remove(&month).unwrap_or_default();
        self.bytes -= size(&rows);
        let runs = &mut self.months.entry(month).or_default().runs;
        let first = runs.last().map_or(0, |run| run.end);
        let run = Run::new(month, rows, first, places);
        runs.push(first..run.end());
        run
    }
}

/// The numbers that stand more than once.
fn twice(mut ids: Vec<i64>) -> Vec<i64> {
    ids.par_sort_unstable();
    let mut repeated: Vec<_> = ids.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    repeated.dedup();
    repeated
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        let _never_made = std::fs::remove_dir_all(&self.folder);
    }
}

fn size(rows: &[RecordBatch]) -> usize {
    rows.iter().map(RecordBatch::get_array_memory_size).sum()
}
