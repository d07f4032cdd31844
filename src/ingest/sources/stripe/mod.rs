//! Stripe: the dashboard's subscriptions CSV, and subscription objects of the API.

mod object;
mod price;

use serde_json::{Map, Value};

use super::billing::{self, Paid};
use super::crm::{needed, number, text, time};
use super::statement;
use crate::ingest::rows::{Code, Problem};
use crate::ingest::source::{About, Column, Layout, Record, Records, Rows, Sheet, Statement};
use crate::ingest::tables::Cells;

/// Kind `stripe`.
pub(super) struct Stripe;

impl Layout for Stripe {
    fn version(&self) -> u32 {
        2
    }

    fn rows(&self) -> Rows {
        Rows::Records(&Stripe)
    }
}

impl Records for Stripe {
    fn columns(&self, _sheet: Sheet) -> &'static [Column] {
        COLUMNS
    }

    fn record(&self, cells: &Cells<'_>, about: &About<'_>) -> Result<Option<Record>, Problem> {
        let statement = match cells.row.json() {
            Some(json) => from_object(cells, &json.canonical())?,
            // The dashboard writes what one unit costs, in units of the currency.
            None => billing::from_table(cells, about, Paid::PerUnit)?,
        };
        Ok(Some(Record::Statement(statement)))
    }
}

const COLUMNS: &[Column] = &[
    needed("id", &["id"]),
    text("customer", &["Customer ID"]),
    text("customer_name", &["Customer Name"]),
    text("customer_email", &["Customer Email"]),
    text("status", &["Status"]),
    text("plan", &["Plan", "Plan Name"]),
    number("quantity", &["Quantity"]),
    number("unit_amount", &["Amount"]),
    text("interval", &["Interval"]),
    text("currency", &["Currency"]),
    time("started", &["Start (UTC)", "Start Date (UTC)", "Created (UTC)"]),
    time("trial_end", &["Trial End (UTC)"]),
    time("canceled", &["Canceled At (UTC)"]),
    time("ended", &["Ended At (UTC)"]),
    time("period_end", &["Current Period End (UTC)"]),
];

/// What an object of the API says.
fn from_object(cells: &Cells<'_>, json: &str) -> Result<Statement, Problem> {
    let id = statement::id(cells, "id")?;
    let object = serde_json::from_str(json).map_err(|_| Problem::from(Code::NotJson))?;
    let read = object::read(&object).map_err(|interval| billing::unknown_interval(&interval))?;
    let fields = fields(&object, &read.unexpanded);
    Ok(Statement { kind: "subscription", id, body: read.subscription.body(), fields, gone: false })
}

