//! What every billing kind tells of a subscription, and the words and sums they share.

use serde_json::{Map, Value};

use super::interval::Interval;
use super::money::Amount;
use super::statement;
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::{About, Statement};
use crate::ingest::tables::Cells;

/// A subscription as one file states it. Moments are RFC 3339 in UTC; what is absent is not there.
#[derive(Debug, Default)]
pub(super) struct Subscription {
    pub(super) customer_id: Option<String>,
    pub(super) customer_name: Option<String>,
    pub(super) customer_email: Option<String>,
    pub(super) status: Option<String>,
    pub(super) plan: Option<String>,
    pub(super) interval: Option<String>,
    pub(super) quantity: Option<Amount>,
    /// What a month costs while it runs.
    pub(super) mrr: Option<Amount>,
    pub(super) currency: Option<String>,
    pub(super) started_at: Option<String>,
    pub(super) trial_end: Option<String>,
    pub(super) canceled_at: Option<String>,
    pub(super) ended_at: Option<String>,
    /// No column of its own; says when a cancelled subscription without an end stopped (R7.1).
    pub(super) current_period_end: Option<String>,
}

impl Subscription {
    /// The columns of `subscriptions` under their names; absent ones are left out.
    pub(super) fn body(self) -> Map<String, Value> {
        let columns = [
            ("customer_id", self.customer_id),
            ("customer_name", self.customer_name),
            ("customer_email", self.customer_email),
            ("status", self.status),
            ("plan", self.plan),
            ("interval", self.interval),
            ("quantity", self.quantity.map(Amount::text)),
            ("mrr", self.mrr.map(Amount::exact_text)),
            ("currency", self.currency),
            ("started_at", self.started_at),
            ("trial_end", self.trial_end),
            ("canceled_at", self.canceled_at),
            ("ended_at", self.ended_at),
            ("current_period_end", self.current_period_end),
        ];
        columns.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect()
    }
}

/// What the amount of a table's row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Paid {
    /// Of the whole subscription, in the column `amount`.
    InAll,
    /// Of one of its quantity, in the column `unit_amount`.
    PerUnit,
}

/// What a row of a table says of a subscription.
///
/// # Errors
/// `id-missing`, `id-mangled`, `time-unreadable`, `number-unreadable`, `number-ambiguous`, `interval-unknown`.
pub(super) fn from_table(cells: &Cells<'_>, about: &About<'_>, paid: Paid) -> Result<Statement, Problem> {
    let id = statement::id(cells, "id")?;
    let moment = |ours| statement::moment(cells, ours);
    let (started_at, trial_end, canceled_at) = (moment("started")?, moment("trial_end")?, moment("canceled")?);
    let (ended_at, current_period_end) = (moment("ended")?, moment("period_end")?);
    let quantity = statement::amount(cells, "quantity")?.or(Amount::of(1));
    let currency = statement::currency(cells, about);
    let amount = match paid {
        Paid::InAll => statement::amount(cells, "amount")?,
        Paid::PerUnit => statement::amount(cells, "unit_amount")?
            .zip(quantity)
            .map(|(each, many)| each.times(many).ok_or_else(too_much))
            .transpose()?,
    };
    let amount = match amount {
        Some(amount) if about.source.cents => amount.out_of_minor(currency.as_deref().unwrap_or_default()),
        amount => amount,
    };
    let interval = cells.text("interval");
    let told = interval.as_deref().and_then(Interval::parse);
    let mrr = match (amount, told) {
        (Some(amount), Some(interval)) => Some(interval.monthly(amount).ok_or_else(too_much)?),
        // What costs nothing costs nothing a month, however often; and an interval that nothing is paid by needs no reading.
        (Some(Amount::ZERO), None) if interval.is_none() => Some(Amount::ZERO),
        (Some(_), None) => return Err(unknown_interval(interval.as_deref().unwrap_or_default())),
        (None, Some(_)) => None,
        (None, None) if interval.is_none() => None,
        (None, None) => return Err(unknown_interval(interval.as_deref().unwrap_or_default())),
    };
    let subscription = Subscription {
        customer_id: cells.id("customer")?,
        customer_name: cells.text("customer_name"),
        customer_email: cells.text("customer_email"),
        status: cells.text("status").map(|written| status(&written)),
        plan: cells.text("plan"),
        interval: told.map(Interval::text),
        quantity,
        mrr,
        currency,
        started_at,
        trial_end,
        canceled_at,
        ended_at,
        current_period_end,
    };
    Ok(Statement { kind: "subscription", id, body: subscription.body(), fields: cells.fields(), gone: false })
}

/// The problem of an interval that no month can be made of.
pub(super) fn unknown_interval(written: &str) -> Problem {
    match written {
        "" => Problem::new(Code::IntervalUnknown, "it does not say how often the amount is paid"),
        written => Problem::new(Code::IntervalUnknown, format!("`{written}` is no span that a month can be made of")),
    }
}

fn too_much() -> Problem {
    Problem::new(Code::NumberUnreadable, "amount and quantity are beyond what money is counted in")
}

/// A status in Stripe's words.
pub(super) fn status(written: &str) -> String {
    let lower = written.trim().to_lowercase();
    match lower.as_str() {
        "in_trial" | "in trial" | "trial" => "trialing".to_owned(),
        "non_renewing" | "non renewing" => "active".to_owned(),
        "cancelled" => "canceled".to_owned(),
        _ => lower.replace(' ', "_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_told_in_stripes_words() {
        for (written, told) in [
            ("in_trial", "trialing"),
            ("non_renewing", "active"),
            ("cancelled", "canceled"),
            ("Past Due", "past_due"),
            ("active", "active"),
            ("paused", "paused"),
        ] {
            assert_eq!(status(written), told);
        }
    }

    #[test]
    fn what_is_absent_is_not_in_the_body() {
        let subscription = Subscription { mrr: Amount::parse("49.00"), ..Subscription::default() };
        assert_eq!(Value::Object(subscription.body()), serde_json::json!({ "mrr": "49" }));
    }
}
