//! `throughline report`: writes the sync pack from what is in the lake, or again as a run of before knew it.

use anyhow::Result;

use super::args::{AsKnown, AsOf, Common};
use super::printer::Printer;
use super::{Exit, question, run, workspace};
use crate::plan::resolve::Needs;
use crate::run::Stage;
use crate::run::session::Opening;

/// `throughline report`
pub(super) fn report(common: &Common, printer: Printer, span: &AsOf, known: &AsKnown) -> Result<Exit> {
    if let Some(id) = &known.as_known {
        return again(common, printer, id);
    }
    let Some(workspace) = workspace::open(common, printer, Needs::Everything)? else { return Ok(Exit::Nothing) };
    let Some(_lock) = run::take_lock(common, printer, &workspace, "report")? else { return Ok(Exit::Unreachable) };
    let opening = question::opening(common, &workspace, span.as_of, question::held_constant(&workspace.plan.metrics));
    let done = run::nightly(printer, &workspace, opening, Stage::Report, false)?;
    Ok(if done.with_less() { Exit::Less } else { Exit::Done })
}

/// The pack of a run of before, by its plan, side files and rows. Nothing is published, so that no lock is needed.
fn again(common: &Common, printer: Printer, run: &str) -> Result<Exit> {
    let known = workspace::known(common, run)?;
    let Some(workspace) = workspace::open_as_known(common, printer, &known)? else { return Ok(Exit::Nothing) };
    let kept = question::held_constant(&workspace.plan.metrics);
    let opening = Opening { known: Some(known), ..question::opening(common, &workspace, None, kept) };
    let done = run::nightly(printer, &workspace, opening, Stage::Report, false)?;
    Ok(if done.with_less() { Exit::Less } else { Exit::Done })
}