/// The fields of an object: what stands on it, and its metadata under the labels that the dashboard's CSV has for it.
fn fields(object: &Value, unexpanded: &[String]) -> Map<String, Value> {
    let mut fields = Map::new();
    let tell = |fields: &mut Map<String, Value>, name: String, value: &Value| {
        let text = match value {
            Value::String(text) if text.is_empty() => return,
            Value::String(text) => text.clone(),
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => return,
        };
        fields.insert(name, Value::String(text));
    };
    for (name, value) in object.as_object().into_iter().flatten() {
        tell(&mut fields, name.clone(), value);
    }
    for (name, value) in object["metadata"].as_object().into_iter().flatten() {
        tell(&mut fields, format!("{name} (metadata)"), value);
    }
    if let Some(price) = object.pointer("/items/data/0/price") {
        tell(&mut fields, "Product".to_owned(), &price["product"]);
        tell(&mut fields, "Plan Nickname".to_owned(), &price["nickname"]);
    }
    if !unexpanded.is_empty() {
        fields.insert("Discounts not expanded".to_owned(), Value::String(unexpanded.join(", ")));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Monthly price, quantity and interval of a subscription with these items; or the interval that is unknown.
    fn check(more: Value, items: Value, expected: Result<&str, &str>) {
        let mut object = json!({ "id": "sub", "currency": "eur", "items": { "data": items } });
        for (key, value) in more.as_object().expect("an object") {
            object[key] = value.clone();
        }
        let read = object::read(&object).map(|read| {
            let body = read.subscription.body();
            let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or("-").to_owned();
            format!("{} {} {}", text("mrr"), text("quantity"), text("interval"))
        });
        assert_eq!(read.as_deref().map_err(String::as_str), expected, "{object}");
    }

    fn price(amount: i64, interval: &str) -> Value {
        json!({ "id": "p", "currency": "eur", "unit_amount": amount, "recurring": { "interval": interval, "interval_count": 1 } })
    }

    fn coupon(coupon: Value) -> Value {
        json!({ "discounts": [{ "coupon": coupon, "end": null }] })
    }

    #[test]
    fn items_are_summed_and_metered_ones_add_nothing() {
        let metered =
            json!({ "id": "m", "unit_amount": 1, "recurring": { "interval": "month", "usage_type": "metered" } });
        let items = json!([
            { "price": price(4900, "month"), "quantity": 2 },
            { "price": price(12000, "year"), "quantity": 5 },
            { "price": metered },
        ]);
        check(json!({}), items, Ok("148 7 month"));
        check(json!({}), json!([{ "price": price(4900, "month") }]), Ok("49 1 month"));
        check(json!({}), json!([{ "price": price(100, "fortnight") }]), Err("1 fortnight"));
    }

    #[test]
    fn an_old_subscription_is_its_own_item() {
        let object = json!({ "id": "s", "currency": "jpy", "quantity": 2, "status": "trialing", "start": 0,
            "plan": { "id": "gold", "amount": 5000, "currency": "jpy", "interval": "month", "interval_count": 3 } });
        let body = Value::Object(object::read(&object).expect("it reads").subscription.body());
        assert_eq!(
            body,
            json!({ "status": "trialing", "plan": "gold", "interval": "3 month", "quantity": "2",
                "mrr": "3333.333333333333", "currency": "JPY", "started_at": "1970-01-01T00:00:00Z" })
        );
    }

    #[test]
    fn tiers_add_up_or_take_the_whole() {
        let tiers = json!([
            { "up_to": 10, "unit_amount": 500, "flat_amount": 1000 },
            { "up_to": null, "unit_amount": 300, "unit_amount_decimal": "300" },
        ]);
        let item = |mode: &str, tiers: &Value, many: u32| {
            json!([{ "quantity": many, "price": { "id": "t", "billing_scheme": "tiered", "tiers_mode": mode, "tiers": tiers,
                "recurring": { "interval": "month", "interval_count": 1 } } }])
        };
        check(json!({}), item("graduated", &tiers, 12), Ok("66 12 month"));
        check(json!({}), item("graduated", &tiers, 10), Ok("60 10 month"));
        check(json!({}), item("volume", &tiers, 12), Ok("36 12 month"));
        check(json!({}), item("volume", &tiers, 3), Ok("25 3 month"));
        check(json!({}), item("graduated", &Value::Null, 3), Ok("- 3 month"));
    }

    #[test]
    fn packages_are_counted_whole() {
        let package = |round: &str| {
            json!([{ "quantity": 25, "price": { "id": "k", "unit_amount": 1000, "recurring": { "interval": "month" },
                "transform_quantity": { "divide_by": 10, "round": round } } }])
        };
        check(json!({}), package("up"), Ok("30 25 month"));
        check(json!({}), package("down"), Ok("20 25 month"));
    }

    #[test]
    fn discounts_that_run_are_taken_off() {
        let items = || json!([{ "price": price(12000, "year"), "quantity": 10, "current_period_start": 1000 }]);
        let check = |more, mrr| check(more, items(), Ok(&format!("{mrr} 10 year")));
        check(json!({}), "100");
        check(coupon(json!({ "percent_off": 20.0, "duration": "forever" })), "80");
        check(coupon(json!({ "percent_off": 33.5, "duration": "repeating" })), "66.5");
        check(coupon(json!({ "amount_off": 12000, "currency": "eur", "duration": "forever" })), "90");
        check(coupon(json!({ "percent_off": 50, "duration": "once" })), "100");
        check(coupon(json!({ "amount_off": 500, "currency": "usd", "duration": "forever" })), "100");
        check(coupon(json!({ "amount_off": 99_999_900, "currency": "eur", "duration": "forever" })), "0");
        check(json!({ "discounts": [{ "coupon": { "percent_off": 50 }, "end": 900 }] }), "100");
        check(json!({ "discounts": [{ "coupon": { "percent_off": 50 }, "end": 1100 }] }), "50");
        check(json!({ "discounts": ["di_1"] }), "100");
        check(json!({ "discounts": [], "discount": { "coupon": { "percent_off": 10 } } }), "90");
        check(json!({ "discounts": [{ "source": { "coupon": { "percent_off": 10 } } }] }), "90");
    }

    #[test]
    fn a_discount_that_was_not_expanded_is_named() {
        let object =
            json!({ "id": "s", "metadata": { "team_id": "t_1" }, "discounts": ["di_1"], "items": { "data": [] } });
        let read = object::read(&object).expect("it reads");
        let fields = fields(&object, &read.unexpanded);
        assert_eq!(
            Value::Object(fields),
            json!({ "id": "s", "team_id (metadata)": "t_1", "Discounts not expanded": "di_1" })
        );
    }
}
