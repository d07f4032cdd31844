//! `throughline explain`: where a figure comes from, from plain words to SQL to rows.

use std::fmt::Write;

use anyhow::Result;
use jiff::civil::Date;

use super::args::{Common, Explain};
use super::measure::asked_metric;
use super::printer::Printer;
use super::{Exit, issues, output, question, samples, series, workspace};
use crate::engine::Engine;
use crate::engine::queries::{BUSINESS, BUSINESS_BASE, Query};
use crate::measure;
use crate::model::metric::{Metric, Traction, TractionKind};
use crate::model::period::{Period, plus_days};
use crate::model::question::Question;
use crate::model::reading::Series;
use crate::plan::resolve::Needs;
use crate::plan::{LinkFrom, Matches, Plan};
use crate::run::session::Session;

/// Of a period with many steps or `k` only the first are told.
const READINGS: usize = 14;

/// `throughline explain ID [--period DAY] [--segment K=V]`
pub(super) fn explain(common: &Common, printer: Printer, asked: &Explain) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Metrics)? else { return Ok(Exit::Nothing) };
    let plan = &workspace.plan;
    let metric = asked_metric(plan, &asked.id)?;
    let segments = asked.segment.iter().map(|text| question::kept_values(plan, text)).collect::<Result<Vec<_>>>()?;
    let session = question::open(common, printer, &workspace, asked.span.as_of, question::held_constant([metric]))?;
    let all = Question { segments, ..Question::default() };
    let series = session.desk(plan).measure(metric, &all)?;
    let period = period(&series, asked.period)?;
    let days =
        |period: Period| Question { from: Some(period.start), to: Some(plus_days(period.end, -1)), ..all.clone() };
    let cell = period.map_or_else(|| all.clone(), days);
    let mut text = head(&session, &series, &asked.id, &asked.segment)?;
    text += &figures(&series, period)?;
    text += &lineage(&session, plan, metric)?;
    let (stages, sql) = worked_out(&session, plan, metric, &cell)?;
    text += &stages;
    let hidden = if asked.redact { Some(plan.workspace.name.as_str()) } else { None };
    text += &samples::samples(&session, plan, metric, period, hidden)?;
    text += &sql;
    printer.result(&text)?;
    Ok(Exit::Done)
}

/// The period that holds the day asked for; else the last settled one.
fn period(series: &Series, day: Option<Date>) -> Result<Option<Period>> {
    let id = series.metric.as_ref().map_or("it", |id| id.as_str());
    let Some(day) = day else {
        let mut told = series.readings.iter().rev().filter(|reading| reading.value.is_some());
        let last = told.clone().next();
        // One that has no periods, and whose range is still open, has this one figure.
        return Ok(told.find(|reading| reading.settled).or(last).map(|reading| reading.period));
    };
    let holds = |period: &Period| period.start <= day && day < period.end;
    let found = series.readings.iter().map(|reading| reading.period).find(holds);
    found.map(Some).ok_or_else(|| issues::unknown_period(id, day))
}

fn head(session: &Session, series: &Series, id: &str, segments: &[String]) -> Result<String> {
    let mut text = format!("# {id} ({}, {})\n\n{}\n\n", series.kind, series.unit.word(), series.definition);
    writeln!(text, "definition hash  {}", series.definition_hash)?;
    writeln!(text, "as of            {}", session.scope().as_of)?;
    if !segments.is_empty() {
        writeln!(text, "only             {}", segments.join(" "))?;
    }
    Ok(text)
}

/// The readings of the period that is explained.
fn figures(series: &Series, period: Option<Period>) -> Result<String> {
    let Some(period) = period else { return Ok("\nno period of it has a value yet\n".to_owned()) };
    let mut of_period = series.clone();
    of_period.readings.retain(|reading| reading.period == period);
    let more = of_period.readings.len().saturating_sub(READINGS);
    of_period.readings.truncate(READINGS);
    let mut text = format!("\n## The figure of {} to {}\n\n", period.start, plus_days(period.end, -1));
    text += &output::aligned(&series::flat(&[of_period])?, usize::MAX);
    if more > 0 {
        writeln!(text, "and {more} more")?;
    }
    Ok(text)
}

