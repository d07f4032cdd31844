//! Who reached what, and when: the accounts' first time of each activation, for links that ask about it.

use anyhow::Result;

use super::{Asking, kinds};
use crate::engine::Engine;
use crate::model::column::Type;
use crate::model::ids::MetricId;
use crate::model::metric::{Actor, TractionKind};
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::Plan;

/// Makes `reached` (metric text, account int, reached_us bigint) and says which metrics stand in it: the activations that
/// count accounts and can be computed. A funnel or a return has no such first time yet.
///
/// # Errors
/// If the engine refuses.
pub fn reached(engine: &dyn Engine, plan: &Plan, scope: &Scope) -> Result<Vec<MetricId>> {
    engine.relation("reached", &[("metric", Type::Text), ("account", Type::Int), ("reached_us", Type::Long)], &[])?;
    let mut told = Vec::new();
    for traction in plan.traction().filter(|traction| traction.actor == Actor::Account) {
        let TractionKind::Activation(activation) = &traction.kind else { continue };
        if activation.ordered {
            continue;
        }
        let question = Question::default();
        let asking = Asking::new(engine, plan, scope, traction, &question)?;
        kinds::activation::make_units(&asking, activation)?;
        engine.run(
            "insert into reached select ?, cast(actor as integer), reached_us from units where reached_us is not null",
            &[traction.id.as_str().into()],
        )?;
        told.push(traction.id.clone());
    }
    Ok(told)
}
