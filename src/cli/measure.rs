//! `throughline measure`: values over time, by segment, with counts and interval.

use anyhow::Result;

use super::args::{Common, Measure};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use super::{Exit, compare, output, question, series};
use crate::engine::Engine;
use crate::measure;
use crate::model::ids::SignalId;
use crate::model::metric::Metric;
use crate::model::period::{Period, Unit, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Series, ValueUnit};
use crate::plan::filter::{Filter, parse};
use crate::plan::issues::where_not_plain;
use crate::plan::resolve::Needs;
use crate::plan::{Matches, Plan, Signal};
use crate::report::numbers::Style;
use crate::run::session::Session;

/// `throughline measure ID…`
pub(super) fn measure(common: &Common, printer: Printer, asked: &Measure) -> Result<Exit> {
    let Some(mut workspace) = workspace::open(common, printer, Needs::Metrics)? else { return Ok(Exit::Nothing) };
    if let Some(test) = &asked.filter {
        workspace.plan = filtered(workspace.plan, &asked.ids, test)?;
    }
    let plan = &workspace.plan;
    let metrics = asked_metrics(plan, &asked.ids)?;
    let wanted = question::of(plan, asked)?;
    only_months(&metrics, wanted.period)?;
    only_segments(plan, &metrics, &wanted)?;
    let session = session(common, printer, &workspace, asked, &metrics)?;
    unseen(printer, &session, plan, &wanted)?;
    asked.filter.as_ref().map_or(Ok(()), |test| passed_by_none(printer, &session, plan, test))?;
    let all = session.side_by_side(plan, &metrics, |desk, metric| -> Result<Series> {
        let mut series = desk.measure(metric, &wanted)?;
        if let Some(back) = asked.compare {
            compare::compare(desk, metric, &wanted, back, &mut series)?;
        }
        Ok(series)
    })?;
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

/// Customers have segments and no properties of events, and are not put together as `other`.
fn only_segments(plan: &Plan, metrics: &[&Metric], asked: &Question) -> Result<()> {
    let Some(business) = metrics.iter().find(|metric| matches!(metric, Metric::Business(_))) else { return Ok(()) };
    let known: Vec<&str> = plan.segments.iter().map(|segment| segment.id.as_str()).collect();
    if let Some(name) = asked.by.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(issues::unknown(Noun::Segment, name, &known));
    }
    match asked.top {
        Some(_) => Err(issues::option_unfit("--top", &format!("`{}`", business.id()), "traction metrics")),
        None => Ok(()),
    }
}

/// Says of each segment's value that is asked for and that no account ever stood under.
fn unseen(printer: Printer, session: &Session, plan: &Plan, asked: &Question) -> Result<()> {
    for (segment, values) in &asked.segments {
        let sql = "select distinct value from attributes where segment = ? and value is not null order by value";
        let frame = session.engine.query(sql, &[segment.as_str().into()])?;
        let known: Vec<String> = (0..frame.rows()).filter_map(|row| frame.text("value", row)).collect();
        for value in values.iter().flatten().filter(|value| !known.contains(value)) {
            printer.problem(&issues::value_unseen(segment, value, &known), &plan.text);
        }
    }
    Ok(())
}

/// Says of a test that no event of a metric ever passed it.
fn passed_by_none(printer: Printer, session: &Session, plan: &Plan, test: &str) -> Result<()> {
    let sql = "select signals.id from signals left join firsts on firsts.signal = signals.signal \
        where ends_with(signals.id, ?) group by signals.id having count(firsts.signal) = 0 order by signals.id";
    let frame = session.engine.query(sql, &[format!(" where {test}").into()])?;
    for id in (0..frame.rows()).filter_map(|row| frame.text("id", row)) {
        let signal = id.strip_suffix(&format!(" where {test}")).unwrap_or(&id);
        printer.problem(&issues::test_passed_by_none(signal, test), &plan.text);
    }
    Ok(())
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

/// The plan with a test and-ed to the event signals of the metrics that are asked for, before first-ever is sought; who
/// exists, who is eligible and what any event is stay as they are (R9.7).
fn filtered(mut plan: Plan, ids: &[String], test: &str) -> Result<Plan> {
    let filter = parse(test).map_err(|problem| where_not_plain(test, &problem))?;
    let asked = |metric: &Metric| ids.is_empty() || ids.iter().any(|id| id == metric.id().as_str());
    let own = plan.signals.clone();
    for metric in plan.metrics.iter_mut().filter(|metric| asked(metric)) {
        let id = metric.id().clone();
        let mut narrowed = 0;
        for used in metric.signals_mut() {
            let Some(signal) = own.iter().find(|signal| signal.id == *used) else { continue };
            if matches!(signal.matches, Matches::Gauge(_)) {
                continue;
            }
            narrowed += 1;
            *used = SignalId::new(format!("{used} where {test}"));
            if !plan.signals.iter().any(|known| known.id == *used) {
                let tests = signal.filter.clone().into_iter().chain([filter.clone()]);
                plan.signals.push(Signal {
                    id: used.clone(),
                    filter: Some(Filter::And(tests.collect())),
                    ..signal.clone()
                });
            }
        }
        if narrowed == 0 {
            return Err(issues::option_unfit("--where", &format!("`{id}`"), "metrics that count events"));
        }
    }
    Ok(plan)
}
