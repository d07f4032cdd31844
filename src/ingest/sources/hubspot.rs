//! HubSpot: exports of the user interface with their labels, and pages of the API with the names of properties.

use serde_json::{Map, Value};

use super::crm::{self, needed, number, text, time};
use super::crm_words::Flags;
use crate::ingest::rows::{Code, Problem, Row, Shape};
use crate::ingest::source::{About, Column, Layout, Record, Records, Rows, Sheet, Statement};
use crate::ingest::tables::{self, Cells};

/// Kind `hubspot`.
pub(super) struct Hubspot;

impl Layout for Hubspot {
    fn rows(&self) -> Rows {
        Rows::Records(&Hubspot)
    }
}

impl Records for Hubspot {
    fn columns(&self, sheet: Sheet) -> &'static [Column] {
        match sheet {
            Sheet::Deals => DEALS,
            Sheet::Companies | Sheet::Only => COMPANIES,
        }
    }

    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem> {
        let mut statement = match about.sheet {
            Sheet::Deals => deal(cells, about)?,
            Sheet::Companies | Sheet::Only => crm::company(cells)?,
        };
        statement.gone = cells.field("archived").and_then(|archived| archived.flag()) == Some(true);
        if let Some(fields) = properties(&cells.row) {
            statement.fields = fields;
        }
        Ok(Some(Record::Statement(statement)))
    }
}

const COMPANIES: &[Column] = &[
    needed("id", &["Record ID", "Company ID", "id", "properties.hs_object_id"]),
    text("name", &["Company name", "Name", "properties.name"]),
    text("domain", &["Company Domain Name", "Domain", "properties.domain"]),
    text("currency", &[]),
    text("created", &[]),
    text("archived", &["archived"]),
];

const DEALS: &[Column] = &[
    needed("id", &["Record ID", "Deal ID", "id", "properties.hs_object_id"]),
    text("company", &["Associated Company IDs", "associations.companies.results.id"]),
    text("company_name", &["Associated Company"]),
    text("name", &["Deal Name", "properties.dealname"]),
    text("pipeline", &["Pipeline", "properties.pipeline"]),
    text("stage", &["Deal Stage", "properties.dealstage"]),
    number("amount", &["Amount", "properties.amount"]),
    text("currency", &["Currency", "properties.deal_currency_code"]),
    time("created", &["Create Date", "properties.createdate", "createdAt"]),
    time("closed", &["Close Date", "properties.closedate"]),
    text("state", &[]),
    text("won", &["Is Closed Won", "properties.hs_is_closed_won"]),
    text("lost", &["Is closed lost", "properties.hs_is_closed_lost"]),
    text("is_closed", &["Is Deal Closed?", "properties.hs_is_closed"]),
    text("archived", &["archived"]),
];

/// A deal, with the first of the companies it belongs to. Where only a name is told, it is kept as `company_name`: whether
/// exactly one company has it can be known only when all are read.
fn deal(cells: &Cells<'_>, about: &About<'_>) -> Result<Statement, Problem> {
    let flag = |ours| cells.field(ours).and_then(|field| field.flag());
    let flags = Flags { won: flag("won"), lost: flag("lost"), closed: flag("is_closed") };
    let mut statement = crm::deal(cells, about, flags)?;
    match first_company(statement.body.get("company_id").and_then(Value::as_str))? {
        Some(id) => {
            statement.body.insert("company_id".to_owned(), Value::String(id));
        }
        None => {
            statement.body.remove("company_id");
            if let Some(name) = cells.text("company_name") {
                statement.body.insert("company_name".to_owned(), Value::String(name));
            }
        }
    }
    Ok(statement)
}

/// The first of several ids.
fn first_company(ids: Option<&str>) -> Result<Option<String>, Problem> {
    let first = ids.and_then(|ids| ids.split(';').map(str::trim).find(|id| !id.is_empty()));
    match first {
        Some(id) if tables::is_mangled(id) => Err(Problem::new(Code::IdMangled, format!("`{id}` was an id once"))),
        first => Ok(first.map(str::to_owned)),
    }
}

/// The fields of an answer of the API: its properties by name, and the id.
fn properties(row: &Row<'_>) -> Option<Map<String, Value>> {
    let properties = row.json()?.get("properties").filter(|properties| properties.shape() == Shape::Object)?;
    let id = row.column("id").and_then(|id| id.text()).map(|id| ("id".to_owned(), Value::String(id.into_owned())));
    let told = properties.entries().filter_map(|(name, value)| {
        let field = crate::ingest::rows::Field::of_json(value)?;
        Some((name.into_owned(), Value::String(field.verbatim().into_owned())))
    });
    Some(id.into_iter().chain(told).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_companies_the_first_counts_and_a_mangled_id_is_never_guessed() {
        let first = |ids| first_company(ids).map_err(|problem| problem.code);
        assert_eq!(first(Some("200000000004;200000000001")), Ok(Some("200000000004".to_owned())));
        assert_eq!(first(Some(" ; 7")), Ok(Some("7".to_owned())));
        assert_eq!(first(None), Ok(None));
        assert_eq!(first(Some("2.00E+11;7")), Err(Code::IdMangled));
    }
}
