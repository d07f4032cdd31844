//! What a metric counts, in a sentence that leaves no convention unsaid.

use crate::model::metric::{
    Activation, Active, Actor, Adoption, Breakdown, Clock, CohortEntry, Count, Criterion, Funnel, FunnelEntry,
    FunnelOrder, Gauge, Reach, Reduce, Retention, ReturnCriterion, Traction, TractionKind, Use,
};
use crate::model::period::Unit;
use crate::plan::Plan;

/// The definition in words.
pub fn definition(plan: &Plan, traction: &Traction) -> String {
    let who = actors(traction.actor);
    match &traction.kind {
        TractionKind::Active(active) => of_active(who, active),
        TractionKind::Activation(activation) => of_activation(who, activation),
        TractionKind::Adoption(adoption) => of_adoption(who, adoption),
        TractionKind::Retention(retention) => of_retention(who, retention),
        TractionKind::Funnel(funnel) => of_funnel(who, funnel, plan),
        TractionKind::Gauge(gauge) => of_gauge(gauge),
    }
}

fn actors(actor: Actor) -> &'static str {
    match actor {
        Actor::Account => "accounts",
        Actor::User => "users",
    }
}

fn of_active(who: &str, active: &Active) -> String {
    let done: Vec<_> = active.signals.iter().map(used).collect();
    let when = match active.trailing {
        Some(length) => format!("in the {} that end with each {}", length.words(), active.period.word()),
        None => format!("in each {}", active.period.word()),
    };
    format!("Different {who} that did {} {when}.", done.join(" or "))
}

fn of_activation(who: &str, activation: &Activation) -> String {
    let (_, criteria) = activation.reach.needed();
    let list: Vec<_> = criteria.iter().map(criterion).collect();
    let reached = match &activation.reach {
        Reach::All(_) => list.join(" and "),
        Reach::Any(_) => list.join(" or "),
        Reach::Some(count, _) => format!("at least {count} of {}", list.join(", ")),
    };
    let order = if activation.ordered { ", in that order" } else { "" };
    let same = if activation.by_same_user { ", all by one user" } else { "" };
    format!(
        "Of the {who} that did {} for the first time in each {}, the share that reached {reached} within {} from then\
         {order}{same}; windows still open are counted apart.",
        used(&activation.start),
        activation.cohort.word(),
        activation.within.words(),
    )
}

fn of_adoption(who: &str, adoption: &Adoption) -> String {
    let test = adoption.eligible.as_ref().map_or(String::new(), |test| format!(" and pass `{test}` then"));
    let users = adoption.min_users.map_or(String::new(), |users| format!(" by at least {users} of their users"));
    format!(
        "Of the {who} that exist at each {}'s end{test}, the share with at least {} of `{}` in the {} that end with it{users}.",
        adoption.period.word(),
        times(adoption.at_least),
        adoption.signal,
        adoption.trailing.words(),
    )
}

fn of_retention(who: &str, retention: &Retention) -> String {
    let unit = retention.period.word();
    let entry = match retention.entry {
        CohortEntry::FirstTime => format!("for the first time in a {unit}"),
        CohortEntry::Recurring => format!("in a {unit}"),
    };
    let returns =
        if retention.return_at_least > 1 { format!(" {}", times(retention.return_at_least)) } else { String::new() };
    let when = match retention.criterion {
        ReturnCriterion::On => format!("in the {} {unit} after it", kth(retention.k)),
        ReturnCriterion::OnOrAfter => {
            let (kth, last) = (kth(retention.k), ordinal(retention.periods));
            format!("in the {kth} {unit} after it or a later one, up to the {last}")
        }
        ReturnCriterion::Bracket(from, to) => {
            format!("between the {} and the {} {unit} after it", ordinal(from), ordinal(to))
        }
    };
    let clock = match retention.clock {
        Clock::Calendar => format!("{unit}s by the calendar"),
        Clock::Rolling => format!("{unit}s by lengths from the start"),
    };
    let same = held(&retention.same);
    format!(
        "Of the {who} that did {} {entry}, the share that did {}{returns} {when}{same}; {clock}.",
        used(&retention.start),
        used(&retention.back),
    )
}

