//! Salesforce: the Data Export, reports, and answers of the query API.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::crm::{self, needed, number, text, time};
use super::crm_words::{self, Flags};
use super::moments;
use super::salesforce_id::lengthened;
use crate::ingest::rows::times::{self, How};
use crate::ingest::rows::{Field, Problem, Row, Shape};
use crate::ingest::source::{About, Column, Layout, Record, Records, Rows, Sheet, Statement};
use crate::ingest::tables::Cells;

/// Kind `salesforce`.
pub(super) struct Salesforce;

impl Layout for Salesforce {
    fn rows(&self) -> Rows {
        Rows::Records(&Salesforce)
    }
}

impl Records for Salesforce {
    fn columns(&self, sheet: Sheet) -> &'static [Column] {
        match sheet {
            Sheet::Deals => DEALS,
            Sheet::Companies | Sheet::Only => COMPANIES,
        }
    }

    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem> {
        let mut statement = match about.sheet {
            Sheet::Deals => deal(cells, about)?,
            Sheet::Companies | Sheet::Only => company(cells)?,
        };
        statement.id = lengthened(&statement.id);
        statement.gone = cells.field("deleted").and_then(|deleted| deleted.flag()) == Some(true);
        statement.fields = fields(&cells.row).unwrap_or(statement.fields);
        Ok(Some(Record::Statement(statement)))
    }

    fn has_footer(&self) -> bool {
        true
    }
}

const COMPANIES: &[Column] = &[
    needed("id", &["Id", "Account ID"]),
    text("name", &["Name", "Account Name"]),
    text("domain", &["Website"]),
    text("currency", &[]),
    text("created", &[]),
    text("deleted", &["IsDeleted"]),
];

const DEALS: &[Column] = &[
    needed("id", &["Id", "Opportunity ID"]),
    text("company", &["AccountId", "Account ID"]),
    text("name", &["Name", "Opportunity Name"]),
    text("pipeline", &[]),
    text("stage", &["StageName", "Stage"]),
    number("amount", &["Amount"]),
    text("currency", &["CurrencyIsoCode", "Amount Currency"]),
    time("created", &["CreatedDate", "Created Date"]),
    time("closed", &["CloseDate", "Close Date"]),
    text("state", &[]),
    text("won", &["IsWon", "Won"]),
    text("is_closed", &["IsClosed", "Closed"]),
    text("deleted", &["IsDeleted"]),
];

fn company(cells: &Cells<'_>) -> Result<Statement, Problem> {
    let mut statement = crm::company(cells)?;
    statement.body.remove("domain");
    if let Some(host) = cells.text("domain").and_then(|website| crm_words::host(&website)) {
        statement.body.insert("domain".to_owned(), Value::String(host));
    }
    Ok(statement)
}

fn deal(cells: &Cells<'_>, about: &About<'_>) -> Result<Statement, Problem> {
    let flag = |ours| cells.field(ours).and_then(|field| field.flag());
    let flags = Flags { won: flag("won"), lost: None, closed: flag("is_closed") };
    let mut statement = crm::deal(cells, about, flags)?;
    let pipeline = about.source.pipeline.as_deref().unwrap_or("Type");
    let declared = statement.body.contains_key("pipeline");
    if let Some(pipeline) = cells.row.find(pipeline).and_then(|field| field.text()).filter(|_| !declared) {
        statement.body.insert("pipeline".to_owned(), Value::String(pipeline.into_owned()));
    }
    if let Some(Value::String(company)) = statement.body.get_mut("company_id") {
        *company = lengthened(company);
    }
    for (column, ours) in [("created_at", "created"), ("closed_at", "closed")] {
        if let Some(moment) = cells.text(ours).and_then(|written| exported(&written)) {
            statement.body.insert(column.to_owned(), Value::String(moment));
        }
    }
    Ok(statement)
}

/// A moment as the Data Export writes it, which is UTC whatever the zone of who exported: `2025-01-10 09:00:00`. Reports
/// write the reader's own zone and form, and a day alone is a day.
fn exported(written: &str) -> Option<String> {
    let bytes = written.as_bytes();
    let iso = bytes.len() >= 19 && bytes[4] == b'-' && matches!(bytes[10], b' ' | b'T') && bytes[16] == b':';
    let how = How { zone: TimeZone::UTC, order: None, wall_clock: false };
    let told = iso.then(|| times::read(written, &how).ok()).flatten()?;
    moments::from_micros(told.us)
}

/// The fields of an answer of the API: nested records as `Owner.Name`, without the description of the record.
fn fields(row: &Row<'_>) -> Option<Map<String, Value>> {
    let json = row.json()?;
    let mut fields = Map::new();
    for (name, value) in json.entries().filter(|(name, _)| name != "attributes") {
        if value.shape() == Shape::Object {
            for (inner, value) in value.entries().filter(|(inner, _)| inner != "attributes") {
                tell(&mut fields, format!("{name}.{inner}"), Field::of_json(value));
            }
        } else {
            tell(&mut fields, name.into_owned(), Field::of_json(value));
        }
    }
    Some(fields)
}

fn tell(fields: &mut Map<String, Value>, name: String, field: Option<Field<'_>>) {
    if let Some(field) = field {
        fields.insert(name, Value::String(field.verbatim().into_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_export_writes_utc_and_reports_do_not() {
        for (written, moment) in [
            ("2025-01-10 09:00:00", Some("2025-01-10T09:00:00Z")),
            ("2025-01-10T09:00:00.000Z", Some("2025-01-10T09:00:00Z")),
            ("2026-01-05T08:00:00.000+0000", Some("2026-01-05T08:00:00Z")),
            ("2026-03-31", None),
            ("06/03/2026 09:14", None),
            ("10/01/2025, 09:00:00", None),
        ] {
            assert_eq!(exported(written).as_deref(), moment, "{written}");
        }
    }
}
