//! What editors and shells ask for: the plan's schema, completions, the manual page. All made from the code.

use anyhow::{Context, Result};
use clap::CommandFactory;

use super::Exit;
use super::args::Command;
use super::printer::Printer;

/// `throughline schema`
pub(super) fn schema(printer: Printer) -> Result<Exit> {
    printer.result(&crate::plan::schema::json())?;
    Ok(Exit::Done)
}

/// `throughline completions SHELL`
pub(super) fn completions(printer: Printer, shell: clap_complete::Shell) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Command::command(), "throughline", &mut text);
    printer.result(&String::from_utf8(text).context("the completions are no text")?)?;
    Ok(Exit::Done)
}

/// `throughline man`: the page of the program, then one of each verb.
pub(super) fn man(printer: Printer) -> Result<Exit> {
    let mut text = Vec::new();
    let mut command = Command::command();
    command.build();
    let verbs: Vec<_> = command.get_subcommands().filter(|verb| verb.get_name() != "help").cloned().collect();
    for page in std::iter::once(command).chain(verbs) {
        let name = page.get_display_name().unwrap_or_else(|| page.get_name()).to_owned();
        let page = clap_mangen::Man::new(page).title(name);
        page.render(&mut text).context("could not write the manual page")?;
    }
    printer.result(&String::from_utf8(text).context("the manual page is no text")?)?;
    Ok(Exit::Done)
}
