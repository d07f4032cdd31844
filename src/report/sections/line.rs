//! The line: lanes, outcomes, traction and business, what is known of each arrow, and what hangs in the air.

use crate::model::evidence::Finding;
use crate::model::ids::{MetricId, SignalId};
use crate::model::metric::{Metric, Traction, TractionKind};
use crate::model::reading::{Datum, Reading};
use crate::plan::{LinkFrom, Matches, Outcome, Plan};
use crate::report::inputs::Findings;
use crate::report::numbers;
use crate::report::wording;

use super::front;
use crate::report::chart::spec::{Arrow, Grade, Line, LineNode, LineRow};
use crate::report::figure::Figure;
use crate::report::judged::Judged;

/// Over so many rows the drawing stands on page two.
const ON_PAGE_ONE: usize = 6;

/// The line.
pub(super) fn line(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Line {
    let rows = rows(plan, judged);
    let business: Vec<&Judged<'_>> = judged.iter().filter(|one| one.place.is_none()).collect();
    let traction: Vec<&MetricId> = rows.iter().filter_map(|(_, id)| id.as_ref().copied()).collect();
    let row_of = |id: &MetricId| rows.iter().position(|(_, row)| row.is_some_and(|row| row == id));
    let arrows: Vec<Arrow> = plan
        .links
        .iter()
        .filter_map(|link| {
            let LinkFrom::Metric(from) = &link.from else { return None };
            let business = business.iter().position(|one| *one.metric.id() == link.to)?;
            Some(Arrow {
                row: row_of(from)?,
                business,
                grade: grade(findings, from, &link.to),
                because: link.because.clone(),
            })
        })
        .collect();
    let on_page_one = rows.len() <= ON_PAGE_ONE;
    let below = below(findings, plan, &traction);
    let business = business.into_iter().map(|one| node(plan, one)).collect();
    let mut line = Line {
        rows: rows.into_iter().map(|(row, _)| row).collect(),
        business,
        arrows,
        on_page_one,
        below,
        alt: String::new(),
    };
    line.alt = wording::line_alt(&line);
    line
}

/// One row per traction metric, or per outcome without one, with the metric's id.
fn rows<'a>(plan: &'a Plan, judged: &[Judged<'a>]) -> Vec<(LineRow, Option<&'a MetricId>)> {
    let mut rows = Vec::new();
    for lane in &plan.lanes {
        let mut lane_name = Some(lane.name.clone());
        for outcome in plan.outcomes.iter().filter(|outcome| outcome.lane == lane.id) {
            let mut statement = Some(outcome.statement.clone());
            let ours: Vec<&Judged<'a>> =
                judged.iter().filter(|one| one.place.is_some_and(|(_, place)| place.id == outcome.id)).collect();
            if ours.is_empty() {
                let row =
                    LineRow { lane: lane_name.take(), outcome: statement.take(), node: None, grade: Grade::Ungraded };
                rows.push((row, None));
            }
            for one in ours {
                let Metric::Traction(traction) = one.metric else { continue };
                let grade = if by_definition(plan, outcome, traction) { Grade::ByDefinition } else { Grade::Ungraded };
                let node = Some(node(plan, one));
                let row = LineRow { lane: lane_name.take(), outcome: statement.take(), node, grade };
                rows.push((row, Some(one.metric.id())));
            }
        }
    }
    rows
}

fn grade(findings: &Findings, from: &MetricId, to: &MetricId) -> Grade {
    let found = findings.evidence.iter().find(|evidence| evidence.from == *from && evidence.to == *to);
    match found.map(|evidence| &evidence.finding) {
        Some(Finding::ByDefinition) => Grade::ByDefinition,
        Some(Finding::Compared(_) | Finding::NotTestable { .. }) | None => Grade::Ungraded,
    }
}

/// Whether the metric counts the outcome's own behaviour: an event name or gauge in common (evidence.md 1).
pub(super) fn by_definition(plan: &Plan, outcome: &Outcome, traction: &Traction) -> bool {
    let Some(behaviour) = outcome.behaviour.as_ref() else { return false };
    let behaviour = &plan.signal(behaviour).matches;
    let shares = |matches: &Matches| match (behaviour, matches) {
        (Matches::Events(ours), Matches::Events(theirs)) => ours.iter().any(|name| theirs.contains(name)),
        (Matches::Gauge(ours), Matches::Gauge(theirs)) => ours == theirs,
        _ => false,
    };
    let (signals, gauges) = counted(traction);
    signals.into_iter().any(|signal| shares(&plan.signal(signal).matches))
        || gauges.into_iter().any(|gauge| shares(&Matches::Gauge(gauge)))
}

/// The signals and gauges that a metric counts, beside those that only begin a cohort.
fn counted(traction: &Traction) -> (Vec<&SignalId>, Vec<String>) {
    use crate::model::metric::Criterion;
    match &traction.kind {
        TractionKind::Active(active) => (active.signals.iter().map(|one| &one.signal).collect(), Vec::new()),
        TractionKind::Activation(activation) => {
            let mut both = (Vec::new(), Vec::new());
            for criterion in activation.reach.needed().1 {
                match criterion {
                    Criterion::Signal { signal, .. } => both.0.push(signal),
                    Criterion::Gauge { gauge, .. } => both.1.push(gauge.clone()),
                }
            }
            both
        }
        TractionKind::Adoption(adoption) => (vec![&adoption.signal], Vec::new()),
        TractionKind::Retention(retention) => (vec![&retention.back.signal], Vec::new()),
        TractionKind::Funnel(funnel) => (funnel.steps.iter().skip(1).map(|step| &step.signal).collect(), Vec::new()),
        TractionKind::Gauge(gauge) => (Vec::new(), vec![gauge.gauge.clone()]),
    }
}

fn node(plan: &Plan, judged: &Judged<'_>) -> LineNode {
    let bars_only = judged.metric.kind_name() == "mrr_movements";
    let (value, small) = match (judged.held(), judged.dead(), judged.last()) {
        ([], Some(dead), _) => ("–".to_owned(), wording::no_reading_since(dead)),
        ([], None, Some((unit, reading))) => {
            let figure = Figure::of(reading, &judged.style, plan.sync.min_n);
            let period = wording::short_period(unit, reading.period.start);
            if let Some(net) = net(reading).filter(|_| bars_only) {
                return LineNode { value: judged.style.moved(net), small: format!("net, {period}"), ..titled(judged) };
            }
            let counts = figure.counts(reading, &judged.style);
            let of = counts.map_or(period.clone(), |counts| format!("{counts}, {period}"));
            (figure.text, of)
        }
        ([], None, None) if bars_only => ("–".to_owned(), "see its bars".to_owned()),
        ([], None, None) => ("–".to_owned(), "no settled reading yet".to_owned()),
        (held, _, _) => ("–".to_owned(), format!("held back: {}", held.join(", "))),
    };
    LineNode { value, small, ..titled(judged) }
}

/// A node without a figure yet.
fn titled(judged: &Judged<'_>) -> LineNode {
    let title = judged.title().to_owned();
    LineNode { number: judged.number, title, value: String::new(), small: String::new(), letter: judged.letter() }
}

/// What movements come to: the stock at the end is another metric's.
fn net(reading: &Reading) -> Option<f64> {
    let money = |name: &str| {
        reading.rest.iter().find_map(|(column, datum)| match datum {
            Datum::Money(micros) if *column == name => Some(*micros as f64 / 1e6),
            _ => None,
        })
    };
    Some(money("closing")? - money("opening")?)
}

/// What hangs in the air, heading by heading; what is not there has no heading.
fn below(findings: &Findings, plan: &Plan, traction: &[&MetricId]) -> Vec<(String, Vec<String>)> {
    let not_agreed = plan.outcomes.iter().filter(|outcome| !front::is_agreed(findings, outcome));
    let not_agreed = not_agreed.map(wording::how_not_agreed).collect();
    let bare = |lane: &&crate::plan::Lane| !plan.outcomes.iter().any(|outcome| outcome.lane == lane.id);
    let lanes = plan.lanes.iter().filter(bare).map(|lane| lane.name.clone()).collect();
    let linked = |id: &MetricId| plan.links.iter().any(|link| link.from == LinkFrom::Metric(id.clone()));
    let title = |id: &MetricId| plan.traction().find(|one| one.id == *id).map(|one| one.title.clone());
    let silent = traction.iter().filter(|id| !linked(id)).filter_map(|id| title(id));
    let silent = silent.map(|title| format!("{title} (no link)")).collect();
    let whole = plan.links.iter().filter_map(|link| {
        let LinkFrom::Outcome(from) = &link.from else { return None };
        let outcome = plan.outcomes.iter().find(|outcome| outcome.id == *from)?;
        let to = plan.business().find(|business| business.id == link.to)?;
        Some(format!("{} → {}: {}", outcome.statement, to.title, Grade::Ungraded.words()))
    });
    let changed = plan.definition_changes.iter().map(|change| {
        let title = plan
            .traction()
            .find(|one| one.id == change.metric)
            .map_or(change.metric.to_string(), |one| one.title.clone());
        format!("{title}, {}: {}", numbers::day(change.on), change.because)
    });
    let all: [(&str, Vec<String>); 5] = [
        ("Outcomes not agreed", not_agreed),
        ("Lanes without outcomes", lanes),
        ("Metrics that signal nothing", silent),
        ("From outcome to business directly", whole.collect()),
        ("Definitions that changed", changed.collect()),
    ];
    all.into_iter().filter(|(_, lines)| !lines.is_empty()).map(|(name, lines)| (name.to_owned(), lines)).collect()
}
