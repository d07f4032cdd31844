//! What the check enforces over the whole plan, once every part of it has been read.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::file::read::{At, Perhaps, entries};
use super::issues;
use super::problems::Section;
use super::resolve::Resolver;
use super::{Matches, Outcome, Plan};
use crate::model::metric::{Criterion, Traction, TractionKind};
use crate::model::period::{days_between, plus_days};

/// Looks at the whole plan.
pub(super) fn check(resolver: &mut Resolver<'_>, plan: &Plan) {
    resolver.problems.enter(Section::Metrics);
    for metric in plan.traction() {
        can_mature(resolver, plan, metric);
    }
    resolver.problems.enter(Section::Line);
    for outcome in &plan.outcomes {
        outcome_is_sound(resolver, plan, outcome);
    }
    lanes_and_objectives(resolver, plan);
    ends_are_linked(resolver);
}

/// The first whole cohort after the target's start has closed its windows by the target's day.
fn can_mature(resolver: &mut Resolver<'_>, plan: &Plan, metric: &Traction) {
    let TractionKind::Activation(activation) = &metric.kind else { return };
    let Some(target) = &metric.target else { return };
    let agreed =
        plan.outcomes.iter().find(|outcome| outcome.id == metric.outcome).and_then(|outcome| outcome.agreed.as_ref());
    let Some(start) = target.from.map(|from| from.1).or(agreed.map(|agreed| agreed.on)) else { return };
    let calendar = &plan.workspace.calendar;
    let first = calendar.period(activation.cohort, plus_days(start, -1));
    let cohort = calendar.period(activation.cohort, first.end);
    let closes = plus_days(cohort.end, activation.within.whole_days() - 1);
    if closes <= target.by {
        return;
    }
    let problem = issues::activation_cannot_mature(
        metric.id.as_str(),
        &activation.within.words(),
        cohort.start,
        closes,
        target.by,
    );
    let file = resolver.file;
    let written = entries(&file.traction)
        .iter()
        .find(|written| written.value.id.value().is_some_and(|id| id == metric.id.as_str()));
    let by = written.and_then(|written| written.value.target.value()).and_then(|target| target.by.as_ref());
    if let Some(by) = by {
        resolver.problems.push(&by.span, problem);
    }
}

/// Agreed and not lapsed, serving something, measured by what customers do, told as who does what.
fn outcome_is_sound(resolver: &mut Resolver<'_>, plan: &Plan, outcome: &Outcome) {
    let file = resolver.file;
    let id = outcome.id.as_str();
    let Some(written) =
        entries(&file.outcome).iter().find(|written| written.value.id.value().is_some_and(|known| known == id))
    else {
        return;
    };
    match &outcome.agreed {
        None if written.value.agreed.is_none() => resolver.problems.push(&written.span, issues::outcome_not_agreed(id)),
        None => {}
        Some(agreed) => {
            let lapsed: Option<Date> =
                agreed.review_by.filter(|review| *review < resolver.today && *review >= agreed.on);
            if let (Some(due), Some(at)) = (lapsed, written.value.agreed.as_ref()) {
                let days = days_between(due, resolver.today);
                resolver.problems.push(&at.span, issues::agreement_lapsed(id, due, days));
            }
        }
    }
    if outcome.objective.is_none() && written.value.objective.is_none() && !plan.objectives.is_empty() {
        resolver.problems.push(&written.span, issues::outcome_serves_none(id, plan.objectives.len()));
    }
    let measured = entries(&file.traction).iter().any(|metric| metric.value.outcome.value().is_some_and(|of| of == id));
    if !measured {
        resolver.problems.push(&written.span, issues::outcome_unmeasured(id));
    }
    let events = output_only(plan, outcome);
    if !events.is_empty() {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        resolver.problems.push(&written.span, issues::outcome_output_only(id, &events));
    }
    if let Some(statement) = written.value.statement.as_ref().filter(|statement| is_vague(&statement.value)) {
        resolver.problems.push(&statement.span, issues::statement_vague(id));
    }
}

/// The events that the outcome's metrics count, if all of them are things that we ship.
fn output_only(plan: &Plan, outcome: &Outcome) -> BTreeSet<String> {
    let mut events = BTreeSet::new();
    for metric in plan.traction().filter(|metric| metric.outcome == outcome.id) {
        for signal in signals_of(&metric.kind) {
            match plan.signals.iter().find(|known| known.id.as_str() == signal).map(|signal| &signal.matches) {
                Some(Matches::Events(names)) => events.extend(names.iter().cloned()),
                _ => return BTreeSet::new(),
            }
        }
        if matches!(metric.kind, TractionKind::Gauge(_)) {
            return BTreeSet::new();
        }
    }
    if events.iter().all(|event| is_output(event)) { events } else { BTreeSet::new() }
}

