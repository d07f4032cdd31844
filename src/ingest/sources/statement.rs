//! Shared by CRM and billing: a row's parsed columns on their way into a statement (lake.md 12).

use serde_json::{Map, Value};

use super::moments;
use super::money::Amount;
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::About;
use crate::ingest::tables::Cells;

/// Columns by the names of output.md; what is absent is left out. Amounts are decimals and moments RFC 3339 in UTC, both text.
#[derive(Debug, Default)]
pub(super) struct Body(Map<String, Value>);

impl Body {
    /// Sets a column, if there is something to set.
    pub(super) fn set(&mut self, column: &str, value: Option<String>) {
        if let Some(value) = value {
            self.0.insert(column.to_owned(), Value::String(value));
        }
    }

    /// Sets columns of text that a row has under the same names.
    pub(super) fn texts(&mut self, cells: &Cells<'_>, columns: &[&str]) {
        for column in columns {
            self.set(column, cells.text(column));
        }
    }

    /// The columns.
    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// The id of a row.
///
/// # Errors
/// `id-missing`; `id-mangled` where a spreadsheet made a number of it.
pub(super) fn id(cells: &Cells<'_>, ours: &str) -> Result<String, Problem> {
    cells.id(ours)?.ok_or_else(|| Code::IdMissing.into())
}

/// An amount, exactly as written: the shortest decimal that is the number read is the one that was written.
///
/// # Errors
/// `number-unreadable`, `number-ambiguous`.
pub(super) fn amount(cells: &Cells<'_>, ours: &str) -> Result<Option<Amount>, Problem> {
    let Some(number) = cells.number(ours)? else { return Ok(None) };
    let unreadable = || Problem::new(Code::NumberUnreadable, format!("`{number}` is beyond what money is counted in"));
    Amount::parse(&number.to_string()).map(Some).ok_or_else(unreadable)
}

/// A moment as statements tell it.
///
/// # Errors
/// `time-unreadable`.
pub(super) fn moment(cells: &Cells<'_>, ours: &str) -> Result<Option<String>, Problem> {
    let Some(micros) = cells.moment_us(ours)? else { return Ok(None) };
    let unreadable = || Problem::new(Code::TimeUnreadable, format!("{micros} µs since 1970 is in no calendar"));
    moments::from_micros(micros).map(Some).ok_or_else(unreadable)
}

/// The currency of a row: its own, else the source's, else the workspace's; in capitals.
pub(super) fn currency(cells: &Cells<'_>, about: &About<'_>) -> Option<String> {
    let declared = || about.source.currency.clone().or_else(|| about.plan.workspace.currency.clone());
    cells.text("currency").or_else(declared).map(|currency| currency.to_uppercase())
}
