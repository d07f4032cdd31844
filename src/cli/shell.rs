//! `throughline sql` at a terminal: statements that end with `;`, and a history of them that lasts.
//!
//! The terminal's own line editing is all there is; `rlwrap throughline sql` adds arrows and search for whom has it.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::printer::Printer;

/// So many statements are kept.
const KEPT: usize = 500;

const HELP: &str = "\
a query ends with `;`, over as many lines as it takes
  .tables    the tables
  .history   what was asked before; `!3` asks the third again
  .quit      leave; so does Ctrl-D";

/// Reads statements until the input ends, and answers each.
pub(super) fn shell(printer: Printer, state: &Path, answer: &dyn Fn(&str) -> Result<()>) -> Result<()> {
    let mut history = History::open(state);
    printer.say(&format!("read-only SQL over the workspace's tables\n{HELP}"));
    let mut lines = std::io::stdin().lock().lines();
    let mut statement = String::new();
    loop {
        prompt(if statement.is_empty() { "sql> " } else { "  -> " });
        let Some(line) = lines.next() else { return Ok(()) };
        let line = line.context("could not read what is typed")?;
        let asked = match line.trim() {
            "" => continue,
            ".quit" | ".exit" | "quit" | "exit" => return Ok(()),
            ".help" => {
                printer.say(HELP);
                continue;
            }
            ".history" => {
                printer.say(&history.told());
                continue;
            }
            ".tables" => "show tables".to_owned(),
            again if statement.is_empty() && again.starts_with('!') => match history.at(&again[1..]) {
                Some(asked) => asked,
                None => {
                    printer.say("there is no such statement: `.history` lists them");
                    continue;
                }
            },
            _ => {
                statement.push_str(&line);
                statement.push('\n');
                if !statement.trim_end().ends_with(';') {
                    continue;
                }
                let asked = std::mem::take(&mut statement).trim().to_owned();
                history.keep(&asked);
                asked
            }
        };
        if let Err(problem) = answer(&asked) {
            printer.failure(&problem);
        }
    }
}

fn prompt(text: &str) {
    let mut out = std::io::stderr().lock();
    let _closed = write!(out, "{text}").and_then(|()| out.flush());
}

/// The statements of before, oldest first: a file of JSON texts, so that each keeps its lines.
struct History {
    file: std::path::PathBuf,
    statements: Vec<String>,
}

impl History {
    fn open(state: &Path) -> Self {
        let file = state.join("sql_history");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let statements = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { file, statements }
    }

    fn keep(&mut self, statement: &str) {
        if self.statements.last().is_some_and(|last| last == statement) {
            return;
        }
        self.statements.push(statement.to_owned());
        let first = self.statements.len().saturating_sub(KEPT);
        let text: String =
            self.statements[first..].iter().map(|one| format!("{}\n", serde_json::Value::from(one.as_str()))).collect();
        // A folder that cannot be written costs the history, not the answer.
        let _kept = std::fs::write(&self.file, text);
    }

    fn told(&self) -> String {
        let one = |(at, statement): (usize, &String)| format!("{:>4}  {}", at + 1, statement.replace('\n', " "));
        self.statements.iter().enumerate().map(one).collect::<Vec<_>>().join("\n")
    }

    fn at(&self, number: &str) -> Option<String> {
        let at: usize = number.trim().trim_end_matches(';').parse().ok()?;
        self.statements.get(at.checked_sub(1)?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_found_again_after_the_shell_was_left() {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::open(folder.path());
        history.keep("select 1 -- one\n+ 1;");
        history.keep("select 2;");
        history.keep("select 2;");
        let again = History::open(folder.path());
        assert_eq!(again.at("1").as_deref(), Some("select 1 -- one\n+ 1;"));
        assert_eq!(again.at("2;").as_deref(), Some("select 2;"));
        assert_eq!((again.at("3"), again.at("0"), again.at("x")), (None, None, None));
        assert_eq!(again.told(), "   1  select 1 -- one + 1;\n   2  select 2;");
    }
}
