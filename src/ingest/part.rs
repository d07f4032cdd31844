//! What one block of a file gives: columns for the lake, rows set aside, and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryBuilder, Int32Builder, Int64Builder, StringBuilder};
use arrow::record_batch::RecordBatch;

use super::rows::open::first_bytes;
use super::rows::page::is_error;
use super::rows::{Code, Problem, Row};
use super::spool::ByMonth;
use crate::lake::file::schema;
use crate::model::column::Type;

/// What was read of a block, or of a file.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Rows for the kind's relation, by month.
    pub(super) rows: ByMonth,
    /// Rows for `incoming_aside`.
    pub(super) aside: Option<RecordBatch>,
    pub(super) tally: Tally,
    /// Explicit links: anonymous id, user.
    pub(super) links: BTreeSet<(String, String)>,
    /// Memberships told by events: user, account, from when.
    pub(super) joins: BTreeMap<(String, String), i64>,
}

/// Counts of a file, and what its rows show.
#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) read: u64,
    pub(super) set_aside: u64,
    pub(super) reasons: BTreeMap<&'static str, u64>,
    /// The first row of each reason: position and because.
    pub(super) firsts: BTreeMap<&'static str, (u64, String)>,
    pub(super) days: Option<(i32, i32)>,
    /// Up to two different parts of a second.
    pub(super) fractions: BTreeSet<i32>,
    pub(super) clock: bool,
    pub(super) without_zone: Noted,
    /// Events that name an account.
    pub(super) with_account: u64,
    pub(super) without_actor: Noted,
    pub(super) several_accounts: Noted,
    /// Rows of readings in which no cell is filled.
    pub(super) empty: u64,
    /// The earliest moment that lies too far ahead.
    pub(super) future_us: Option<i64>,
    /// Where the first row set aside after the last whole line stands, if one does.
    pub(super) aside_offsets: BTreeSet<u64>,
    /// A single object that looks like an error rather than a row: its code if it is the only row.
    pub(super) looks_like_error: bool,
}

impl Tally {
    pub(super) fn add(&mut self, other: Tally) {
        self.read += other.read;
        self.set_aside += other.set_aside;
        for (code, count) in other.reasons {
            *self.reasons.entry(code).or_default() += count;
        }
        for (code, first) in other.firsts {
            let kept = self.firsts.entry(code).or_insert_with(|| first.clone());
            if first.0 < kept.0 {
                *kept = first;
            }
        }
        self.days = match (self.days, other.days) {
            (Some(one), Some(two)) => Some((one.0.min(two.0), one.1.max(two.1))),
            (one, two) => one.or(two),
        };
        self.fractions.extend(other.fractions);
        self.clock |= other.clock;
        self.without_zone.add(other.without_zone);
        self.with_account += other.with_account;
        self.without_actor.add(other.without_actor);
        self.several_accounts.add(other.several_accounts);
        self.empty += other.empty;
        self.future_us = self.future_us.into_iter().chain(other.future_us).min();
        self.aside_offsets.extend(other.aside_offsets);
        self.looks_like_error |= other.looks_like_error;
    }

    /// Looks at a row that has just been counted: whether it is the first, and tells of an error.
    pub(super) fn look(&mut self, row: &Row<'_>) {
        self.looks_like_error |= self.read == 1 && row.json().is_some_and(|json| is_error(&json));
    }

    pub(super) fn day(&mut self, day: i32) {
        let (first, last) = self.days.unwrap_or((day, day));
        self.days = Some((first.min(day), last.max(day)));
    }

    pub(super) fn fraction(&mut self, fraction_us: i32) {
        if self.fractions.len() < 2 {
            self.fractions.insert(fraction_us);
        }
    }
}

/// Rows that something is said of, and the position of the first.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noted {
    pub(super) rows: u64,
    pub(super) first: Option<u64>,
}

impl Noted {
    /// Takes a row into account, if it is one of them.
    pub(super) fn see(&mut self, position: u64, is_one: bool) {
        if is_one {
            self.add(Self { rows: 1, first: Some(position) });
        }
    }

    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.first = self.first.into_iter().chain(other.first).min();
    }
}

/// The columns of the relation that rows set aside are put in.
pub(super) const ASIDE: &[(&str, Type)] = &[
    ("file_no", Type::Int),
    ("position", Type::Long),
    ("byte_offset", Type::Long),
    ("reason", Type::Text),
    ("because", Type::Text),
    ("raw", Type::Bytes),
];

/// Rows set aside on the way into their columns.
pub(super) struct Asides {
    file_no: i32,
    files: Int32Builder,
    positions: Int64Builder,
    offsets: Int64Builder,
    reasons: StringBuilder,
    becauses: StringBuilder,
    raws: BinaryBuilder,
    rows: usize,
}

impl Asides {
    pub(super) fn new(file_no: i32) -> Self {
        Self {
            file_no,
            files: Int32Builder::new(),
            positions: Int64Builder::new(),
            offsets: Int64Builder::new(),
            reasons: StringBuilder::new(),
            becauses: StringBuilder::new(),
            raws: BinaryBuilder::new(),
            rows: 0,
        }
    }

    /// Sets a row aside.
    pub(super) fn put(&mut self, tally: &mut Tally, position: u64, offset: u64, raw: &[u8], problem: &Problem) {
        let code = problem.code.word();
        tally.set_aside += 1;
        *tally.reasons.entry(code).or_default() += 1;
        tally.firsts.entry(code).or_insert_with(|| (position, problem.because.to_string()));
        if tally.aside_offsets.len() < 4 || problem.code == Code::NotJson {
            tally.aside_offsets.insert(offset);
            if tally.aside_offsets.len() > 4 {
                tally.aside_offsets.pop_first();
            }
        }
        self.files.append_value(self.file_no);
        self.positions.append_value(i64::try_from(position).unwrap_or(i64::MAX));
        self.offsets.append_value(i64::try_from(offset).unwrap_or(i64::MAX));
        self.reasons.append_value(code);
        self.becauses.append_option((!problem.because.is_empty()).then_some(problem.because.as_ref()));
        self.raws.append_value(raw);
        self.rows += 1;
    }

    /// Sets aside what is left of a stream that breaks off: the rest, its position and offset.
    pub(super) fn broken_off(&mut self, tally: &mut Tally, (rest, position, offset): (&[u8], u64, u64), path: &Path) {
        tally.read += 1;
        if rest.is_empty() && tally.read == 1 {
            let problem = Problem::new(Code::FileUnreadable, "nothing of it could be unpacked");
            return self.put(tally, position, offset, &first_bytes(path), &problem);
        }
        self.put(tally, position, offset, rest, &Problem::new(Code::FileTruncated, "the stream breaks off here"));
    }

    pub(super) fn finish(mut self) -> Option<RecordBatch> {
        (self.rows > 0).then(|| {
            batch(
                ASIDE,
                vec![
                    Arc::new(self.files.finish()),
                    Arc::new(self.positions.finish()),
                    Arc::new(self.offsets.finish()),
                    Arc::new(self.reasons.finish()),
                    Arc::new(self.becauses.finish()),
                    Arc::new(self.raws.finish()),
                ],
            )
        })
    }
}

/// Columns as a batch.
pub(super) fn batch(columns: &[(&str, Type)], arrays: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(schema(columns), arrays).expect("the builders stand in the order of the columns")
}
