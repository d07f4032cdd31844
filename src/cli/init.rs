//! `throughline init`: a commented plan, or one that fits the exports at hand. Never overwrites a plan.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::args::Common;
use super::printer::Printer;
use super::{Exit, issues, output, workspace};
use crate::ingest::detect;
use crate::plan::{schema, template};

/// Beside the plan, where its first line says that editors find it.
const SCHEMA: &str = "throughline.schema.json";

/// `throughline init [DIR] [--from FILES…]`
pub(super) fn init(common: &Common, printer: Printer, dir: &Path, from: &[PathBuf]) -> Result<Exit> {
    let dir = common.workspace.as_deref().map_or_else(|| dir.to_path_buf(), |workspace| workspace.join(dir));
    let plan = dir.join(workspace::PLAN);
    if plan.exists() {
        return Err(issues::plan_exists(&plan));
    }
    let is_new = !dir.exists();
    make(&dir)?;
    let text = match from {
        [] => template::commented().to_owned(),
        files => looked_at(printer, &dir, files).inspect_err(|_| {
            // Where none is an export, nothing is left behind.
            let _gone = is_new.then(|| std::fs::remove_dir(&dir));
        })?,
    };
    if from.is_empty() {
        for folder in template::FOLDERS {
            make(&dir.join(folder))?;
        }
    }
    output::save(&dir.join(SCHEMA), schema::json().as_bytes())?;
    output::save(&plan, text.as_bytes())?;
    printer.say(&format!("wrote {}", plan.display()));
    let at = if dir == Path::new(".") { String::new() } else { format!("-C {} ", dir.display()) };
    printer.say(&match from {
        [] => format!("next: edit it, put your exports where it says, then `throughline {at}check`"),
        _ => format!("next: `throughline {at}check`, then `throughline {at}ingest` and `throughline {at}events`"),
    });
    Ok(Exit::Done)
}

fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))
}

/// The plan that fits the files, after what each was taken for was said.
fn looked_at(printer: Printer, dir: &Path, files: &[PathBuf]) -> Result<String> {
    let (text, found) = detect::plan_from(&name(dir), dir, files)?;
    for file in &found {
        let kind = file.kind.map_or("nothing known", |kind| kind.name());
        printer.say(&format!("{}: {kind}, {}", file.file, file.certainty.word()));
        for because in file.because.iter().chain(&file.account_because) {
            printer.say(&format!("    {because}"));
        }
    }
    Ok(text)
}

/// The folder's name stands for the company's until somebody writes it.
fn name(dir: &Path) -> String {
    let full = std::path::absolute(dir).unwrap_or_else(|_| dir.to_path_buf());
    full.file_name().map_or_else(|| "My company".to_owned(), |name| name.to_string_lossy().into_owned())
}