/// What it is made of, and what it is meant to lead to.
fn lineage(session: &Session, plan: &Plan, metric: &Metric) -> Result<String> {
    let mut text = "\n## Lineage\n\n".to_owned();
    let sources: Vec<&str> = match metric {
        Metric::Traction(traction) => {
            text += &signals(plan, traction)?;
            measure::sources(plan, session.scope(), traction).iter().map(|span| span.source.as_str()).collect()
        }
        Metric::Business(business) => {
            let of_money = plan.sources.iter().filter(|source| source.kind.is_billing() || source.kind.is_crm());
            let own = business.source.as_ref();
            of_money
                .filter(|source| own.is_none_or(|own| *own == source.name))
                .map(|source| source.name.as_str())
                .collect()
        }
    };
    text += &files(session, &sources)?;
    if let Metric::Traction(traction) = metric
        && let Some(outcome) = plan.outcomes.iter().find(|outcome| outcome.id == traction.outcome)
    {
        writeln!(text, "tells of outcome `{}`: {}", outcome.id, outcome.statement)?;
    }
    for link in &plan.links {
        let from = match &link.from {
            LinkFrom::Metric(id) => id.as_str(),
            LinkFrom::Outcome(id) => id.as_str(),
        };
        if from == metric.id().as_str() {
            writeln!(text, "is meant to lead to `{}`: {}", link.to, link.because)?;
        } else if link.to == *metric.id() {
            writeln!(text, "`{from}` is meant to lead to it: {}", link.because)?;
        }
    }
    Ok(text)
}

/// Each signal with the events and the test behind it.
fn signals(plan: &Plan, traction: &Traction) -> Result<String> {
    let mut text = String::new();
    let mut told = std::collections::BTreeSet::new();
    for id in measure::kinds::signals(&traction.kind).into_iter().filter(|id| told.insert(id.as_str())) {
        let signal = plan.signal(id);
        let matched = match &signal.matches {
            Matches::AnyEvent => "any event".to_owned(),
            Matches::Events(names) => format!("event `{}`", names.join("` or `")),
            Matches::Gauge(gauge) => format!("gauge `{gauge}`"),
        };
        let test = signal.filter.as_ref().map_or_else(String::new, |test| format!(", where {test}"));
        let whose =
            signal.account_filter.as_ref().map_or_else(String::new, |test| format!(", of accounts with {test}"));
        writeln!(text, "signal `{id}`: {matched}{test}{whose}")?;
    }
    if let TractionKind::Gauge(gauge) = &traction.kind {
        writeln!(text, "gauge `{}`", gauge.gauge)?;
    }
    Ok(text)
}

/// The files of the sources behind it: by source, the last by name.
fn files(session: &Session, sources: &[&str]) -> Result<String> {
    let frame = session.engine.query(
        "select source, count(*) as files, max(path) as last_file, cast(sum(read) as bigint) as rows, \
         cast(sum(set_aside) as bigint) as set_aside from lake_files group by source order by source",
        &[],
    )?;
    let mut text = String::new();
    for row in 0..frame.rows() {
        let of = |column| frame.text(column, row).unwrap_or_default();
        if sources.contains(&of("source").as_str()) {
            let count = |column| frame.count(column, row);
            let (files, rows, aside) = (count("files"), count("rows"), count("set_aside"));
            let last = of("last_file");
            writeln!(
                text,
                "source `{}`: {files} files up to {last}, {rows} rows read, {aside} set aside",
                of("source")
            )?;
        }
    }
    Ok(text)
}

/// How many rows stood in each step, and the SQL that ran.
fn worked_out(session: &Session, plan: &Plan, metric: &Metric, cell: &Question) -> Result<(String, String)> {
    let (rows, queries) = match metric {
        Metric::Traction(traction) => {
            let told = measure::explain(&session.engine, plan, session.scope(), traction, cell)?;
            (told.rows, told.queries)
        }
        Metric::Business(_) => {
            let is_meant = |query: &&Query| {
                let name = query.path.trim_start_matches("business/").trim_end_matches(".sql");
                ["cells", "period_ends", "renewals_due"].contains(&name) || name == metric.kind_name()
            };
            let own = BUSINESS_BASE.iter().chain(BUSINESS.iter().filter(is_meant));
            (samples::business_rows(session)?, own.map(|query| (query.path, query.text)).collect())
        }
    };
    let mut stages = "\n## Rows at each stage\n\n".to_owned();
    for (name, count) in session.shaped.rows.iter().map(|(name, count)| (*name, *count)).chain(rows) {
        writeln!(stages, "{name:32} {count:>12}")?;
    }
    let mut sql = "\n## SQL\n".to_owned();
    for (path, text) in queries {
        write!(sql, "\n-- queries/{path}\n{text}")?;
    }
    Ok((stages, sql))
}
