//! The appendix: definitions, methods, every series with its limits, accounting, what luck would flag, all comparisons.

use crate::model::evidence::{Comparison, Finding};
use crate::model::ids::MetricId;
use crate::model::period::Unit;
use crate::plan::Plan;
use crate::report::chart::spec::{Control, ControlPoint};
use crate::report::inputs::{Findings, MetricFindings};
use crate::report::numbers::{self, count};
use crate::report::wording;
use crate::stats::xmr::Status;

use super::iso;
use crate::report::judged::Judged;
use crate::report::page::{AccountingRow, Appendix, Compared, Definition};

/// The appendix.
pub(super) fn appendix(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Appendix {
    let uncharted = judged.iter().filter_map(|one| match &one.chart {
        Err(why) => Some(format!("{} {}: {why}", one.number, one.title())),
        Ok(chart) if chart.points.is_empty() => Some(format!("{} {}: no readings yet", one.number, one.title())),
        Ok(_) => None,
    });
    let (compared, not_compared) = compared(findings, plan);
    Appendix {
        definitions: judged.iter().map(|one| definition(plan, one)).collect(),
        methods: wording::methods(plan),
        controls: judged.iter().filter_map(|one| control(plan, one)).collect(),
        uncharted: uncharted.collect(),
        accounting: accounting(findings),
        false_alarms: false_alarms(judged),
        compared,
        not_compared,
        reproduce: wording::reproduce(findings),
    }
}

fn definition(plan: &Plan, judged: &Judged<'_>) -> Definition {
    let series = judged.found.and_then(MetricFindings::series);
    let changed = crate::report::xmr::breaks_of_definition(plan, judged.metric.id(), judged.found).into_iter().max();
    Definition {
        number: judged.number,
        title: judged.title().to_owned(),
        id: judged.metric.id().to_string(),
        words: super::block::in_words(series, judged),
        hash: series.map_or_else(String::new, |series| series.definition_hash.clone()),
        changed: changed.map_or_else(
            || "unchanged since the first run".to_owned(),
            |day| format!("changed on {}", numbers::day(day)),
        ),
    }
}

fn control(plan: &Plan, judged: &Judged<'_>) -> Option<Control> {
    let chart = judged.chart.as_ref().ok().filter(|chart| chart.points.iter().any(|point| point.value.is_some()))?;
    let from = chart.points.iter().position(|point| point.value.is_some())?.max(chart.points.len().saturating_sub(104));
    let to = chart.points.iter().rposition(|point| point.value.is_some())? + 1;
    let begins = chart.current().points.start;
    let points = (from..to).map(|at| ControlPoint {
        start: iso(chart.points[at].period.start),
        value: if chart.log() { chart.charted.values[at].map(f64::exp_m1) } else { chart.points[at].value },
        ring: chart.charted.signals_at(at).next().is_some(),
        hollow: chart.points[at].small,
        before_break: at < begins,
    });
    let mut style = judged.style.clone();
    if chart.log() {
        style.unit = crate::model::reading::ValueUnit::Share;
    }
    let scale = |value: f64| if chart.log() { value.exp_m1() } else { value };
    let limits = chart.current().limits.filter(|_| !matches!(chart.current().status, Status::Refused(_)));
    Some(Control {
        number: judged.number,
        id: judged.metric.id().to_string(),
        title: judged.title().to_owned(),
        alt: format!("{}: {}", judged.title(), wording::verdict(judged)),
        verdict: wording::verdict(judged),
        unit: match (chart.unit, chart.log()) {
            (unit, true) => format!("change from {0} to {0}", unit.word()),
            (unit, false) => format!("by {}", unit.word()),
        },
        style,
        centre: limits.map(|limits| scale(limits.centre)),
        lower: limits.map(|limits| scale(limits.lower)),
        upper: limits.map(|limits| scale(limits.upper)),
        trial: !chart.frozen(),
        first: numbers::period_name(&plan.workspace.calendar, chart.unit, chart.points[from].period)
            .replace("the week of ", ""),
        last: numbers::period_name(&plan.workspace.calendar, chart.unit, chart.points[to - 1].period)
            .replace("the week of ", ""),
        points: points.collect(),
    })
}

fn accounting(findings: &Findings) -> Vec<AccountingRow> {
    findings
        .accounting
        .iter()
        .map(|row| {
            let reasons: Vec<String> =
                row.reasons.iter().map(|(reason, n)| format!("{} {reason}", count(*n))).collect();
            let day = findings.freshness.iter().find(|fresh| fresh.source == row.source).and_then(|fresh| fresh.day);
            AccountingRow {
                source: row.source.clone(),
                read: row.read,
                accepted: row.accepted,
                duplicate: row.duplicate,
                set_aside: row.set_aside,
                reasons: reasons.join(", "),
                fresh: day.map_or_else(|| "–".to_owned(), iso),
            }
        })
        .collect()
}

/// New flags a week that luck alone raises, over charts with frozen limits: 0.03 x (weekly + monthly x 12/52).
fn false_alarms(judged: &[Judged<'_>]) -> String {
    let frozen = judged.iter().filter_map(|one| one.chart.as_ref().ok()).filter(|chart| chart.frozen());
    let (mut weekly, mut monthly, mut quarterly) = (0_u32, 0_u32, 0_u32);
    for chart in frozen {
        match chart.unit {
            Unit::Day | Unit::Week => weekly += 1,
            Unit::Month => monthly += 1,
            Unit::Quarter | Unit::Year => quarterly += 1,
        }
    }
    wording::false_alarms(weekly, monthly, quarterly)
}

fn compared(findings: &Findings, plan: &Plan) -> (Vec<Compared>, Vec<(String, String)>) {
    let title = |id: &MetricId| match plan.metric(id) {
        Some(crate::model::metric::Metric::Traction(traction)) => traction.title.clone(),
        Some(crate::model::metric::Metric::Business(business)) => business.title.clone(),
        None => plan
            .outcomes
            .iter()
            .find(|one| one.id.as_str() == id.as_str())
            .map_or(id.to_string(), |one| one.statement.clone()),
    };
    let (mut rows, mut not) = (Vec::new(), Vec::new());
    for evidence in &findings.evidence {
        let arrow = format!("{} → {}", title(&evidence.from), title(&evidence.to));
        match &evidence.finding {
            Finding::Compared(comparison) => rows.push(row(arrow, evidence.design, comparison)),
            Finding::NotTestable { because, .. } => not.push((arrow, because.clone())),
            Finding::ByDefinition => {
                not.push((arrow, "by definition: the metric counts the outcome's own behaviour".to_owned()))
            }
        }
    }
    (rows, not)
}

fn row(arrow: String, design: &str, comparison: &Comparison) -> Compared {
    let arm = |(all, with): (u64, u64)| format!("{} of {}", count(with), count(all));
    let range = |value: f64, low: f64, high: f64| {
        format!(
            "{} pp ({} to {})",
            wording::plus(value * 100.0),
            wording::plus(low * 100.0),
            wording::plus(high * 100.0)
        )
    };
    let (raw, low, high) = comparison.raw;
    Compared {
        arrow,
        design: design.to_owned(),
        raw: format!("{} against {}", arm(comparison.exposed), arm(comparison.unexposed)),
        difference: range(raw, low, high),
        adjusted: range(comparison.effect, comparison.interval.0, comparison.interval.1),
        rest: format!(
            "{} rows, {} clusters; p {}; {} rows needed to see {} pp",
            count(comparison.rows),
            count(comparison.clusters),
            wording::p(comparison.p),
            count(comparison.needed.0),
            numbers::significant(comparison.needed.1 * 100.0, 2)
        ),
    }
}
