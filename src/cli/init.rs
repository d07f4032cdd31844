//! `throughline init`: a commented plan, or one that fits the exports at hand. Never overwrites a plan.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::args::Common;
use super::printer::Printer;
use super::{Exit, output, workspace};

/// `throughline init [DIR] [--from FILES…]`
pub(super) fn init(_common: &Common, printer: Printer, dir: &Path, from: &[PathBuf]) -> Result<Exit> {
    let plan = dir.join(workspace::PLAN);
    if plan.exists() {
        printer.failure(
            &anyhow::anyhow!("edit it, or name another folder: `throughline init DIR`")
                .context(format!("{} is there already and stays as it is", plan.display())),
        );
        return Ok(Exit::Nothing);
    }
    std::fs::create_dir_all(dir).with_context(|| format!("could not make {}", dir.display()))?;
    let text =
        if from.is_empty() { crate::plan::template::commented().to_owned() } else { looked_at(printer, dir, from)? };
    output::save(&plan, text.as_bytes())?;
    printer.say(&format!("wrote {}", plan.display()));
    printer.say(&format!("next: edit it, then `throughline -C {} check`", dir.display()));
    Ok(Exit::Done)
}

/// The plan that fits the files, after what each was taken for was said.
fn looked_at(printer: Printer, dir: &Path, files: &[PathBuf]) -> Result<String> {
    let (text, found) = crate::ingest::detect::plan_from(&name(dir), dir, files)?;
    for file in &found {
        let kind = file.kind.map_or("nothing known", |kind| kind.name());
        printer.say(&format!("{}: {kind}, {} ({})", file.file, file.certainty.word(), file.because.join("; ")));
    }
    Ok(text)
}

/// The folder's name stands for the company's until somebody writes it.
fn name(dir: &Path) -> String {
    let full = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    full.file_name().map_or_else(|| "My company".to_owned(), |name| name.to_string_lossy().into_owned())
}
