//! CRM tables of any tool: companies and deals by the labels that the declaration names. What HubSpot and Salesforce share.

use super::crm_words::{self, Flags};
use super::statement::{self, Body};
use crate::ingest::rows::Problem;
use crate::ingest::source::{About, Column, Holds, Layout, Record, Records, Rows, Sheet, Statement};
use crate::ingest::tables::Cells;

/// Kind `crm`.
pub(super) struct Crm;

impl Layout for Crm {
    fn rows(&self) -> Rows {
        Rows::Records(&Crm)
    }
}

impl Records for Crm {
    fn columns(&self, sheet: Sheet) -> &'static [Column] {
        match sheet {
            Sheet::Deals => DEALS,
            Sheet::Companies | Sheet::Only => COMPANIES,
        }
    }

    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem> {
        let statement = match about.sheet {
            Sheet::Deals => deal(cells, about, Flags::default())?,
            Sheet::Companies | Sheet::Only => company(cells)?,
        };
        Ok(Some(Record::Statement(statement)))
    }
}

/// A column of text that a table may lack.
pub(super) const fn text(ours: &'static str, labels: &'static [&'static str]) -> Column {
    Column { ours, labels, holds: Holds::Text, needed: false }
}

/// A column of times that a table may lack.
pub(super) const fn time(ours: &'static str, labels: &'static [&'static str]) -> Column {
    Column { ours, labels, holds: Holds::Time, needed: false }
}

/// A column of numbers that a table may lack.
pub(super) const fn number(ours: &'static str, labels: &'static [&'static str]) -> Column {
    Column { ours, labels, holds: Holds::Number, needed: false }
}

/// A column of text without which a table is not read.
pub(super) const fn needed(ours: &'static str, labels: &'static [&'static str]) -> Column {
    Column { ours, labels, holds: Holds::Text, needed: true }
}

const COMPANIES: &[Column] = &[
    needed("id", &["id", "company_id", "Organization - ID", "Organization ID", "Record ID"]),
    text("name", &["name", "company_name", "company", "Organization - Name"]),
    text("domain", &["domain", "website"]),
    text("currency", &[]),
    text("created", &[]),
];

const DEALS: &[Column] = &[
    needed("id", &["id", "deal_id", "Deal - ID", "Record ID"]),
    text("company", &["company_id", "company", "Deal - Organization ID"]),
    text("name", &["name", "deal_name", "title", "Deal - Title"]),
    text("pipeline", &["pipeline", "Deal - Pipeline"]),
    text("stage", &["stage", "Deal - Stage"]),
    number("amount", &["amount", "value", "Deal - Value"]),
    text("currency", &["currency", "Deal - Currency of Value", "Deal - Currency"]),
    time("created", &["created", "created_at", "Deal - Deal created"]),
    time("closed", &["closed", "closed_at", "Deal - Deal closed on", "Deal - Expected close date"]),
    text("state", &["state", "status", "Deal - Status"]),
];

/// What a row says of a company.
///
/// # Errors
/// `id-missing`, `id-mangled`.
pub(super) fn company(cells: &Cells<'_>) -> Result<Statement, Problem> {
    let id = statement::id(cells, "id")?;
    let mut body = Body::default();
    body.texts(cells, &["name", "domain"]);
    Ok(Statement { kind: "company", id, body: body.into_map(), fields: cells.fields(), gone: false })
}

/// What a row says of a deal. Its state is set only where the row decides it; the plan's words are applied on reading.
///
/// # Errors
/// `id-missing`, `id-mangled`, `time-unreadable`, `number-unreadable`.
pub(super) fn deal(cells: &Cells<'_>, about: &About<'_>, flags: Flags) -> Result<Statement, Problem> {
    let id = statement::id(cells, "id")?;
    let (pipeline, stage) = (cells.text("pipeline"), cells.text("stage"));
    let stage_key = stage.as_deref().map(|stage| crm_words::stage_key(stage, pipeline.as_deref()));
    let written = cells.text("state").and_then(|state| crm_words::written_state(&state));
    let state = written.or_else(|| crm_words::state(flags, stage_key.as_deref()));
    let created = statement::moment(cells, "created")?;
    let closed = statement::moment(cells, "closed")?;
    let mut body = Body::default();
    body.set("company_id", cells.id("company")?);
    body.texts(cells, &["name"]);
    body.set("pipeline", pipeline);
    body.set("stage", stage);
    body.set("amount", statement::amount(cells, "amount")?.map(super::money::Amount::text));
    body.set("currency", statement::currency(cells, about));
    body.set("created_at", created);
    body.set("closed_at", closed);
    body.set("state", state.map(str::to_owned));
    Ok(Statement { kind: "deal", id, body: body.into_map(), fields: cells.fields(), gone: false })
}