fn of_funnel(who: &str, funnel: &Funnel, plan: &Plan) -> String {
    let steps: Vec<_> = funnel
        .steps
        .iter()
        .map(|step| {
            let within =
                step.within.map_or(String::new(), |within| format!(" (within {} of the step before)", within.words()));
            format!("`{}`{within}", plan.signal(&step.signal).id)
        })
        .collect();
    let order = match funnel.order {
        FunnelOrder::Ordered => "in this order",
        FunnelOrder::Strict => "in this order and nothing between",
        FunnelOrder::Any => "in whatever order",
    };
    let entry = match funnel.entry {
        FunnelEntry::Best => "each by the attempt that gets furthest",
        FunnelEntry::First => "each by its first attempt in the range",
        FunnelEntry::Each => "every attempt by itself",
    };
    let exclude: Vec<_> = funnel.exclude.iter().map(|exclusion| format!("`{}`", exclusion.signal)).collect();
    let without =
        if exclude.is_empty() { String::new() } else { format!(", without {} between", exclude.join(" or ")) };
    let user = if funnel.by_same_user { ", all by one user" } else { "" };
    let split = match funnel.breakdown {
        Breakdown::Entry => String::new(),
        Breakdown::Step(step) => format!(" A split takes the value at step {step}."),
        Breakdown::First => " A split takes the first value an attempt has.".to_owned(),
        Breakdown::Last => " A split takes the last value an attempt has.".to_owned(),
    };
    format!(
        "Of the {who} that began {}, the share that got to each step {order} within {}{without}{}{user}, {entry}; windows \
         still open are counted apart.{split}",
        steps.join(", "),
        funnel.within.words(),
        held(&funnel.same),
    )
}

fn of_gauge(gauge: &Gauge) -> String {
    let unit = gauge.period.word();
    let what = match gauge.reduce {
        Reduce::Sum => "The sum".to_owned(),
        Reduce::Mean => "The mean".to_owned(),
        Reduce::Share(floor) => format!("The share at or above {floor}"),
    };
    format!(
        "{what} of each account's last reading of `{}` in each {unit}, over accounts that exist at its end.",
        gauge.gauge
    )
}

fn criterion(criterion: &Criterion) -> String {
    match criterion {
        Criterion::Gauge { gauge, at_least } => format!("a reading of `{gauge}` of {at_least} or more"),
        Criterion::Signal { signal, count, at_least } => match (count, at_least) {
            (Count::Times, 1) => format!("`{signal}`"),
            (Count::Times, least) => format!("{} of `{signal}`", times(*least)),
            (Count::Days, least) => format!("`{signal}` on {least} different days"),
            (Count::Users, least) => format!("`{signal}` by {least} different users"),
            (Count::Values, least) => format!("`{signal}` with {least} different values"),
        },
    }
}

fn used(used: &Use) -> String {
    let often = if used.at_least > 1 { format!(" {}", times(used.at_least)) } else { String::new() };
    let per = used.per.map_or(String::new(), |unit: Unit| format!(" in a {}", unit.word()));
    format!("`{}`{often}{per}", used.signal)
}

fn held(same: &[String]) -> String {
    if same.is_empty() { String::new() } else { format!(", with the same {}", same.join(" and ")) }
}

fn times(count: u32) -> String {
    match count {
        1 => "1 time".to_owned(),
        count => format!("{count} times"),
    }
}

/// Which `k`: the one that is asked for, else each.
fn kth(k: Option<u32>) -> String {
    k.map_or("k-th".to_owned(), ordinal)
}

/// `1st`, `2nd`, `11th`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
