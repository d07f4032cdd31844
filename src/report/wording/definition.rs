//! What a metric counts, in words, per kind.

use crate::model::length::Length;
use crate::model::metric::{
    Actor, Adoption, BusinessKind, Clock, CohortEntry, Count, Criterion, Funnel, FunnelEntry, FunnelOrder, Metric,
    Reach, Reduce, Retention, ReturnCriterion, Traction, TractionKind, Use,
};

/// What a metric counts, in one sentence.
pub fn definition(metric: &Metric) -> String {
    match metric {
        Metric::Traction(traction) => traction_words(traction),
        Metric::Business(business) => business_words(&business.kind),
    }
}

fn traction_words(traction: &Traction) -> String {
    let actors = match traction.actor {
        Actor::Account => "accounts",
        Actor::User => "users",
    };
    match &traction.kind {
        TractionKind::Active(active) => {
            let when = match active.trailing {
                Some(window) => format!("in the {} up to the period's end", window.words()),
                None => format!("in the {}", active.period.word()),
            };
            format!("{} with at least one {} {when}.", capital(actors), joined(active.signals.iter().map(used), "or"))
        }
        TractionKind::Activation(activation) => format!(
            "Of the {actors} whose first {} fell in the period, the share that reached {} within {}{}.",
            used(&activation.start),
            reach(&activation.reach),
            activation.within.words(),
            if activation.ordered { ", in this order" } else { "" }
        ),
        TractionKind::Adoption(adoption) => adoption_words(actors, adoption),
        TractionKind::Retention(retention) => retention_words(actors, retention),
        TractionKind::Funnel(funnel) => funnel_words(actors, funnel),
        TractionKind::Gauge(gauge) => match gauge.reduce {
            Reduce::Sum => format!("The last reading of {} in the period, summed over accounts.", gauge.gauge),
            Reduce::Mean => format!("The last reading of {} in the period, per account with a reading.", gauge.gauge),
            Reduce::Share(least) => {
                format!(
                    "Of the accounts with a reading of {}, the share whose last one is at or above {least}.",
                    gauge.gauge
                )
            }
        },
    }
}

fn adoption_words(actors: &str, adoption: &Adoption) -> String {
    let users = adoption.min_users.map_or(String::new(), |users| format!(" by at least {users} of its users"));
    let eligible = adoption.eligible.as_ref().map_or(String::new(), |test| format!(" that pass “{test}”"));
    format!(
        "Of the {actors}{eligible}, the share with at least {} {}{users} in the {} up to the period's end.",
        times(adoption.at_least),
        adoption.signal,
        adoption.trailing.words()
    )
}

fn retention_words(actors: &str, retention: &Retention) -> String {
    let enter = match retention.entry {
        CohortEntry::FirstTime => "first",
        CohortEntry::Recurring => "any",
    };
    let k = match retention.criterion {
        ReturnCriterion::On => format!("in {} {}", retention.period.word(), retention.k.unwrap_or(1)),
        ReturnCriterion::OnOrAfter => {
            format!("in {} {} or later", retention.period.word(), retention.k.unwrap_or(1))
        }
        ReturnCriterion::Bracket(from, to) => format!("in {}s {from} to {to}", retention.period.word()),
    };
    let clock = match retention.clock {
        Clock::Calendar => "by the calendar",
        Clock::Rolling => "by whole lengths since the start",
    };
    format!(
        "Of the {actors} whose {enter} {} fell in the period, the share with {}{} {k} after it, counted {clock}.",
        used(&retention.start),
        if retention.return_at_least > 1 { format!("{} × ", retention.return_at_least) } else { String::new() },
        used(&retention.back)
    )
}

fn funnel_words(actors: &str, funnel: &Funnel) -> String {
    let steps = funnel.steps.iter().map(|step| step.signal.to_string()).collect::<Vec<_>>().join(", ");
    let order = match funnel.order {
        FunnelOrder::Ordered => "in this order",
        FunnelOrder::Strict => "in this order with nothing between",
        FunnelOrder::Any => "in any order",
    };
    let entry = match funnel.entry {
        FunnelEntry::Best => "best attempt",
        FunnelEntry::First => "first attempt",
        FunnelEntry::Each => "every attempt",
    };
    let within = funnel.within.words();
    format!("Of the {actors} that entered, the share that went through {steps} {order} within {within}, by {entry}.")
}

fn business_words(kind: &BusinessKind) -> String {
    let span = |over: &Length| over.words();
    match kind {
        BusinessKind::Mrr => "Recurring revenue a month at each month's last instant.".to_owned(),
        BusinessKind::MrrMovements => {
            "How recurring revenue moved within each month: new, reactivation, expansion, contraction, churn."
                .to_owned()
        }
        BusinessKind::NetRevenueRetention { over } => {
            format!("What those who paid {} ago pay now, over what they paid then.", span(over))
        }
        BusinessKind::RenewalRate { over } => {
            format!("Of the renewals due in the last {} and decided, the share won.", span(over))
        }
    }
}

fn used(one: &Use) -> String {
    let per = one.per.map_or(String::new(), |unit| format!(" a {}", unit.word()));
    if one.at_least > 1 { format!("{} {}{per}", times(one.at_least), one.signal) } else { one.signal.to_string() }
}

fn times(count: u32) -> String {
    if count == 1 { "one".to_owned() } else { format!("{count} ×") }
}

fn reach(reach: &Reach) -> String {
    let (needed, criteria) = reach.needed();
    let all = criteria.iter().map(criterion);
    match reach {
        Reach::All(_) => joined(all, "and"),
        Reach::Any(_) => joined(all, "or"),
        Reach::Some(..) => format!("{needed} of {}", joined(all, "and")),
    }
}

fn criterion(criterion: &Criterion) -> String {
    match criterion {
        Criterion::Gauge { gauge, at_least } => format!("{gauge} of {at_least} or more"),
        Criterion::Signal { signal, at_least, count } => match count {
            Count::Times if *at_least == 1 => signal.to_string(),
            Count::Times => format!("{signal} {at_least} times"),
            Count::Days => format!("{signal} on {at_least} days"),
            Count::Users => format!("{signal} by {at_least} users"),
            Count::Values => format!("{signal} with {at_least} different values"),
        },
    }
}

fn joined(parts: impl Iterator<Item = String>, word: &str) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

fn capital(text: &str) -> String {
    super::capital(text)
}
