//! One metric's block: chart, nine numbers, verdict, companion, segment, who moved it, releases, customers' words.

use crate::model::metric::Metric;
use crate::model::period::plus_months;
use crate::plan::Plan;
use crate::report::inputs::Findings;
use crate::report::numbers;
use crate::report::wording;

use super::companion;
use super::moved;
use super::six_twelve::Made;
use crate::report::judged::Judged;
use crate::report::page::{Block, Section};

/// The lanes that have a metric or an outcome, in the plan's order.
pub(super) fn lanes(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Vec<Section> {
    plan.lanes
        .iter()
        .map(|lane| {
            let ours = judged.iter().filter(|one| one.place.is_some_and(|(place, _)| place.id == lane.id));
            let bare = plan.outcomes.iter().filter(|outcome| outcome.lane == lane.id);
            let bare = bare.filter(|outcome| !plan.traction().any(|traction| traction.outcome == outcome.id));
            let mut without: Vec<String> =
                bare.map(|outcome| wording::outcome_without_metric(&outcome.statement)).collect();
            if !plan.outcomes.iter().any(|outcome| outcome.lane == lane.id) {
                without.push("This lane has no outcome.".to_owned());
            }
            let serves = |id| {
                plan.outcomes.iter().any(|outcome| outcome.lane == lane.id && outcome.objective.as_ref() == Some(id))
            };
            let objectives = plan.objectives.iter().filter(|objective| serves(&objective.id));
            Section {
                name: lane.name.clone(),
                owner: lane.owner.clone(),
                objectives: objectives.map(|objective| objective.statement.clone()).collect(),
                blocks: ours.map(|one| block(findings, plan, one)).collect(),
                without,
            }
        })
        .collect()
}

/// The section of business metrics.
pub(super) fn business(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Section {
    let ours = judged.iter().filter(|one| one.place.is_none());
    Section {
        name: "Business".to_owned(),
        owner: None,
        objectives: Vec::new(),
        blocks: ours.map(|one| block(findings, plan, one)).collect(),
        without: Vec::new(),
    }
}

fn block(findings: &Findings, plan: &Plan, judged: &Judged<'_>) -> Block {
    let series = judged.found.and_then(crate::report::inputs::MetricFindings::series);
    let held = judged.held();
    let made = judged.found.filter(|_| held.is_empty()).map(|found| Made::new(findings, plan, judged, found));
    let bars_only = matches!(judged.metric, Metric::Business(business) if business.kind.name() == "mrr_movements");
    let made = made.filter(|_| !bars_only);
    let chart = made.as_ref().and_then(Made::chart);
    let (nine, notes) = made.as_ref().filter(|_| chart.is_some()).map(Made::nine).unwrap_or_default();
    let no_chart = (chart.is_none() && !bars_only).then(|| wording::no_chart(findings, judged));
    Block {
        number: judged.number,
        id: judged.metric.id().to_string(),
        title: judged.title().to_owned(),
        definition: in_words(series, judged),
        definition_hash: series.map_or_else(String::new, |series| series.definition_hash.clone()),
        reads: wording::reads(judged, chart.as_ref()),
        lead: match seldom_exported(findings, judged) {
            Some(note) => wording::lead(plan, judged).say(note),
            None => wording::lead(plan, judged),
        },
        letter: judged.letter(),
        verdict: if chart.is_some() {
            wording::verdict(judged) + &own_coverage(findings, judged)
        } else {
            String::new()
        },
        companion: judged.found.filter(|_| held.is_empty()).and_then(|found| companion::companion(plan, judged, found)),
        segments: judged.found.filter(|_| held.is_empty()).and_then(|found| companion::segments(plan, judged, found)),
        moved: judged.found.and_then(|found| moved::moved(plan, judged, found)),
        releases: made
            .as_ref()
            .map(Made::releases)
            .unwrap_or_default()
            .into_iter()
            .map(|release| release.label)
            .collect(),
        quotes: quotes(findings, plan, judged),
        chart,
        no_chart,
        nine,
        notes,
    }
}

/// What billing cannot tell, where its exports lie further apart than the months shown.
fn seldom_exported(findings: &Findings, judged: &Judged<'_>) -> Option<String> {
    let of_revenue = matches!(judged.metric.kind_name(), "mrr" | "mrr_movements" | "net_revenue_retention");
    let year_ago = plus_months(findings.as_of, -12);
    let days: Vec<_> = findings.billing_exports.iter().copied().filter(|day| *day > year_ago).collect();
    let seldom = of_revenue && !findings.billing_exports.is_empty() && days.len() < 12;
    seldom.then(|| wording::seldom_exported(&days))
}

/// Whom the block speaks for, where that differs from the pack's by over five points.
fn own_coverage(findings: &Findings, judged: &Judged<'_>) -> String {
    let share = |coverage: &crate::report::inputs::Coverage| {
        let (covered, all) = coverage.revenue.unwrap_or((coverage.accounts.0 as f64, coverage.accounts.1 as f64));
        (all > 0.0).then(|| covered / all)
    };
    let Some(own) = judged.found.and_then(|found| found.coverage.as_ref()) else { return String::new() };
    let whole = share(&findings.coverage);
    match share(own).filter(|own| whole.is_none_or(|whole| (own - whole).abs() > 0.05)) {
        Some(part) => wording::own_coverage(part, own.revenue.is_some()),
        None => String::new(),
    }
}

/// What customers said of the outcome, the newest three; under the outcome's first metric.
fn quotes(findings: &Findings, plan: &Plan, judged: &Judged<'_>) -> Vec<String> {
    let Some((_, outcome)) = judged.place else { return Vec::new() };
    let first = plan.traction().find(|traction| traction.outcome == outcome.id);
    if first.is_none_or(|first| first.id != *judged.metric.id()) {
        return Vec::new();
    }
    let mut ours: Vec<_> = findings.quotes.iter().filter(|quote| quote.outcome == outcome.id.as_str()).collect();
    ours.sort_by(|one, other| other.on.cmp(&one.on).then_with(|| one.account.cmp(&other.account)));
    ours.into_iter()
        .take(3)
        .map(|quote| format!("“{}” ({}, {})", quote.text, quote.account, numbers::day(quote.on)))
        .collect()
}

/// The definition as it was read with, else as the plan has it.
pub(super) fn in_words(series: Option<&crate::model::reading::Series>, judged: &Judged<'_>) -> String {
    match series.map(|series| series.definition.as_str()) {
        None | Some("") => wording::definition(judged.metric),
        // Ids stand in backticks where people type them; on the page they are words like others.
        Some(definition) => definition.replace('`', ""),
    }
}
