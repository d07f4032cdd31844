//! Opening a workspace for a question, and the flags that say what is asked.

use anyhow::{Context, Result, bail};
use jiff::civil::Date;

use super::args::{Common, Measure, PeriodUnit};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use crate::diag::nearest;
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
    let session = session::open(&workspace.plan, &opening(common, workspace, as_of, kept))?;
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
        bail!("`--from {from}` lies after `--to {to}`: no day is in both");
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
fn kept_values(plan: &Plan, text: &str) -> Result<(String, Vec<Option<String>>)> {
    let (name, values) = text
        .split_once('=')
        .with_context(|| format!("`--segment {text}` names no value: write `--segment name=value`"))?;
    let known: Vec<&str> = plan.segments.iter().map(|segment| segment.id.as_str()).collect();
    if !known.contains(&name) {
        let meant =
            nearest(name, known.iter().copied()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        bail!("there is no segment `{name}`{meant} The plan has: {}", known.join(", "));
    }
    let value = |value: &str| (value != "null").then(|| value.to_owned());
    Ok((name.to_owned(), values.split(',').map(value).collect()))
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
