//! What makes a unit exposed: what the link's `from` counts, read as weeks of use, as a level, or as something reached once.

use super::Context;
use super::issues::{self, Untestable};
use crate::model::ids::{MetricId, SignalId};
use crate::model::metric::{Criterion, Metric, Traction, TractionKind};
use crate::plan::{Link, LinkFrom, Matches, Plan};

/// A window of so many weeks or fewer asks about recent use, and for one active week less.
const RECENT_WEEKS: u32 = 8;

/// What makes a unit exposed.
#[derive(Debug, Clone, PartialEq)]
pub enum Exposure {
    /// Enough weeks in the window in which any of these signals happened.
    Weeks {
        /// The signals.
        signals: Vec<SignalId>,
        /// How many weeks are enough.
        at_least: i64,
    },
    /// At or above a level in the last week before the landmark.
    Stock {
        /// The gauge.
        gauge: String,
        /// The level.
        threshold: f64,
    },
    /// Reached for the first time inside the window; who reached earlier is left out.
    Once {
        /// The metric that is reached.
        metric: MetricId,
        /// The signals it is about.
        signals: Vec<SignalId>,
    },
}

impl Exposure {
    /// The signals whose weeks are counted.
    pub(super) fn counted_signals(&self) -> &[SignalId] {
        match self {
            Self::Weeks { signals, .. } => signals,
            Self::Once { .. } | Self::Stock { .. } => &[],
        }
    }

    /// The event names that belong to the link itself, so that they are not taken for general activity.
    pub(super) fn own_events(&self, plan: &Plan) -> Vec<String> {
        let signals = match self {
            Self::Weeks { signals, .. } | Self::Once { signals, .. } => signals.as_slice(),
            Self::Stock { .. } => &[],
        };
        let names = signals.iter().filter_map(|signal| match &plan.signal(signal).matches {
            Matches::Events(names) => Some(names.clone()),
            Matches::AnyEvent | Matches::Gauge(_) => None,
        });
        names.flatten().collect()
    }
}

/// What makes a unit exposed to a link's `from`, or why that cannot be told.
pub(super) fn of(plan: &Plan, context: &Context, link: &Link) -> Result<Exposure, Untestable> {
    if link.result.is_some() {
        return Err(issues::key_not_built("result"));
    }
    if link.eligible.is_some() {
        return Err(issues::key_not_built("eligible"));
    }
    let weeks = |signals: Vec<SignalId>| {
        let at_least = link.at_least.unwrap_or(if link.window_weeks <= RECENT_WEEKS { 2 } else { 3 });
        Ok(Exposure::Weeks { signals, at_least: i64::from(at_least) })
    };
    if let Some(signal) = &link.exposed {
        return weeks(vec![signal.clone()]);
    }
    match &link.from {
        LinkFrom::Outcome(outcome) => {
            let behaviour = plan.outcomes.iter().find(|one| one.id == *outcome).and_then(|one| one.behaviour.clone());
            let behaviour = behaviour.ok_or_else(|| issues::no_behaviour(outcome))?;
            match plan.signal(&behaviour).happens_once() {
                true => once(context, &MetricId::new(outcome.as_str()), vec![behaviour]),
                false => weeks(vec![behaviour]),
            }
        }
        LinkFrom::Metric(metric) => match plan.metric(metric) {
            Some(Metric::Traction(traction)) => of_traction(traction, context, link, weeks),
            Some(Metric::Business(_)) | None => Err(issues::no_exposure(metric)),
        },
    }
}

fn once(context: &Context, metric: &MetricId, signals: Vec<SignalId>) -> Result<Exposure, Untestable> {
    match context.reached.contains(metric) {
        true => Ok(Exposure::Once { metric: metric.clone(), signals }),
        false => Err(issues::reached_not_told(metric)),
    }
}

fn of_traction(
    traction: &Traction,
    context: &Context,
    link: &Link,
    weeks: impl Fn(Vec<SignalId>) -> Result<Exposure, Untestable>,
) -> Result<Exposure, Untestable> {
    let once = |signals: Vec<SignalId>| once(context, &traction.id, signals);
    match &traction.kind {
        TractionKind::Active(active) => weeks(active.signals.iter().map(|one| one.signal.clone()).collect()),
        TractionKind::Adoption(adoption) => weeks(vec![adoption.signal.clone()]),
        TractionKind::Activation(activation) => {
            let reached = activation.reach.needed().1.iter().filter_map(|criterion| match criterion {
                Criterion::Signal { signal, .. } => Some(signal.clone()),
                Criterion::Gauge { .. } => None,
            });
            once(std::iter::once(activation.start.signal.clone()).chain(reached).collect())
        }
        TractionKind::Funnel(funnel) => once(funnel.steps.iter().map(|step| step.signal.clone()).collect()),
        TractionKind::Retention(retention) => once(vec![retention.start.signal.clone(), retention.back.signal.clone()]),
        TractionKind::Gauge(gauge) => {
            let threshold = link.threshold.ok_or_else(|| issues::no_exposure(&traction.id))?;
            Ok(Exposure::Stock { gauge: gauge.gauge.clone(), threshold })
        }
    }
}
