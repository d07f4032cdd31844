//! Customer evidence: who said what, when, about which outcome.

use super::crm::text;
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::{About, Column, Holds, Layout, Record, Records, Rows, Sheet};
use crate::ingest::tables::Cells;

/// Kind `evidence`.
pub(super) struct Evidence;

impl Layout for Evidence {
    fn rows(&self) -> Rows {
        Rows::Records(&Evidence)
    }
}

impl Records for Evidence {
    fn columns(&self, _sheet: Sheet) -> &'static [Column] {
        COLUMNS
    }

    fn record(&self, cells: &Cells<'_>, _about: &About<'_>) -> Result<Option<Record>, Problem> {
        let id = cells.id("id")?;
        let noted_on = cells.day("date")?.ok_or(Code::TimeMissing)?;
        let quote = cells.text("quote").ok_or(Code::QuoteMissing)?;
        Ok(Some(Record::Evidence {
            id,
            account: cells.id("account")?,
            noted_on: Some(noted_on),
            outcome: cells.text("outcome").or_else(|| cells.text("opportunity")),
            kind: cells.text("kind"),
            quote,
        }))
    }
}

const COLUMNS: &[Column] = &[
    text("id", &["id", "evidence_id"]),
    text("account", &["account", "account_id"]),
    Column { ours: "date", labels: &["date", "noted_on"], holds: Holds::Time, needed: true },
    text("outcome", &["outcome"]),
    text("opportunity", &["opportunity"]),
    text("kind", &["kind", "type"]),
    Column { ours: "quote", labels: &["quote"], holds: Holds::Text, needed: true },
];
