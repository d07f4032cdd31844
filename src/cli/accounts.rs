//! `throughline accounts`: who has come how far with an outcome; `accounts suggest`: matches for a person to keep.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use polars::prelude::{BooleanChunked, DataFrame, DataType};

use super::args::{Accounts, Common, State, Table};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::workspace::{self, Workspace};
use super::{Exit, output, question, redact, sql};
use crate::engine::Frame;
use crate::model::ids::OutcomeId;
use crate::plan::Plan;
use crate::plan::resolve::Needs;
use crate::shape::account_lists;

/// `throughline accounts --outcome ID` and `throughline accounts suggest`
pub(super) fn accounts(common: &Common, printer: Printer, asked: &Accounts) -> Result<Exit> {
    let needs = if asked.what.is_some() { Needs::Sources } else { Needs::Metrics };
    let Some(workspace) = workspace::open(common, printer, needs)? else { return Ok(Exit::Nothing) };
    match (&asked.what, &asked.outcome) {
        (Some(_), _) => suggest(common, printer, &workspace, asked),
        (None, Some(outcome)) => states(common, printer, &workspace, asked, outcome),
        (None, None) => {
            bail!("say which outcome: `throughline accounts --outcome ID`, or `throughline accounts suggest`")
        }
    }
}

/// Every account with its state, or those of the states that are asked for.
fn states(common: &Common, printer: Printer, workspace: &Workspace, asked: &Accounts, outcome: &str) -> Result<Exit> {
    let plan = &workspace.plan;
    let outcome = known(plan, outcome)?;
    let session = question::open(common, printer, workspace, asked.span.as_of, Vec::new())?;
    let frame = account_lists::account_states(&session.engine, plan, session.scope(), &outcome)?;
    let told = counts(&frame, "state", &["reached", "lapsed", "started", "not-started"]);
    let kept = kept(&frame, &asked.state)?;
    let kept = if asked.redact { redact::redacted(&kept, &plan.workspace.name)? } else { kept };
    written(printer, &asked.table, kept)?;
    printer.say(&format!("{outcome}, up to {}: {told}", session.scope().as_of));
    Ok(Exit::Done)
}

/// Proposals for the file of matches by hand.
fn suggest(common: &Common, printer: Printer, workspace: &Workspace, asked: &Accounts) -> Result<Exit> {
    let overrides = workspace.plan.identity.overrides.as_deref();
    // They may stand outside the workspace, where no plan lies above them.
    if let (Some(file), Some(output)) = (overrides, &asked.table.output)
        && let (Ok(file), Ok(other)) = (workspace.root.join(file).canonicalize(), output.canonicalize())
        && file == other
    {
        return Err(issues::output_precious(output));
    }
    let session = question::open(common, printer, workspace, asked.span.as_of, Vec::new())?;
    let frame = account_lists::suggestions(&session.engine, session.scope())?;
    let told = counts(&frame, "certainty", &["likely", "possible", "unclear"]);
    let rows = frame.rows();
    written(printer, &asked.table, frame.0)?;
    printer.say(&match (rows, overrides) {
        (0, _) => "nothing to propose: what is unmatched shares no domain and no name with the other side".to_owned(),
        (_, Some(file)) => format!("{told}; nothing of it counts until it stands in {file}: copy the rows that are right (`--format csv`)"),
        (_, None) => format!(
            "{told}; nothing of it counts until it stands in a file: write `overrides = \"account-map.csv\"` under `[identity]`, \
             and keep there the rows that are right (`--format csv`)"
        ),
    });
    Ok(Exit::Done)
}

/// The outcome of that id, or what was meant.
fn known(plan: &Plan, id: &str) -> Result<OutcomeId> {
    let known: Vec<&str> = plan.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
    if known.contains(&id) {
        return Ok(OutcomeId::new(id));
    }
    Err(issues::unknown(Noun::Outcome, id, &known))
}

/// The rows of these states; all without any. Who lapsed has reached it too.
fn kept(frame: &Frame, states: &[State]) -> Result<DataFrame> {
    if states.is_empty() {
        return Ok(frame.0.clone());
    }
    let asked = |state: &str| {
        states.iter().any(|asked| match asked {
            State::Reached => state == "reached" || state == "lapsed",
            State::Started => state == "started",
            State::NotStarted => state == "not-started",
            State::Lapsed => state == "lapsed",
        })
    };
    let mask: BooleanChunked =
        (0..frame.rows()).map(|row| asked(&frame.text("state", row).unwrap_or_default())).collect();
    frame.0.filter(&mask).context("could not keep the states asked for")
}

/// `3 reached, 1 lapsed`: how many rows of each word, in this order.
fn counts(frame: &Frame, column: &str, words: &[&str]) -> String {
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for row in 0..frame.rows() {
        *counted.entry(frame.text(column, row).unwrap_or_default()).or_default() += 1;
    }
    let told: Vec<_> =
        words.iter().map(|word| format!("{} {word}", counted.get(*word).copied().unwrap_or(0))).collect();
    told.join(", ")
}

/// Writes a frame; in JSON a day is its text.
fn written(printer: Printer, table: &Table, mut frame: DataFrame) -> Result<()> {
    let copy = frame.clone();
    output::write(printer, table, &mut frame, || sql::document(&days_as_text(copy)))
}

fn days_as_text(frame: DataFrame) -> DataFrame {
    let rows = frame.height();
    let told = |column: &polars::prelude::Column| match column.dtype() {
        DataType::Date => column.cast(&DataType::String).expect("a day can be written"),
        _ => column.clone(),
    };
    DataFrame::new(rows, frame.columns().iter().map(told).collect()).expect("the columns are those of a frame")
}
