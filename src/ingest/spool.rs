//! Rows on their way into the engine: a relation per month, filled with runs of rows that stand in the lake's order already.
//!
//! A month is settled by itself (R0.8), so that its rows are looked at together and nothing else is. What waits is bounded
//! by its bytes, and the engine spills what it holds: the memory of a batch does not grow with its rows.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::Result;
use arrow::array::{AsArray, Int32Array, UInt32Array};
use arrow::compute::{interleave_record_batch, take_record_batch};
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::names::Names;
use crate::engine::Engine;
use crate::model::column::Type;

/// How many bytes of rows wait before the longest run is put before the engine.
const ROOM: usize = 128 << 20;
/// How many rows are put before the engine at a time.
const AT_ONCE: usize = 32_768;

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
    /// The relation that queries know; each month's own is called after it.
    relation: &'static str,
    columns: &'static [(&'static str, Type)],
    waiting: BTreeMap<i32, Vec<RecordBatch>>,
    bytes: usize,
    months: BTreeMap<i32, Vec<Range<i64>>>,
}

impl<'a> Spool<'a> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        relation: &'static str,
        columns: &'static [(&'static str, Type)],
    ) -> Self {
        Self { engine, relation, columns, waiting: BTreeMap::new(), bytes: 0, months: BTreeMap::new() }
    }

    /// Takes rows; where too many wait, the longest run goes to the engine. `names` orders events; readings have none.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn put(&mut self, rows: ByMonth, names: Option<&Names>) -> Result<()> {
        for (month, rows) in rows {
            self.bytes += rows.get_array_memory_size();
            self.waiting.entry(month).or_default().push(rows);
        }
        while self.bytes > ROOM {
            let longest = self.waiting.iter().max_by_key(|(_, waiting)| size(waiting)).map(|(month, _)| *month);
            self.flush(longest.expect("bytes wait in some month"), names)?;
        }
        Ok(())
    }

    /// Puts all that waits before the engine.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn end(&mut self, names: Option<&Names>) -> Result<()> {
        while let Some(month) = self.waiting.keys().next().copied() {
            self.flush(month, names)?;
        }
        Ok(())
    }

    /// The months with rows.
    pub(super) fn months(&self) -> impl Iterator<Item = i32> {
        self.months.keys().copied()
    }

    /// The runs of a month: from which row to which.
    pub(super) fn runs(&self, month: i32) -> &[Range<i64>] {
        self.months.get(&month).map_or(&[], Vec::as_slice)
    }

    /// How many rows a month has.
    pub(super) fn rows(&self, month: i32) -> i64 {
        self.runs(month).last().map_or(0, |run| run.end)
    }

    /// Makes the rows of some months, numbered, the relation that queries know.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show(&self, months: &[i32]) -> Result<()> {
        // Without any rows the relation is there all the same.
        let first = months.first().copied().filter(|first| !self.months.contains_key(first));
        first.map_or(Ok(()), |first| self.engine.relation(&self.of(first), self.columns, &[]))?;
        let filled = |month: &&i32| self.months.contains_key(month) || first == Some(**month);
        let select = |month: &i32| {
            let first = row_no(*month, 0);
            format!("select {first} + rowid as row_no, {month} as month_no, * from {}", self.of(*month))
        };
        let filled: Vec<_> = months.iter().filter(filled).map(select).collect();
        self.view(&filled.join(" union all "))
    }

    /// Makes the rows of all months the relation that queries know; events with their names.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn show_all(&self) -> Result<()> {
        let months: Vec<_> = self.months().map(|month| format!("select * from {}", self.of(month))).collect();
        if months.is_empty() {
            return Ok(());
        }
        let named = self.columns.iter().any(|(column, _)| *column == "event");
        let names = if named { " inner join batch_event_names using (event)" } else { "" };
        self.view(&format!("select * from ({}){names}", months.join(" union all ")))
    }

    fn view(&self, sql: &str) -> Result<()> {
        let Self { engine, relation, .. } = self;
        // An empty table of that name stands there until the first view does; a view is no table that could be dropped.
        let _a_view_by_now = engine.run(&format!("drop table if exists {relation}"), &[]);
        engine.run(&format!("create or replace view {relation} as {sql}"), &[])
    }

    /// Forgets the rows of a month, which the lake's files hold by now.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn drop_month(&self, month: i32) -> Result<()> {
        self.engine.run(&format!("drop table if exists {}", self.of(month)), &[])
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
        for month in self.months.keys() {
            self.engine.run(&format!("delete from {} where file_no = ?", self.of(*month)), &[file_no.into()])?;
        }
        Ok(())
    }

    fn of(&self, month: i32) -> String {
        format!("{}_{month}", self.relation)
    }

    fn flush(&mut self, month: i32, names: Option<&Names>) -> Result<()> {
        let rows = self.waiting.remove(&month).unwrap_or_default();
        self.bytes -= size(&rows);
        let relation = self.of(month);
        let runs = self.months.entry(month).or_default();
        if runs.is_empty() {
            self.engine.relation(&relation, self.columns, &[])?;
        }
        let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
        let from = runs.last().map_or(0, |run| run.end);
        runs.push(from..from + i64::try_from(count).expect("rows can be counted"));
        let Some(names) = names else {
            return rows.into_iter().try_for_each(|rows| self.engine.append(&relation, rows));
        };
        let (order, rows) = (in_order(&rows, &names.places()), rows.iter().collect::<Vec<_>>());
        for pieces in order.chunks(AT_ONCE * rayon::current_num_threads()) {
            let laid = |piece: &[(usize, usize)]| interleave_record_batch(&rows, piece);
            let pieces = pieces.par_chunks(AT_ONCE).map(laid).collect::<Result<Vec<_>, _>>()?;
            pieces.into_iter().try_for_each(|piece| self.engine.append(&relation, piece))?;
        }
        Ok(())
    }
}

impl Drop for Spool<'_> {
    fn drop(&mut self) {
        for month in self.months.keys() {
            let _gone_already = self.drop_month(*month);
        }
    }
}

fn size(rows: &[RecordBatch]) -> usize {
    rows.iter().map(RecordBatch::get_array_memory_size).sum()
}

/// Where the events of some blocks stand, in the order of their names, times and `seq`.
fn in_order(blocks: &[RecordBatch], places: &[u32]) -> Vec<(usize, usize)> {
    let mut keys = Vec::with_capacity(blocks.iter().map(RecordBatch::num_rows).sum());
    for (block, rows) in blocks.iter().enumerate() {
        let column = |name: &str| rows.column_by_name(name).expect("the columns are those of events");
        let names = column("event").as_primitive::<Int32Type>();
        let times = column("occurred_at").as_primitive::<TimestampMicrosecondType>();
        let seqs = column("seq").as_primitive::<Int64Type>();
        for row in 0..rows.num_rows() {
            let place = places[usize::try_from(names.value(row)).expect("names are numbered from 0")];
            keys.push((place, times.value(row), seqs.value(row), narrow(block), narrow(row)));
        }
    }
    keys.par_sort_unstable();
    keys.into_iter().map(|(.., block, row)| (block as usize, row as usize)).collect()
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("far fewer rows wait at a time")
}
