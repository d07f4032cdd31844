//! `throughline measure`: values over time, by segment, with counts and interval.

use anyhow::{Result, anyhow};

use super::args::{Common, Measure};
use super::printer::Printer;
use super::{Exit, output, question, series, workspace};
use crate::diag::nearest;
use crate::model::metric::Metric;
use crate::plan::Plan;
use crate::plan::resolve::Needs;

/// `throughline measure ID…`
pub(super) fn measure(common: &Common, printer: Printer, asked: &Measure) -> Result<Exit> {
    let Some(mut workspace) = workspace::open(common, printer, Needs::Metrics)? else { return Ok(Exit::Nothing) };
    if let Some(test) = &asked.filter {
        workspace.plan = filtered(workspace.plan, test)?;
    }
    let plan = &workspace.plan;
    let metrics = asked_metrics(plan, &asked.ids)?;
    let wanted = question::of(plan, asked)?;
    let mut kept = question::properties(plan, &asked.by);
    for metric in &metrics {
        kept.extend(same(metric));
    }
    let session = question::open(common, printer, &workspace, asked.span.as_of, kept)?;
    let all = metrics.iter().map(|metric| session.measure(plan, metric, &wanted)).collect::<Result<Vec<_>>>()?;
    let mut flat = series::flat(&all)?;
    output::write(printer, &asked.table, &mut flat, || series::document(plan, session.scope(), &all))?;
    let held = all.iter().any(|series| !series.held.is_empty());
    Ok(if held { Exit::Less } else { Exit::Done })
}

/// The metrics named, or all of the plan.
pub(super) fn asked_metrics<'a>(plan: &'a Plan, ids: &[String]) -> Result<Vec<&'a Metric>> {
    if ids.is_empty() {
        return Ok(plan.metrics.iter().collect());
    }
    ids.iter().map(|id| asked_metric(plan, id)).collect()
}

/// The metric of that id, or what was meant.
pub(super) fn asked_metric<'a>(plan: &'a Plan, id: &str) -> Result<&'a Metric> {
    let known: Vec<&str> = plan.metrics.iter().map(|metric| metric.id().as_str()).collect();
    plan.metrics.iter().find(|metric| metric.id().as_str() == id).ok_or_else(|| {
        let meant =
            nearest(id, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        anyhow!("list them with `throughline list metrics`").context(format!("there is no metric `{id}`{meant}"))
    })
}

/// Properties that a metric's steps must share: they too are kept on every hit.
fn same(metric: &Metric) -> Vec<String> {
    use crate::model::metric::TractionKind;
    match metric {
        Metric::Traction(traction) => match &traction.kind {
            TractionKind::Funnel(funnel) => funnel.same.clone(),
            TractionKind::Retention(retention) => retention.same.clone(),
            TractionKind::Active(_)
            | TractionKind::Activation(_)
            | TractionKind::Adoption(_)
            | TractionKind::Gauge(_) => Vec::new(),
        },
        Metric::Business(_) => Vec::new(),
    }
}

/// The plan with a test and-ed to every event signal: before first-ever is sought, and for all who read it (R9.7).
fn filtered(mut plan: Plan, test: &str) -> Result<Plan> {
    use crate::plan::Matches;
    use crate::plan::filter::{Filter, parse};
    let filter =
        parse(test).map_err(|problem| anyhow!("{problem}").context(format!("`--where {test}` is not a plain test")))?;
    for signal in &mut plan.signals {
        if !matches!(signal.matches, Matches::Gauge(_)) {
            let own = signal.filter.take();
            signal.filter = Some(own.map_or(filter.clone(), |own| Filter::And(vec![own, filter.clone()])));
        }
    }
    Ok(plan)
}
