//! Tables of record kinds: a row's cells under our names, with the verdicts of the whole file.

use std::borrow::Cow;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::rows::numbers::{self, Marks};
use super::rows::times::{self, How};
use super::rows::{Code, Field, Problem, Row};
use crate::model::period::Calendar;

/// A row of a record kind, its columns by our names.
pub struct Cells<'a> {
    /// The row, for what stands under no name of ours.
    pub row: Row<'a>,
    /// Our names and the paths they have in this file.
    pub(super) columns: &'a [Found],
    /// How times of each column are meant, and which decimal marks the columns have.
    pub(super) verdicts: &'a Verdicts,
    pub(super) calendar: &'a Calendar,
}

/// A column of ours as a file has it.
pub(super) struct Found {
    pub(super) ours: &'static str,
    /// The labels it may have, the declaration's own first.
    pub(super) labels: Vec<String>,
}

/// What was decided over the whole file.
pub(super) struct Verdicts {
    /// How the times of a column (by its place among ours) are meant.
    pub(super) times: Vec<How>,
    pub(super) marks: Marks,
}

impl<'a> Cells<'a> {
    /// The field of a column; absent where it is empty.
    pub fn field(&self, ours: &str) -> Option<Field<'a>> {
        self.columns[self.place(ours)?].labels.iter().find_map(|label| self.row.find(label))
    }

    /// A text, trimmed.
    pub fn text(&self, ours: &str) -> Option<String> {
        self.field(ours)?.text().map(Cow::into_owned)
    }

    /// An id: a text that no spreadsheet has mangled.
    ///
    /// # Errors
    /// `id-mangled` for `1.23E+15`.
    pub fn id(&self, ours: &str) -> Result<Option<String>, Problem> {
        match self.text(ours) {
            Some(id) if is_mangled(&id) => Err(Problem::new(Code::IdMangled, format!("`{id}` was an id once"))),
            id => Ok(id),
        }
    }

    /// A moment, in microseconds since 1970 UTC.
    ///
    /// # Errors
    /// `time-unreadable`.
    pub fn moment_us(&self, ours: &str) -> Result<Option<i64>, Problem> {
        Ok(self.told(ours)?.map(|told| told.us))
    }

    /// A day: the one written, or with an offset the one it falls on in the reporting zone.
    ///
    /// # Errors
    /// `time-unreadable`.
    pub fn day(&self, ours: &str) -> Result<Option<Date>, Problem> {
        Ok(self.told(ours)?.map(|told| told.day.unwrap_or_else(|| self.calendar.day(told.us))))
    }

    fn told(&self, ours: &str) -> Result<Option<times::Told>, Problem> {
        let Some(text) = self.text(ours).filter(|text| !numbers::is_nothing(text)) else { return Ok(None) };
        let place = self.place(ours).expect("a column that gave a text is there");
        times::read(&text, &self.verdicts.times[place]).map(Some)
    }

    /// A number.
    ///
    /// # Errors
    /// `number-unreadable`, `number-ambiguous`.
    pub fn number(&self, ours: &str) -> Result<Option<f64>, Problem> {
        let Some(field) = self.field(ours) else { return Ok(None) };
        let Some(text) = field.text().filter(|text| !numbers::is_nothing(text)) else { return Ok(None) };
        let decimal = match field.is_number() || self.row.json().is_some() {
            true => Some('.'),
            false => self.verdicts.marks.of(self.place(ours).expect("a column that gave a text is there")),
        };
        numbers::read(&text, decimal).map(Some)
    }

    /// Every column under its label, as text as exported; empty ones are absent.
    pub fn fields(&self) -> Map<String, Value> {
        let columns = self.row.columns().into_iter();
        columns.map(|(name, field)| (name.into_owned(), Value::String(field.verbatim().into_owned()))).collect()
    }

    fn place(&self, ours: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.ours == ours)
    }
}

/// Whether a spreadsheet has made a number of an id: `1.23E+15`, `2E+11`.
pub fn is_mangled(id: &str) -> bool {
    let Some(plus) = memchr::memchr(b'+', id.as_bytes()) else { return false };
    let (digits, exponent) = (&id[..plus], &id[plus + 1..]);
    let Some(digits) = digits.strip_suffix(['E', 'e']) else { return false };
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && !exponent.is_empty()
        && exponent.bytes().all(|byte| byte.is_ascii_digit())
}
