//! `throughline list`: metrics, signals, links, events, runs, rows set aside, codes.

use anyhow::Result;
use polars::prelude::{Column, DataFrame, NamedFrom, PlSmallStr, Series};

use super::args::{Common, Table, What};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::Workspace;
use super::{Exit, output, question, sql, workspace};
use crate::engine::Engine;
use crate::model::column::Value;
use crate::model::metric::Metric;
use crate::plan::resolve::Needs;
use crate::plan::{Expect, Link, LinkFrom, Matches, Plan, Signal};

/// `throughline list [WHAT]`
pub(super) fn list(common: &Common, printer: Printer, what: What, source: Option<&str>, table: &Table) -> Result<Exit> {
    if what == What::Codes {
        return told(printer, table, &["code", "means"], codes());
    }
    let Some(workspace) = workspace::open(common, printer, needs(what))? else { return Ok(Exit::Nothing) };
    let plan = &workspace.plan;
    of_a_source(plan, what, source)?;
    match what {
        What::Metrics => told(printer, table, &["id", "kind", "title", "outcome", "period"], metrics(plan)),
        What::Signals => told(printer, table, &["id", "matches", "where"], signals(plan)),
        What::Links => told(printer, table, &["from", "to", "expect", "because"], links(plan)),
        What::Events => asked(common, printer, &workspace, EVENTS, &[source.into(), source.into()], table),
        What::Runs => asked(common, printer, &workspace, RUNS, &[], table),
        What::SetAside => asked(common, printer, &workspace, SET_ASIDE, &[source.into(), source.into()], table),
        What::Codes => Ok(Exit::Done),
    }
}

const EVENTS: &str =
    "select * from events_seen() where ? is null or source = ? order by events desc, event_name, source";
const RUNS: &str =
    "select run, as_of, started_at, finished_at, exit, version, stages from runs order by started_at desc, run desc";
const SET_ASIDE: &str = "select source, file, position, byte_offset, reason, because, raw from set_aside \
    where ? is null or source = ? order by source, file, position";

fn needs(what: What) -> Needs {
    match what {
        What::Events | What::Runs | What::SetAside | What::Codes => Needs::Sources,
        What::Metrics | What::Signals | What::Links => Needs::Metrics,
    }
}

/// `--source` goes with what comes from sources, and names one of the plan.
fn of_a_source(plan: &Plan, what: What, source: Option<&str>) -> Result<()> {
    let Some(source) = source else { return Ok(()) };
    let of_sources = match what {
        What::Events | What::SetAside => true,
        What::Metrics | What::Signals | What::Links | What::Runs | What::Codes => false,
    };
    if !of_sources {
        return Err(issues::option_unfit("--source", "this list", "`list events` and `list set-aside`"));
    }
    let known: Vec<&str> = plan.sources.iter().map(|source| source.name.as_str()).collect();
    if known.contains(&source) { Ok(()) } else { Err(issues::unknown(Noun::Source, source, &known)) }
}

/// A query over the workspace's tables.
fn asked(
    common: &Common,
    printer: Printer,
    workspace: &Workspace,
    query: &str,
    values: &[Value],
    table: &Table,
) -> Result<Exit> {
    let session = question::open(common, printer, workspace, None, Vec::new())?;
    session.engine.load(crate::engine::queries::SEEN)?;
    session.show_tables()?;
    let mut frame = sql::told(&session.engine as &dyn Engine, query, values)?;
    let copy = frame.0.clone();
    output::write(printer, table, &mut frame.0, || sql::document(&copy))?;
    Ok(Exit::Done)
}

/// Rows of text that the caller has.
fn told(printer: Printer, table: &Table, names: &[&str], rows: Vec<Vec<String>>) -> Result<Exit> {
    let column = |at: usize, name: &str| -> Column {
        let values: Vec<&str> = rows.iter().map(|row| row[at].as_str()).collect();
        Series::new(PlSmallStr::from_str(name), values).into()
    };
    let columns = names.iter().enumerate().map(|(at, name)| column(at, name)).collect();
    let mut frame = DataFrame::new(rows.len(), columns)?;
    let copy = frame.clone();
    output::write(printer, table, &mut frame, || sql::document(&copy))?;
    Ok(Exit::Done)
}

fn metrics(plan: &Plan) -> Vec<Vec<String>> {
    let row = |metric: &Metric| {
        let (title, outcome, period) = match metric {
            Metric::Traction(traction) => {
                let period = traction.kind.period().map_or("", |unit| unit.word());
                (traction.title.clone(), traction.outcome.as_str().to_owned(), period)
            }
            Metric::Business(business) => (business.title.clone(), String::new(), "month"),
        };
        vec![metric.id().as_str().to_owned(), metric.kind_name().to_owned(), title, outcome, period.to_owned()]
    };
    plan.metrics.iter().map(row).collect()
}

fn signals(plan: &Plan) -> Vec<Vec<String>> {
    let matches = |signal: &Signal| match &signal.matches {
        Matches::AnyEvent => "any event".to_owned(),
        Matches::Events(names) => names.join(", "),
        Matches::Gauge(gauge) => format!("gauge {gauge}"),
    };
    let test = |signal: &Signal| {
        let tests = [&signal.filter, &signal.account_filter];
        tests.into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
    };
    plan.signals.iter().map(|signal| vec![signal.id.as_str().to_owned(), matches(signal), test(signal)]).collect()
}

fn links(plan: &Plan) -> Vec<Vec<String>> {
    let from = |from: &LinkFrom| match from {
        LinkFrom::Metric(id) => id.as_str().to_owned(),
        LinkFrom::Outcome(id) => id.as_str().to_owned(),
    };
    let expect = |link: &Link| match link.expect {
        Expect::Increase => "increase",
        Expect::Decrease => "decrease",
    };
    let row = |link: &Link| {
        vec![from(&link.from), link.to.as_str().to_owned(), expect(link).to_owned(), link.because.clone()]
    };
    plan.links.iter().map(row).collect()
}

/// Every code a message can carry, with what it means: made from the stages' own lists.
fn codes() -> Vec<Vec<String>> {
    let all = [
        crate::plan::issues::codes(),
        crate::ingest::codes::codes(),
        crate::shape::issues::codes(),
        crate::business::issues::codes(),
        crate::measure::issues::codes(),
        crate::link::codes(),
        crate::run::issues::codes(),
        crate::report::decisions::codes(),
        issues::codes(),
    ];
    let mut rows: Vec<_> =
        all.into_iter().flatten().map(|(code, means)| vec![code.to_owned(), means.to_owned()]).collect();
    rows.sort();
    rows.dedup();
    rows
}
