//! A run of a month's rows, in the order of the lake's files, and how they become one.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Array, ArrayRef, AsArray, Int32Array, StringArray};
use arrow::compute::interleave;
use arrow::datatypes::{Int32Type, Int64Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use rayon::prelude::*;

use super::super::ids::{Numbers, Who};
use crate::lake::file;
use crate::lake::tables::{SNAPSHOTS, Table};

/// How many rows a row group has: as many as the engine's own.
const AT_ONCE: usize = 122_880;

/// Which rows of some blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Those whose id did not come before.
    First,
    /// Those whose id came before.
    Again,
}

/// The blocks that wait of a month, and which of their rows have an id that came before.
pub(super) struct Blocks {
    rows: Vec<RecordBatch>,
    of: Vec<Of>,
    /// The half of each row's id that tells it from others nearly always, in order, and the row's number in all blocks.
    ids: Vec<(i64, u32)>,
}

/// What the numbers in rows mean, and what all rows of a batch share.
pub(super) struct Meant<'w> {
    pub(super) table: &'static Table,
    pub(super) source: &'w str,
    /// The names of events or gauges, by their numbers, and the place of each among all in order.
    pub(super) names: &'w [Box<str>],
    pub(super) places: &'w [u32],
    pub(super) numbers: &'w Numbers,
}

/// Where a row stands: its block, and its place in that.
type At = (usize, usize);

impl Blocks {
    /// Looks for ids that came before: in these blocks, or in the runs that were written, of which `known` holds what [`Blocks::ids`]
    /// gave.
    pub(super) fn new(rows: Vec<RecordBatch>, known: &[Vec<i64>]) -> Self {
        let mut ids: Vec<(i64, u32)> = rows.iter().flat_map(|rows| longs(rows, "id_lo")).copied().zip(0..).collect();
        ids.par_sort_unstable();
        let mut of = vec![Of::First; ids.len()];
        let mut mark = |row: u32| of[row as usize] = Of::Again;
        ids.windows(2).filter(|pair| pair[0].0 == pair[1].0).for_each(|pair| mark(pair[1].1));
        for known in known {
            let mut known = known.iter().copied().peekable();
            for (id, row) in &ids {
                while known.next_if(|before| before < id).is_some() {}
                if known.peek() == Some(id) {
                    mark(*row);
                }
            }
        }
        Self { rows, of, ids }
    }

    /// The ids of some of the rows, by half; in order.
    pub(super) fn ids(&self, of: Of) -> Vec<i64> {
        let wanted = |(_, row): &&(i64, u32)| self.of[*row as usize] == of;
        self.ids.iter().filter(wanted).map(|(id, _)| *id).collect()
    }

    /// Some of the rows, in the order of the lake's files: by name, account (readings), time and `seq`.
    fn in_order(&self, of: Of, meant: &Meant<'_>) -> Vec<At> {
        let readings = meant.table.name == SNAPSHOTS.name;
        let moment = if readings { "observed_at" } else { "occurred_at" };
        let mut wanted = self.of.iter().map(|is| *is == of);
        let mut keys = Vec::new();
        for (block, rows) in (0_u32..).zip(&self.rows) {
            let times = rows.column(column(rows, moment)).as_primitive::<TimestampMicrosecondType>().values();
            let told = ints(rows, "name").iter().zip(ints(rows, "who")).zip(times).zip(longs(rows, "seq"));
            for (row, (((name, who), time), seq)) in (0_u32..).zip(told) {
                if wanted.next() == Some(true) {
                    let account = if readings { meant.numbers.of(*who).account } else { None };
                    keys.push((meant.places[index(*name)], account, *time, *seq, (block, row)));
                }
            }
        }
        keys.par_sort_unstable();
        keys.into_iter().map(|(.., (block, row))| (block as usize, row as usize)).collect()
    }

    /// Writes some of the rows as a file of the lake; says how many they are. No rows are no file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(&self, of: Of, meant: &Meant<'_>, path: &Path) -> Result<i64> {
        let order = self.in_order(of, meant);
        let pieces: Vec<&[At]> = order.chunks(AT_ONCE).collect();
        if !pieces.is_empty() {
            file::write(meant.table, path, &pieces, |at, column| self.column(at, column, meant))?;
        }
        Ok(i64::try_from(order.len())?)
    }

    /// A column of the lake's table, of some rows.
    fn column(&self, at: &[At], name: &str, meant: &Meant<'_>) -> Result<ArrayRef> {
        let numbers = |name: &str| self.ints(at, name);
        let who = |number: fn(Who) -> Option<i32>| -> ArrayRef {
            Arc::new(numbers("who").map(|who| number(meant.numbers.of(who))).collect::<Int32Array>())
        };
        Ok(match name {
            "source" => Arc::new(at.iter().map(|_| Some(meant.source)).collect::<StringArray>()),
            "event_name" | "gauge" => {
                Arc::new(numbers("name").map(|name| Some(meant.names[index(name)].as_ref())).collect::<StringArray>())
            }
            "user_no" => who(|who| who.user),
            "account_no" => who(|who| who.account),
            "member_no" => who(|who| who.member),
            _ => {
                let columns: Vec<&dyn Array> =
                    self.rows.iter().map(|rows| rows.column(column(rows, name)).as_ref()).collect();
                interleave(&columns, at)?
            }
        })
    }

    /// The values of a column of numbers, of some rows.
    fn ints<'b>(&'b self, at: &'b [At], name: &str) -> impl Iterator<Item = i32> + use<'b> {
        let blocks: Vec<&[i32]> = self.rows.iter().map(|rows| ints(rows, name)).collect();
        at.iter().map(move |(block, row)| blocks[*block][*row])
    }
}

/// The values of a column of numbers.
pub(in super::super) fn ints<'r>(rows: &'r RecordBatch, name: &str) -> &'r [i32] {
    rows.column(column(rows, name)).as_primitive::<Int32Type>().values()
}

fn longs<'r>(rows: &'r RecordBatch, name: &str) -> &'r [i64] {
    rows.column(column(rows, name)).as_primitive::<Int64Type>().values()
}

/// The place of a column.
fn column(rows: &RecordBatch, name: &str) -> usize {
    rows.schema_ref().index_of(name).expect("it is a column of both tables")
}

fn index(number: i32) -> usize {
    usize::try_from(number).expect("names are numbered from 0")
}
