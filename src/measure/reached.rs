//! Who reached what, and when: the accounts' first time of each activation, funnel and return, and of behaviours that
//! happen once, for links that ask about it (evidence.md 3.1, 6).

use anyhow::Result;

use super::{Asking, kinds};
use crate::engine::Engine;
use crate::model::column::{Type, Value};
use crate::model::ids::{MetricId, SignalId};
use crate::model::metric::{Active, Actor, Better, Traction, TractionKind, Use};
use crate::model::period::Unit;
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::{Outcome, Plan};

/// Makes `reached` (metric text, account int, reached_us bigint) and says which metrics stand in it, and which outcomes by
/// their ids: what counts accounts, happens once, and can be told by one moment.
///
/// # Errors
/// If the engine refuses.
pub fn reached(engine: &dyn Engine, plan: &Plan, scope: &Scope) -> Result<Vec<MetricId>> {
    engine.relation("reached", &[("metric", Type::Text), ("account", Type::Int), ("reached_us", Type::Long)], &[])?;
    let question = Question::default();
    let mut told = Vec::new();
    let mut keep = |id: &MetricId, from: Option<&str>| -> Result<()> {
        let Some(from) = from else { return Ok(()) };
        let kept = format!("insert into reached select ?, cast(actor as integer), reached_us from {from}");
        engine.run(&format!("{kept} where reached_us is not null"), &[id.as_str().into()])?;
        told.push(id.clone());
        Ok(())
    };
    for traction in plan.traction().filter(|traction| traction.actor == Actor::Account) {
        let asking = || Asking::new(engine, plan, scope, traction, &question);
        keep(&traction.id, firsts(&asking, &traction.kind)?)?;
    }
    for (outcome, behaviour) in behaviours(plan) {
        let traction = any_use(outcome, behaviour);
        let asking = Asking::new(engine, plan, scope, &traction, &question)?;
        asking.ask(&[asking.own(0, behaviour)], &[])?;
        let first = "(select actor, min(ts_us) as reached_us from uses() group by actor)";
        keep(&traction.id, Some(first))?;
    }
    Ok(told)
}

/// Makes a relation (actor, reached_us) of what happens once, and names it; nothing for what does not, or has no one moment.
fn firsts<'a>(asking: &dyn Fn() -> Result<Asking<'a>>, kind: &TractionKind) -> Result<Option<&'static str>> {
    match kind {
        TractionKind::Activation(activation) if !activation.ordered => {
            kinds::activation::make_units(&asking()?, activation)?;
            Ok(Some("units"))
        }
        TractionKind::Funnel(funnel) => {
            let asking = asking()?;
            let completed = kinds::funnel::first_completed(&asking, funnel)?;
            let rows: Vec<_> =
                completed.iter().map(|(actor, us)| vec![Value::Long(*actor), Value::Long(*us)]).collect();
            let columns = [("actor", Type::Long), ("reached_us", Type::Long)];
            asking.engine.relation("first_completed", &columns, &rows)?;
            Ok(Some("first_completed"))
        }
        TractionKind::Retention(retention) => {
            Ok(kinds::retention::make_reached(&asking()?, retention)?.then_some("first_returns"))
        }
        TractionKind::Activation(_) | TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => {
            Ok(None)
        }
    }
}

/// The outcomes whose behaviour happens once.
fn behaviours(plan: &Plan) -> impl Iterator<Item = (&Outcome, &SignalId)> {
    let told = plan.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.behaviour.as_ref()?)));
    told.filter(|(_, behaviour)| plan.signal(behaviour).happens_once())
}

/// An outcome's behaviour as the plainest metric there is, so that it is asked for like any other.
fn any_use(outcome: &Outcome, behaviour: &SignalId) -> Traction {
    let used = Use { signal: behaviour.clone(), at_least: 1, per: None };
    Traction {
        id: MetricId::new(outcome.id.as_str()),
        title: outcome.statement.clone(),
        outcome: outcome.id.clone(),
        actor: Actor::Account,
        kind: TractionKind::Active(Active { signals: vec![used], period: Unit::Week, trailing: None }),
        target: None,
        better: Better::None,
        owner_says: None,
    }
}
