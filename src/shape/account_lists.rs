//! Lists of accounts for people to act on: how far each has come with an outcome, and which company or customer may be theirs.
//! Nothing here changes a match; a suggestion counts once a person has kept it in the file of matches by hand (R8.3).

use std::collections::BTreeSet;

use anyhow::{Context, Result};

use super::make::load;
use crate::engine::{Engine, Frame};
use crate::model::column::{Type, Value};
use crate::model::ids::{OutcomeId, SignalId};
use crate::model::metric::{Criterion, TractionKind, Use};
use crate::model::scope::Scope;
use crate::plan::{Outcome, Plan};

/// Every account with how far it has come with an outcome, and what the CRM and billing say of it: `account_id, state,
/// started_on, reached_on, last_on, ended_on, company_id, company_name, company_domain, mrr`, and a column per segment.
/// The state is `reached`, `lapsed` (reached, but not done in the 28 days up to `as_of`), `started` or `not-started`.
///
/// # Errors
/// If the plan has no such outcome, it names no behaviour, or the engine refuses.
pub fn account_states(engine: &dyn Engine, plan: &Plan, scope: &Scope, outcome: &OutcomeId) -> Result<Frame> {
    let found = plan.outcomes.iter().find(|known| known.id == *outcome);
    let found = found.with_context(|| format!("there is no outcome `{outcome}`"))?;
    let behaviour = found.behaviour.as_ref().with_context(|| {
        format!("outcome `{outcome}` names no behaviour: give it `behaviour = \"<signal>\"`, so that it can be seen who reached it")
    })?;
    asked(engine, plan, found, behaviour)?;
    load(engine, "account_states.sql")?;
    load(engine, "account_list.sql")?;
    engine.query(
        "select * from account_list(?, ?) order by \
         list_position(['reached', 'lapsed', 'started', 'not-started'], state), mrr desc nulls last, account_id",
        &[scope.as_of.into(), (scope.as_of_end_us - 1).into()],
    )
}

/// Proposals for the file of matches by hand, in its own columns first: `customer, account, company`, then `certainty`
/// (likely, possible, unclear), `reason`, and names to know both sides by. Only equal domains and names, never free mail.
///
/// # Errors
/// If the engine refuses.
pub fn suggestions(engine: &dyn Engine, scope: &Scope) -> Result<Frame> {
    for file in ["company_clues", "account_clues", "customer_clues", "suggested_pairs", "suggestions"] {
        load(engine, &format!("{file}.sql"))?;
    }
    engine.query(
        "select * from suggestions(?) order by list_position(['likely', 'possible', 'unclear'], certainty), \
         mrr desc nulls last, users desc nulls last, customer nulls first, account, company",
        &[(scope.as_of_end_us - 1).into()],
    )
}

/// Makes `state_signals` and `step_gauges`: the behaviour, and what starts or leads to it.
fn asked(engine: &dyn Engine, plan: &Plan, outcome: &Outcome, behaviour: &SignalId) -> Result<()> {
    let mut rows = vec![row(plan, "behaviour", &own(plan, behaviour))];
    let mut gauges = Vec::new();
    let mut known = BTreeSet::new();
    for traction in plan.traction().filter(|traction| traction.outcome == outcome.id) {
        let (signals, floors) = steps(plan, &traction.kind);
        for step in signals {
            if known.insert((step.signal.clone(), step.at_least, step.per)) {
                rows.push(row(plan, "step", &step));
            }
        }
        gauges.extend(floors.into_iter().map(|(gauge, floor)| vec![Value::Text(gauge), floor.into()]));
    }
    use Type::{Bool, Double, Int, Text};
    let columns = [("role", Text), ("signal", Int), ("needed", Int), ("per", Text), ("is_distinct", Bool)];
    engine.relation("state_signals", &columns, &rows)?;
    engine.relation("step_gauges", &[("gauge", Text), ("floor_value", Double)], &gauges)
}

/// The start and the steps of an activation or a funnel; an activation also asks for gauges.
fn steps(plan: &Plan, kind: &TractionKind) -> (Vec<Use>, Vec<(String, f64)>) {
    match kind {
        TractionKind::Activation(activation) => {
            let mut signals = vec![activation.start.clone()];
            let mut gauges = Vec::new();
            for criterion in activation.reach.needed().1 {
                match criterion {
                    Criterion::Signal { signal, .. } => signals.push(own(plan, signal)),
                    Criterion::Gauge { gauge, at_least } => gauges.push((gauge.clone(), *at_least)),
                }
            }
            (signals, gauges)
        }
        TractionKind::Funnel(funnel) => (funnel.steps.iter().map(|step| own(plan, &step.signal)).collect(), Vec::new()),
        TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Retention(_) | TractionKind::Gauge(_) => {
            (Vec::new(), Vec::new())
        }
    }
}

/// A signal with its own count.
fn own(plan: &Plan, id: &SignalId) -> Use {
    let signal = plan.signal(id);
    Use { signal: id.clone(), at_least: signal.at_least, per: signal.per }
}

fn row(plan: &Plan, role: &str, asked: &Use) -> Vec<Value> {
    let (place, signal) = (0_i64..)
        .zip(&plan.signals)
        .find(|(_, signal)| signal.id == asked.signal)
        .expect("a resolved plan names only signals it has");
    vec![
        role.into(),
        place.into(),
        i64::from(asked.at_least.max(1)).into(),
        asked.per.map(|unit| unit.word()).into(),
        signal.distinct.is_some().into(),
    ]
}