/// The ids of the signals that a metric counts.
fn signals_of(kind: &TractionKind) -> Vec<&str> {
    match kind {
        TractionKind::Active(active) => active.signals.iter().map(|used| used.signal.as_str()).collect(),
        TractionKind::Activation(activation) => {
            let reached = activation.reach.needed().1.iter().filter_map(|criterion| match criterion {
                Criterion::Signal { signal, .. } => Some(signal.as_str()),
                Criterion::Gauge { .. } => None,
            });
            reached.collect()
        }
        TractionKind::Adoption(adoption) => vec![adoption.signal.as_str()],
        TractionKind::Retention(retention) => vec![retention.back.signal.as_str()],
        TractionKind::Funnel(funnel) => funnel.steps.iter().map(|step| step.signal.as_str()).collect(),
        TractionKind::Gauge(_) => Vec::new(),
    }
}

/// Whether an event's name says that we shipped something.
fn is_output(event: &str) -> bool {
    let words: Vec<String> = event.split(|letter: char| !letter.is_alphanumeric()).map(str::to_lowercase).collect();
    let has = |word: &str| words.iter().any(|known| known == word);
    has("shipped") || has("released") || (has("feature") && has("launched")) || (has("release") && has("published"))
}

/// Whether a statement names no one who would do anything differently.
fn is_vague(statement: &str) -> bool {
    const ACTORS: [&str; 24] = [
        "team",
        "account",
        "customer",
        "user",
        "people",
        "person",
        "company",
        "companies",
        "admin",
        "operator",
        "developer",
        "engineer",
        "member",
        "partner",
        "organisation",
        "organization",
        "who",
        "someone",
        "they",
        "buyer",
        "visitor",
        "client",
        "site",
        "actor",
    ];
    let words: Vec<String> = statement
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.to_lowercase())
        .collect();
    let names_one =
        words.iter().any(|word| ACTORS.contains(&word.as_str()) || ACTORS.contains(&word.trim_end_matches('s')));
    let says_deed = words.len() >= 3 && words.first().is_some_and(|first| !is_our_deed(first));
    !names_one && !says_deed
}

/// What we do, as a first word.
fn is_our_deed(word: &str) -> bool {
    [
        "ship", "launch", "build", "release", "deliver", "improve", "increase", "grow", "reduce", "add", "migrate",
        "redesign", "more", "better",
    ]
    .contains(&word)
}

fn lanes_and_objectives(resolver: &mut Resolver<'_>, plan: &Plan) {
    let file = resolver.file;
    for lane in entries(&file.lane) {
        let Some(id) = lane.value.id.value() else { continue };
        if !plan.outcomes.iter().any(|outcome| outcome.lane.as_str() == id) {
            resolver.problems.push(&lane.span, issues::lane_without_outcome(id));
        }
        if lane.value.owner.is_none() {
            resolver.problems.push(&lane.span, issues::lane_without_owner(id));
        }
    }
    for objective in entries(&file.objective) {
        let Some(id) = objective.value.id.value() else { continue };
        let serves = |outcome: &Outcome| outcome.objective.as_ref().is_some_and(|served| served.as_str() == id);
        if !plan.outcomes.iter().any(serves) {
            resolver.problems.push(&objective.span, issues::objective_unserved(id));
        }
    }
}

/// Every traction metric leads somewhere, every business metric is led to; metrics that are left out are not asked.
fn ends_are_linked(resolver: &mut Resolver<'_>) {
    let file = resolver.file;
    let links = entries(&file.link);
    let business: BTreeSet<&String> =
        entries(&file.business).iter().filter_map(|metric| metric.value.id.value()).collect();
    // A link that was refused says what is wrong with it; that its ends are not linked is no news then.
    let leads = |id: &String| {
        links.iter().any(|link| {
            let backwards = link.value.from.value().is_some_and(|from| business.contains(from));
            link.value.from.value() == Some(id) || (backwards && link.value.to.value() == Some(id))
        })
    };
    let led =
        |id: &String| links.iter().any(|link| [link.value.to.value(), link.value.from.value()].contains(&Some(id)));
    let mut found = Vec::new();
    for metric in entries(&file.traction) {
        found
            .extend(unlinked(&metric.value.id, leads).map(|id| (&metric.span, id, issues::traction_leads_nowhere(id))));
    }
    for metric in entries(&file.business) {
        found.extend(unlinked(&metric.value.id, led).map(|id| (&metric.span, id, issues::business_unled(id))));
    }
    for (span, id, problem) in found {
        if !resolver.not_built.contains(id) {
            resolver.problems.push(span, problem);
        }
    }
}

fn unlinked(id: &Option<At<String>>, linked: impl Fn(&String) -> bool) -> Option<&String> {
    id.value().filter(|id| !linked(id))
}
