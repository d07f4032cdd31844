//! Accounts' parts of a business metric in two months, for who moved it (R9.8).

use anyhow::Result;

use super::kinds::{DUE, ENDS, Months};
use crate::engine::{Engine, Frame};
use crate::model::metric::{Business, BusinessKind};
use crate::model::period::{Period, plus_days};
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::stats::mix::{Part, Parts, When, Whole};

/// Each account's part of a metric in two months; of movements there are none, for they are parts already.
///
/// # Errors
/// If the engine refuses.
pub fn account_parts(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    business: &Business,
    (from, to): (Period, Period),
) -> Result<Parts> {
    let question = Question { from: Some(from.start), to: Some(plus_days(to.end, -1)), ..Question::default() };
    let months = Months::of(engine, plan, scope, business, &question)?;
    let (first, last) = (months.place(from), months.place(to));
    let units = |frame: &Frame, column: &str, row: usize| frame.long(column, row).unwrap_or(0) as f64 / 1e6;
    let count = |frame: &Frame, column: &str, row: usize| frame.count(column, row) as f64;
    let (frame, whole, columns): (_, _, (&str, Option<&str>)) = match business.kind {
        BusinessKind::Mrr => (revenue(engine)?, Whole::Sum, ("closing_micros", None)),
        BusinessKind::NetRevenueRetention { .. } => {
            (revenue(engine)?, Whole::Ratio, ("kept_micros", Some("base_micros")))
        }
        BusinessKind::RenewalRate { .. } => {
            engine.run(DUE, &[])?;
            let frame = engine.query("select * from renewal_parts() order by period, who", &[])?;
            (frame, Whole::Ratio, ("counted", Some("eligible")))
        }
        BusinessKind::MrrMovements => return Ok(Parts::none(Whole::Sum)),
    };
    let figure: &dyn Fn(&Frame, &str, usize) -> f64 =
        if matches!(business.kind, BusinessKind::RenewalRate { .. }) { &count } else { &units };
    let mut parts = Parts::none(whole);
    for row in 0..frame.rows() {
        let (Some(period), Some(who)) = (frame.long("period", row), frame.text("who", row)) else { continue };
        let counted = figure(&frame, columns.0, row);
        let eligible = columns.1.map_or(0.0, |column| figure(&frame, column, row));
        let when = [(first, When::Before), (last, When::After)].into_iter().find(|(place, _)| *place == Some(period));
        if let Some((_, when)) = when {
            parts.add(&who, when, Part { counted, eligible });
        }
    }
    Ok(parts)
}

fn revenue(engine: &dyn Engine) -> Result<Frame> {
    engine.run(ENDS, &[])?;
    engine.query("select * from revenue_parts() order by period, who", &[])
}
