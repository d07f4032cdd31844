//! What a Stripe price charges for a quantity, in units of its currency.

use serde_json::Value;

use crate::ingest::sources::interval::Interval;
use crate::ingest::sources::money::Amount;

/// One line of a subscription: what it is called, how many, and what they cost each interval.
#[derive(Debug)]
pub(super) struct Line {
    /// The price's or plan's id.
    pub(super) plan: String,
    /// Nothing where it is metered.
    pub(super) quantity: Option<Amount>,
    /// What it is charged by; nothing for what is charged once.
    pub(super) interval: Option<Interval>,
    /// What it costs each interval; nothing where the answer does not say (tiers left out).
    pub(super) amount: Option<Amount>,
    /// Whether use is metered, so that nothing is fixed.
    pub(super) metered: bool,
}

impl Line {
    /// Reads an item of a subscription, or an old subscription that is its own item.
    ///
    /// # Errors
    /// With the interval as written, if it is unknown.
    pub(super) fn of(item: &Value, currency: &str) -> Result<Self, String> {
        let price = ["price", "plan"].iter().find_map(|key| item.get(key).filter(|price| price.is_object()));
        let price = price.unwrap_or(&Value::Null);
        // A plan has on itself what a price keeps under `recurring`.
        let recurring = price.get("recurring").filter(|recurring| recurring.is_object()).unwrap_or(price);
        let metered = recurring.get("usage_type").and_then(Value::as_str) == Some("metered");
        let quantity = decimal(&item["quantity"]).or_else(|| Amount::of(1));
        let quantity = quantity.filter(|_| !metered);
        let currency = price.get("currency").and_then(Value::as_str).unwrap_or(currency);
        Ok(Self {
            plan: price.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
            quantity,
            interval: interval(recurring, price)?,
            amount: if metered { Some(Amount::ZERO) } else { quantity.and_then(|many| charged(price, many, currency)) },
            metered,
        })
    }
}

/// The interval of a price; nothing where it is paid once.
fn interval(recurring: &Value, price: &Value) -> Result<Option<Interval>, String> {
    let Some(word) = recurring.get("interval").and_then(Value::as_str) else {
        let once = price.get("type").and_then(Value::as_str) == Some("one_time");
        return if once { Ok(None) } else { Err(String::new()) };
    };
    let count = recurring.get("interval_count").and_then(Value::as_i64).unwrap_or(1);
    Interval::counted(i128::from(count), word).map(Some).ok_or_else(|| format!("{count} {word}"))
}

/// What a price charges for a quantity.
fn charged(price: &Value, quantity: Amount, currency: &str) -> Option<Amount> {
    let quantity = transformed(price, quantity)?;
    if price.get("billing_scheme").and_then(Value::as_str) == Some("tiered") {
        return tiered(price, quantity, currency);
    }
    unit_amount(price, ["unit_amount", "amount"], currency)?.times(quantity)
}

/// The quantity in packages, where the price counts in those.
fn transformed(price: &Value, quantity: Amount) -> Option<Amount> {
    let transform = ["transform_quantity", "transform_usage"].iter().find_map(|key| price.get(key));
    let Some(by) = transform.and_then(|transform| transform.get("divide_by")) else { return Some(quantity) };
    let packages = quantity.divided(i128::from(by.as_i64()?))?;
    let down = transform.and_then(|transform| transform.get("round")?.as_str()) == Some("down");
    Amount::of(if down { packages.floor() } else { packages.ceiling() })
}

/// Tiers as the price lists them: graduated adds tier by tier, volume takes the tier of the whole quantity.
fn tiered(price: &Value, quantity: Amount, currency: &str) -> Option<Amount> {
    let tiers = price.get("tiers")?.as_array()?;
    let volume = price.get("tiers_mode").and_then(Value::as_str) == Some("volume");
    let (mut total, mut below) = (Amount::ZERO, Amount::ZERO);
    for tier in tiers {
        let upto = decimal(&tier["up_to"]);
        let last = upto.is_none_or(|upto| quantity <= upto);
        if volume && !last {
            continue;
        }
        let top = if last { quantity } else { upto? };
        let counted = if volume { quantity } else { top.less(below)? };
        total = total.plus(tier_amount(tier, counted, currency)?)?;
        if last {
            return Some(total);
        }
        below = upto?;
    }
    None
}

fn tier_amount(tier: &Value, counted: Amount, currency: &str) -> Option<Amount> {
    let each = unit_amount(tier, ["unit_amount", "amount"], currency).unwrap_or(Amount::ZERO);
    let flat = unit_amount(tier, ["flat_amount", "flat"], currency).unwrap_or(Amount::ZERO);
    each.times(counted)?.plus(flat)
}

/// An amount in the smallest unit under the first of these keys, or with decimals of it under `…_decimal`.
fn unit_amount(of: &Value, keys: [&str; 2], currency: &str) -> Option<Amount> {
    let whole = keys.iter().find_map(|key| decimal(&of[*key]));
    let precise = || keys.iter().find_map(|key| decimal(&of[format!("{key}_decimal").as_str()]));
    whole.or_else(precise)?.out_of_minor(currency)
}

/// A number, or text that is one.
pub(super) fn decimal(value: &Value) -> Option<Amount> {
    match value {
        Value::Number(number) => Amount::parse(&number.to_string()),
        Value::String(text) => Amount::parse(text.trim()),
        _ => None,
    }
}
