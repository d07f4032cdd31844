//! Opening a workspace for a question, and the flags that say what is asked.

use anyhow::Result;
use jiff::civil::Date;

use super::args::{AsKnown, AsOf, Common, Measure, PeriodUnit};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use crate::model::metric::Metric;
use crate::model::period::Unit;
use crate::model::question::Question;
use crate::plan::Plan;
use crate::run::session::{self, Opening, Session};

/// How a workspace is opened, as the flags say.
pub(super) fn opening(common: &Common, workspace: &Workspace, as_of: Option<Date>, kept: Vec<String>) -> Opening {
    Opening {
        state: workspace.state(),
        spare: std::env::temp_dir().join(format!("throughline-{}", std::process::id())),
        now_us: workspace::now(common).as_microsecond(),
        as_of,
        known: None,
        kept,
        limits: workspace.limits(common),
    }
}

/// Opens a workspace and says what shape had to say.
pub(super) fn open(
    common: &Common,
    printer: Printer,
    workspace: &Workspace,
    as_of: Option<Date>,
    kept: Vec<String>,
) -> Result<Session> {
    opened(printer, workspace, &opening(common, workspace, as_of, kept))
}

/// The same, or as a run of before knew it: its rows and side files, today's plan.
pub(super) fn open_known(
    common: &Common,
    printer: Printer,
    workspace: &Workspace,
    (span, known): (&AsOf, &AsKnown),
    kept: Vec<String>,
) -> Result<Session> {
    let known = known.as_known.as_ref().map(|run| workspace::known(common, run)).transpose()?;
    opened(printer, workspace, &Opening { known, ..opening(common, workspace, span.as_of, kept) })
}

fn opened(printer: Printer, workspace: &Workspace, opening: &Opening) -> Result<Session> {
    let session = session::open(&workspace.plan, opening)?;
    for issue in &session.shaped.issues {
        printer.detail_problem(issue);
    }
    Ok(session)
}

/// The question that the flags of `measure` ask.
pub(super) fn of(plan: &Plan, asked: &Measure) -> Result<Question> {
    let segments = asked.segment.iter().map(|text| kept_values(plan, text)).collect::<Result<Vec<_>>>()?;
    if let (Some(from), Some(to)) = (asked.from, asked.to)
        && from > to
    {
        return Err(issues::days_out_of_order(from, to));
    }
    Ok(Question {
        from: asked.from,
        to: asked.to,
        by: asked.by.clone(),
        segments,
        period: asked.period.map(unit),
        top: asked.top,
    })
}

/// `tier=team,enterprise`: a segment and the values that are kept; `null` for those without one.
pub(super) fn kept_values(plan: &Plan, text: &str) -> Result<(String, Vec<Option<String>>)> {
    let (name, values) = text.split_once('=').ok_or_else(|| issues::segment_value_missing(text))?;
    let known: Vec<&str> = plan.segments.iter().map(|segment| segment.id.as_str()).collect();
    if !known.contains(&name) {
        return Err(issues::unknown(Noun::Segment, name, &known));
    }
    let value = |value: &str| (value != "null").then(|| value.to_owned());
    Ok((name.to_owned(), values.split(',').map(value).collect()))
}

/// What these metrics hold constant: it too is kept on every hit.
pub(super) fn held_constant<'a>(metrics: impl IntoIterator<Item = &'a Metric>) -> Vec<String> {
    metrics.into_iter().flat_map(Metric::held_constant).cloned().collect()
}

/// What of `--by` is a property of events: those are kept on every hit.
pub(super) fn properties(plan: &Plan, by: &[String]) -> Vec<String> {
    let is_segment = |name: &String| plan.segments.iter().any(|segment| segment.id.as_str() == name);
    by.iter().filter(|name| !is_segment(name)).cloned().collect()
}

fn unit(unit: PeriodUnit) -> Unit {
    match unit {
        PeriodUnit::Day => Unit::Day,
        PeriodUnit::Week => Unit::Week,
        PeriodUnit::Month => Unit::Month,
        PeriodUnit::Quarter => Unit::Quarter,
        PeriodUnit::Year => Unit::Year,
    }
}
