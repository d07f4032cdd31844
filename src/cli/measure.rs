//! `throughline measure`: values over time, by segment, with counts and interval.

use anyhow::Result;

use super::args::{Common, Measure};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use super::{Exit, compare, output, question, series};
use crate::measure;
use crate::model::metric::Metric;
use crate::model::period::{Period, Unit, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Series, ValueUnit};
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::report::numbers::Style;
use crate::run::session::Session;

/// `throughline measure ID…`
pub(super) fn measure(common: &Common, printer: Printer, asked: &Measure) -> Result<Exit> {
    let Some(mut workspace) = workspace::open(common, printer, Needs::Metrics)? else { return Ok(Exit::Nothing) };
    if let Some(test) = &asked.filter {
        workspace.plan = filtered(workspace.plan, test)?;
    }
    let plan = &workspace.plan;
    let metrics = asked_metrics(plan, &asked.ids)?;
    let wanted = question::of(plan, asked)?;
    only_months(&metrics, wanted.period)?;
    let session = session(common, printer, &workspace, asked, &metrics)?;
    let one = |metric: &&Metric| -> Result<Series> {
        let mut series = session.desk(plan).measure(metric, &wanted)?;
        if let Some(back) = asked.compare {
            compare::compare(&session, plan, metric, &wanted, back, &mut series)?;
        }
        Ok(series)
    };
    let all = metrics.iter().map(one).collect::<Result<Vec<_>>>()?;
    let mut flat = series::flat(&all)?;
    let style = style(plan, &all);
    output::write_in(printer, &asked.table, &mut flat, &style, || series::document(plan, session.scope(), &all))?;
    for metric in &metrics {
        widened(printer, &session, plan, metric, &wanted);
    }
    Ok(if held(printer, plan, &all) { Exit::Less } else { Exit::Done })
}

/// Business metrics are read at the ends of months, whatever is asked.
fn only_months(metrics: &[&Metric], asked: Option<Unit>) -> Result<()> {
    let business = metrics.iter().find(|metric| matches!(metric, Metric::Business(_)));
    match (asked.filter(|unit| *unit != Unit::Month), business) {
        (Some(unit), Some(metric)) => Err(issues::option_unfit(
            &format!("--period {}", unit.word()),
            &format!("`{}`", metric.id()),
            "traction metrics; business metrics are monthly",
        )),
        (None, _) | (_, None) => Ok(()),
    }
}

/// The workspace, opened with every property kept that the question or a metric needs.
fn session(
    common: &Common,
    printer: Printer,
    workspace: &Workspace,
    asked: &Measure,
    metrics: &[&Metric],
) -> Result<Session> {
    let mut kept = question::properties(&workspace.plan, &asked.by);
    kept.extend(question::held_constant(metrics.iter().copied()));
    question::open_known(common, printer, workspace, (&asked.span, &asked.known), kept)
}

/// Says of each metric that rests on a stale source that it does; whether any does.
fn held(printer: Printer, plan: &Plan, all: &[Series]) -> bool {
    let held: Vec<_> = all.iter().filter(|series| !series.held.is_empty()).collect();
    for series in &held {
        let id = series.metric.as_ref().map_or("it", |id| id.as_str());
        printer.problem(&issues::metric_held(id, &series.held), &plan.text);
    }
    !held.is_empty()
}

/// Says where days that were asked for were widened to whole periods.
fn widened(printer: Printer, session: &Session, plan: &Plan, metric: &Metric, wanted: &Question) {
    let Metric::Traction(traction) = metric else { return };
    if let Some((asked, range)) = measure::widened(plan, session.scope(), traction, wanted) {
        let days = |period: Period| format!("{} to {}", period.start, plus_days(period.end, -1));
        printer.detail(&format!("`{}` is told in whole periods: {} for {}", traction.id, days(range), days(asked)));
    }
}

/// How figures are written where all are of one unit; plain numbers else.
fn style(plan: &Plan, all: &[Series]) -> Style {
    let unit = all.first().map_or(ValueUnit::Number, |series| series.unit);
    let unit = if all.iter().all(|series| series.unit == unit) { unit } else { ValueUnit::Number };
    Style::new(unit, plan.workspace.currency.as_deref())
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
    let found = plan.metrics.iter().find(|metric| metric.id().as_str() == id);
    found.ok_or_else(|| issues::unknown(Noun::Metric, id, &known))
}

/// The plan with a test and-ed to every event signal: before first-ever is sought, and for all who read it (R9.7).
fn filtered(mut plan: Plan, test: &str) -> Result<Plan> {
    use crate::plan::Matches;
    use crate::plan::filter::{Filter, parse};
    let filter = parse(test).map_err(|problem| crate::plan::issues::where_not_plain(test, &problem))?;
    for signal in &mut plan.signals {
        if !matches!(signal.matches, Matches::Gauge(_)) {
            let own = signal.filter.take();
            signal.filter = Some(own.map_or(filter.clone(), |own| Filter::And(vec![own, filter.clone()])));
        }
    }
    Ok(plan)
}
