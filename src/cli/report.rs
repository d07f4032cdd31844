//! `throughline report`: writes the sync pack from what is in the lake.

use anyhow::Result;

use super::args::{AsOf, Common};
use super::printer::Printer;
use super::{Exit, run, workspace};
use crate::plan::resolve::Needs;
use crate::run::Stage;

/// `throughline report`
pub(super) fn report(common: &Common, printer: Printer, span: &AsOf) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Everything)? else { return Ok(Exit::Nothing) };
    let Some(_lock) = run::take_lock(common, printer, &workspace, "report")? else { return Ok(Exit::Unreachable) };
    let done = run::nightly(common, printer, &workspace, span.as_of, Stage::Report, false)?;
    Ok(if done.with_less() { Exit::Less } else { Exit::Done })
}
