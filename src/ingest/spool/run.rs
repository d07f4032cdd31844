//! A run of a month's rows, in the order in which they are spooled, and its pieces, a file each.

use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, Int64Array};
use arrow::compute::interleave_record_batch;
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::super::part::batch;
use super::row_no;
use crate::model::column::Type;

/// How many rows a file of the spool has: one row group of the engine's.
const AT_ONCE: usize = 122_880;

/// A month's rows that become files: blocks, where the rows stand in them in their order, and the number of the first.
pub(super) struct Run {
    month: i32,
    rows: Vec<RecordBatch>,
    order: Vec<(usize, usize)>,
    first: i64,
}

/// The part of a run that becomes one file.
pub(super) struct Piece<'r> {
    pub(super) month: i32,
    rows: &'r [RecordBatch],
    places: &'r [(usize, usize)],
    /// The number of its first row, as queries know it.
    pub(super) first: i64,
}

impl Run {
    /// Puts events in order by the places of their names; readings stay as they came, and are sorted by the engine.
    pub(super) fn new(month: i32, rows: Vec<RecordBatch>, first: i64, places: Option<&[u32]>) -> Self {
        let order = places.map_or_else(|| as_they_came(&rows), |places| in_order(&rows, places));
        Self { month, rows, order, first }
    }

    /// The number behind that of its last row.
    pub(super) fn end(&self) -> i64 {
        self.first + i64::try_from(self.order.len()).expect("rows can be counted")
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let firsts = (row_no(self.month, self.first)..).step_by(AT_ONCE);
        let piece = |(places, first)| Piece { month: self.month, rows: &self.rows, places, first };
        self.order.chunks(AT_ONCE).zip(firsts).map(piece)
    }
}

impl Piece<'_> {
    /// The rows, with their numbers and their month's.
    ///
    /// # Errors
    /// If the texts of a piece are too long for one column.
    pub(super) fn laid(&self, columns: &[(&str, Type)]) -> Result<RecordBatch> {
        let rows = interleave_record_batch(&self.rows.iter().collect::<Vec<_>>(), self.places)?;
        let months = Int32Array::from(vec![self.month; rows.num_rows()]);
        let numbers: Int64Array = (self.first..).take(rows.num_rows()).collect::<Vec<_>>().into();
        let own: [ArrayRef; 2] = [Arc::new(numbers), Arc::new(months)];
        Ok(batch(columns, own.into_iter().chain(rows.columns().iter().cloned()).collect()))
    }
}

/// Where the events of some blocks stand, in the order of their names, times and `seq`.
fn in_order(blocks: &[RecordBatch], places: &[u32]) -> Vec<(usize, usize)> {
    let mut keys = Vec::with_capacity(blocks.iter().map(RecordBatch::num_rows).sum());
    for (block, rows) in blocks.iter().enumerate() {
        let names = column(rows, "event").as_primitive::<Int32Type>();
        let times = column(rows, "occurred_at").as_primitive::<TimestampMicrosecondType>();
        let seqs = column(rows, "seq").as_primitive::<Int64Type>();
        for row in 0..rows.num_rows() {
            let place = places[usize::try_from(names.value(row)).expect("names are numbered from 0")];
            keys.push((place, times.value(row), seqs.value(row), narrow(block), narrow(row)));
        }
    }
    keys.par_sort_unstable();
    keys.into_iter().map(|(.., block, row)| (block as usize, row as usize)).collect()
}

/// Where the rows of some blocks stand, in the order of the blocks.
fn as_they_came(blocks: &[RecordBatch]) -> Vec<(usize, usize)> {
    blocks.iter().enumerate().flat_map(|(block, rows)| (0..rows.num_rows()).map(move |row| (block, row))).collect()
}

pub(super) fn column<'r>(rows: &'r RecordBatch, name: &str) -> &'r dyn Array {
    rows.column_by_name(name).expect("it is a column of both tables, or of events").as_ref()
}

fn narrow(place: usize) -> u32 {
    u32::try_from(place).expect("far fewer rows wait at a time")
}
