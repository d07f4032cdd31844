//! Memberships: which user belongs to which account, from when to when (R8.2).

use super::crm::{needed, time};
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::{About, Column, Layout, Record, Records, Rows, Sheet};
use crate::ingest::tables::Cells;

/// Kind `members`.
pub(super) struct Members;

impl Layout for Members {
    fn rows(&self) -> Rows {
        Rows::Records(&Members)
    }
}

impl Records for Members {
    fn columns(&self, _sheet: Sheet) -> &'static [Column] {
        COLUMNS
    }

    fn record(&self, cells: &Cells<'_>, _about: &About<'_>) -> Result<Option<Record>, Problem> {
        let user = cells.id("user")?.ok_or_else(|| Problem::new(Code::IdMissing, "it names no user"))?;
        let (from_us, to_us) = (cells.moment_us("from")?, cells.moment_us("to")?);
        let account = cells.id("account")?.ok_or(Code::AccountMissing)?;
        Ok(Some(Record::Member { user, account, from_us, to_us }))
    }
}

const COLUMNS: &[Column] = &[
    needed("user", &["user", "user_id"]),
    needed("account", &["account", "account_id"]),
    time("from", &["from", "valid_from"]),
    time("to", &["to", "valid_to"]),
];
