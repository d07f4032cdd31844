//! A subscription object of Stripe's API: items, discounts and epoch seconds become one line with a monthly price.

use serde_json::Value;

use super::price::{Line, decimal};
use crate::ingest::sources::billing::{self, Subscription};
use crate::ingest::sources::interval::Interval;
use crate::ingest::sources::moments;
use crate::ingest::sources::money::Amount;

/// A subscription, and the ids of discounts that the answer named but did not expand.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) subscription: Subscription,
    /// Named, not applied.
    pub(super) unexpanded: Vec<String>,
}

/// Reads a subscription object.
///
/// # Errors
/// With the interval as written, if one is unknown.
pub(super) fn read(object: &Value) -> Result<Read, String> {
    let currency = text(&object["currency"]).unwrap_or_default();
    let items = object.pointer("/items/data").and_then(Value::as_array);
    // Before items there was one plan, on the subscription itself.
    let items = items.map_or_else(|| std::slice::from_ref(object), Vec::as_slice);
    let lines = items.iter().map(|item| Line::of(item, &currency)).collect::<Result<Vec<_>, _>>()?;
    let mut unexpanded = Vec::new();
    let mrr = monthly(object, items, &lines, &currency, &mut unexpanded);
    let interval = lines.iter().filter(|line| !line.metered).chain(&lines).find_map(|line| line.interval);
    let plans: Vec<_> = lines.iter().map(|line| line.plan.as_str()).filter(|plan| !plan.is_empty()).collect();
    let many: Vec<_> = lines.iter().filter_map(|line| line.quantity).collect();
    let moment = |key: &str| epoch(&object[key]);
    let subscription = Subscription {
        customer_id: text(&object["customer"]).or_else(|| text(&object["customer"]["id"])),
        customer_name: text(&object["customer"]["name"]),
        customer_email: text(&object["customer"]["email"]),
        status: text(&object["status"]).map(|status| billing::status(&status)),
        plan: (!plans.is_empty()).then(|| plans.join(", ")),
        interval: interval.map(Interval::text),
        quantity: many
            .into_iter()
            .try_fold(None, |sum: Option<Amount>, next| sum.map_or(Some(next), |sum| sum.plus(next)).map(Some))
            .flatten(),
        mrr,
        currency: (!currency.is_empty()).then(|| currency.to_uppercase()),
        started_at: moment("start_date").or_else(|| moment("start")).or_else(|| moment("created")),
        trial_end: moment("trial_end"),
        canceled_at: moment("canceled_at"),
        ended_at: moment("ended_at"),
        current_period_end: period(object, items, "current_period_end").and_then(moments::from_seconds),
    };
    Ok(Read { subscription, unexpanded })
}

/// What a month costs: the items, less what is off each, less what is off the whole.
fn monthly(
    object: &Value,
    items: &[Value],
    lines: &[Line],
    currency: &str,
    unexpanded: &mut Vec<String>,
) -> Option<Amount> {
    let since = period(object, items, "current_period_start");
    let mut total = Amount::ZERO;
    for (item, line) in items.iter().zip(lines) {
        let Some(interval) = line.interval else { continue };
        let own = if std::ptr::eq(item, object) { &Value::Null } else { item };
        let amount = discounted(line.amount?, own, since, currency, unexpanded)?;
        total = total.plus(interval.monthly(amount)?)?;
    }
    // What is off the whole is off each invoice: the interval is that of the first item that is charged by one.
    let paid = lines.iter().filter(|line| !line.metered).find_map(|line| line.interval);
    for discount in running(object, since, unexpanded) {
        total = match off(discount, currency)? {
            Off::Share(percent) => total.less(total.times(percent.divided(100)?)?)?,
            Off::Amount(amount) => total.less(paid.map_or(Some(amount), |paid| paid.monthly(amount))?)?,
        };
    }
    Some(total)
}

/// An item's amount less its own discounts.
fn discounted(
    amount: Amount,
    of: &Value,
    since: Option<i64>,
    currency: &str,
    unexpanded: &mut Vec<String>,
) -> Option<Amount> {
    running(of, since, unexpanded).into_iter().try_fold(amount, |left, discount| match off(discount, currency)? {
        Off::Share(percent) => left.less(left.times(percent.divided(100)?)?),
        Off::Amount(amount) => left.less(amount),
    })
}

/// What a coupon takes off.
enum Off {
    Share(Amount),
    Amount(Amount),
}

/// The coupons that still count: not those for one payment, nor those that ended before the current period.
fn running<'a>(of: &'a Value, since: Option<i64>, unexpanded: &mut Vec<String>) -> Vec<&'a Value> {
    let listed = of.get("discounts").and_then(Value::as_array).filter(|list| !list.is_empty());
    let older = of.get("discount");
    let listed = listed.map_or_else(|| older.map_or(&[][..], std::slice::from_ref), Vec::as_slice);
    let mut coupons = Vec::new();
    for discount in listed {
        let bare = discount.as_str();
        // Between the two versions an object has both: the ids, and the one discount in full.
        let expanded = older.filter(|older| bare.is_some_and(|id| older["id"].as_str() == Some(id)));
        if let (Some(id), None) = (bare, expanded) {
            unexpanded.push(id.to_owned());
            continue;
        }
        let discount = expanded.unwrap_or(discount);
        let coupon = [discount.get("coupon"), discount.pointer("/source/coupon")].into_iter().flatten();
        let Some(coupon) = coupon.into_iter().find(|coupon| !coupon.is_null()) else { continue };
        if let Some(id) = coupon.as_str() {
            unexpanded.push(id.to_owned());
            continue;
        }
        let ended = discount["end"].as_i64().zip(since).is_some_and(|(end, since)| end <= since);
        if !ended && coupon["duration"].as_str() != Some("once") {
            coupons.push(coupon);
        }
    }
    coupons
}

fn off(coupon: &Value, currency: &str) -> Option<Off> {
    if let Some(percent) = decimal(&coupon["percent_off"]) {
        return Some(Off::Share(percent));
    }
    let named = coupon["currency"].as_str().unwrap_or(currency);
    let option = &coupon["currency_options"][currency.to_lowercase()]["amount_off"];
    let amount = if named.eq_ignore_ascii_case(currency) { decimal(&coupon["amount_off"]) } else { decimal(option) };
    amount.map_or(Some(Off::Amount(Amount::ZERO)), |amount| amount.out_of_minor(currency).map(Off::Amount))
}

/// An edge of the current period: since 2025-03-31 it stands on the items.
fn period(object: &Value, items: &[Value], key: &str) -> Option<i64> {
    object[key].as_i64().or_else(|| items.iter().find_map(|item| item[key].as_i64()))
}

fn epoch(value: &Value) -> Option<String> {
    value.as_i64().and_then(moments::from_seconds)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
