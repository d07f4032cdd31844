//! Who reached what, and when: the accounts' first time of each activation, funnel and return, and of behaviours that
//! happen once, for links that ask about it (evidence.md 3.1, 6).

use anyhow::Result;

use super::{Asking, kinds};
use crate::engine::Engine;
use crate::model::ids::{MetricId, SignalId};
use crate::model::metric::{Active, Actor, Better, Traction, TractionKind, Use};
use crate::model::period::Unit;
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::{Outcome, Plan};

/// What an account may reach.
#[derive(Debug, Clone)]
pub enum Reachable<'a> {
    /// A metric that counts accounts.
    Metric(&'a Traction),
    /// An outcome's behaviour that happens once, as the plainest metric there is, under the outcome's id.
    Behaviour(Box<Traction>, &'a SignalId),
}

impl Reachable<'_> {
    /// The metric's id, or the outcome's.
    pub fn id(&self) -> &MetricId {
        match self {
            Self::Metric(traction) => &traction.id,
            Self::Behaviour(traction, _) => &traction.id,
        }
    }
}

/// All that an account may reach, in the plan's order; of some it turns out that there is no one moment.
pub fn reachable(plan: &Plan) -> Vec<Reachable<'_>> {
    let metrics = plan.traction().filter(|traction| traction.actor == Actor::Account).map(Reachable::Metric);
    let behaviours = behaviours(plan)
        .map(|(outcome, behaviour)| Reachable::Behaviour(Box::new(any_use(outcome, behaviour)), behaviour));
    metrics.chain(behaviours).collect()
}

/// The accounts that reached it, and when first, in microseconds; nothing for what does not happen once, or has no one moment.
///
/// # Errors
/// If the engine refuses.
pub fn reached(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    reachable: &Reachable<'_>,
) -> Result<Option<Vec<(i64, i64)>>> {
    let question = Question::default();
    let asking = |traction| Asking::new(engine, plan, scope, traction, &question);
    let from = match reachable {
        Reachable::Metric(traction) => match firsts(&|| asking(traction), &traction.kind)? {
            Firsts::Rows(rows) => return Ok(Some(rows)),
            Firsts::Relation(name) => name,
            Firsts::None => return Ok(None),
        },
        Reachable::Behaviour(traction, behaviour) => {
            let asking = asking(traction)?;
            asking.ask(&[asking.own(0, behaviour)], &[])?;
            "(select actor, min(ts_us) as reached_us from uses group by actor)"
        }
    };
    let sql = format!("select actor, reached_us from {from} where reached_us is not null order by all");
    let frame = engine.query(&sql, &[])?;
    let row = |row| frame.long("actor", row).zip(frame.long("reached_us", row));
    Ok(Some((0..frame.rows()).filter_map(row).collect()))
}

/// Where first times stand.
enum Firsts {
    Rows(Vec<(i64, i64)>),
    /// A relation (actor, reached_us).
    Relation(&'static str),
    None,
}

/// The first time of what happens once.
fn firsts<'a>(asking: &dyn Fn() -> Result<Asking<'a>>, kind: &TractionKind) -> Result<Firsts> {
    match kind {
        TractionKind::Activation(activation) if !activation.ordered => {
            kinds::activation::make_units(&asking()?, activation)?;
            Ok(Firsts::Relation("units"))
        }
        TractionKind::Funnel(funnel) => Ok(Firsts::Rows(kinds::funnel::first_completed(&asking()?, funnel)?)),
        TractionKind::Retention(retention) => match kinds::retention::make_reached(&asking()?, retention)? {
            true => Ok(Firsts::Relation("first_returns")),
            false => Ok(Firsts::None),
        },
        TractionKind::Activation(_) | TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => {
            Ok(Firsts::None)
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
