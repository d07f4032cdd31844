//! `throughline synth`: a make-believe company of any size.

use std::path::Path;

use anyhow::Result;

use super::printer::Printer;
use super::{Exit, issues, workspace};
use crate::sample;

/// `throughline synth --accounts N --weeks W --seed S --out DIR`
pub(super) fn synth(printer: Printer, accounts: u32, weeks: u32, seed: u64, out: &Path) -> Result<Exit> {
    let plan = out.join(workspace::PLAN);
    if std::fs::read(&plan).is_ok_and(|text| text != sample::plan_text().as_bytes()) {
        return Err(issues::plan_exists(&plan));
    }
    let summary = sample::write(&sample::Size::synth(u64::from(accounts), weeks, seed), out)?;
    printer.say(&format!("{summary}"));
    printer.say(&format!("next: `throughline -C {} run`", out.display()));
    Ok(Exit::Done)
}
