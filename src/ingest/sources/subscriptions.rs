//! Subscriptions of any billing tool: a table by the labels that the declaration names.

use super::billing::{self, Paid};
use super::crm::{needed, number, text, time};
use crate::ingest::rows::Problem;
use crate::ingest::source::{About, Column, Layout, Record, Records, Rows, Sheet};
use crate::ingest::tables::Cells;

/// Kind `subscriptions`.
pub(super) struct Subscriptions;

impl Layout for Subscriptions {
    fn version(&self) -> u32 {
        2
    }

    fn rows(&self) -> Rows {
        Rows::Records(&Subscriptions)
    }
}

impl Records for Subscriptions {
    fn columns(&self, _sheet: Sheet) -> &'static [Column] {
        COLUMNS
    }

    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem> {
        let paid = if cells.field("amount").is_some() { Paid::InAll } else { Paid::PerUnit };
        billing::from_table(cells, about, paid).map(|statement| Some(Record::Statement(statement)))
    }
}

const COLUMNS: &[Column] = &[
    needed("id", &["id", "subscription_id"]),
    text("customer", &["customer", "customer_id"]),
    text("customer_name", &["customer_name"]),
    text("customer_email", &["customer_email"]),
    text("status", &["status"]),
    text("plan", &["plan"]),
    number("quantity", &["quantity"]),
    number("amount", &["amount"]),
    number("unit_amount", &["unit_amount"]),
    text("interval", &["interval"]),
    text("currency", &["currency"]),
    time("started", &["started", "started_at"]),
    time("trial_end", &["trial_end"]),
    time("canceled", &["canceled", "canceled_at", "cancelled_at"]),
    time("ended", &["ended", "ended_at"]),
    time("period_end", &["period_end", "current_period_end"]),
];
