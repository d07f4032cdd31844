//! Accounts' parts of a metric in two periods, for who moved it (R9.8); and who stayed after an activation (R4.4).

use anyhow::Result;

use super::asked::queries;
use super::{Asking, kinds};
use crate::engine::Engine;
use crate::model::column::Value;
use crate::model::metric::{Reduce, Traction, TractionKind};
use crate::model::period::{Period, Unit};
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::stats::mix::{Part, Parts, When, Whole};

/// What stands for users without an account.
const NO_ACCOUNT: &str = "without an account";

/// Each account's part of a metric in two of its periods; together they are the metric's readings of the whole.
///
/// # Errors
/// As for `measure`.
pub fn account_parts(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
    unit: Unit,
    (from, to): (Period, Period),
) -> Result<Parts> {
    let question = Question { period: Some(unit), ..Question::default() };
    let asking = Asking::new(engine, plan, scope, traction, &question)?;
    kinds::actor_parts(&asking)?;
    engine.load(&queries(&["account_parts"]))?;
    let kind = Value::from(traction.actor.word());
    let frame = engine.query("select * from account_parts(?) order by period, account_id", &[kind])?;
    let number = |wanted: Period| asking.span.periods.iter().position(|period| *period == wanted);
    let (first, last) = (number(from), number(to));
    let mut parts = Parts::none(whole(&traction.kind));
    for row in 0..frame.rows() {
        let place = usize::try_from(frame.count("period", row)).ok();
        let when = [(first, When::Before), (last, When::After)].into_iter().find(|(wanted, _)| *wanted == place);
        let Some((_, when)) = when else { continue };
        let account = frame.text("account_id", row).unwrap_or_else(|| NO_ACCOUNT.to_owned());
        let counted = frame.double("counted", row).unwrap_or(0.0);
        parts.add(&account, when, Part { counted, eligible: frame.count("eligible", row) as f64 });
    }
    Ok(parts)
}

fn whole(kind: &TractionKind) -> Whole {
    match kind {
        TractionKind::Active(_) => Whole::Sum,
        TractionKind::Gauge(gauge) => match gauge.reduce {
            Reduce::Sum => Whole::Sum,
            Reduce::Mean | Reduce::Share(_) => Whole::Ratio,
        },
        TractionKind::Activation(_)
        | TractionKind::Adoption(_)
        | TractionKind::Retention(_)
        | TractionKind::Funnel(_) => Whole::Ratio,
    }
}

/// Of the starters that reached enough in time, and of the others, how many were still active 90 to 118 days after the
/// start: counted and eligible each. Nothing for other kinds, and while nobody has been watched so long.
///
/// # Errors
/// As for `measure`.
pub fn kept(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
    question: &Question,
) -> Result<Option<[(u64, u64); 2]>> {
    let TractionKind::Activation(activation) = &traction.kind else { return Ok(None) };
    let asking = Asking::new(engine, plan, scope, traction, question)?;
    kinds::activation::make_units(&asking, activation)?;
    engine.load(&queries(&["kept"]))?;
    let asked = [traction.actor.word().into(), scope.as_of.into(), scope.as_of_end_us.into()];
    let frame = engine.query("select * from kept(?, ?, ?) order by is_reached", &asked)?;
    let of = |is_reached: bool| {
        let row = (0..frame.rows()).find(|row| frame.flag("is_reached", *row) == is_reached);
        row.map_or((0, 0), |row| (frame.count("counted", row), frame.count("eligible", row)))
    };
    Ok((frame.rows() > 0).then(|| [of(true), of(false)]))
}
