//! Runs `tests/queries/*.slt`: each rule of a query on a handful of rows.
//!
//! A file makes the relations its query reads, then loads the query by `statement ok` and `load shape/week_parts.sql` (the
//! path under `queries/`), and asks. Every file has an engine of its own, with `shape/tests.sql` loaded.

use std::path::Path;

use sqllogictest::{DB, DBOutput, DefaultColumnType, Runner};
use throughline::engine::{DuckDb, Engine, Limits};

/// An engine that runs what a file says.
struct Engined(DuckDb);

/// What the engine said, in one line, so that a file can expect it.
#[derive(Debug)]
struct Said(String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

impl DB for Engined {
    type Error = Said;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Said> {
        let said = |error: anyhow::Error| Said(format!("{error:#}").replace('\n', " "));
        if let Some(path) = sql.trim().strip_prefix("load ") {
            let text = std::fs::read_to_string(Path::new("queries").join(path.trim()));
            let text = text.map_err(|error| Said(format!("queries/{path}: {error}")))?;
            self.0.run(&text, &[]).map_err(said)?;
            return Ok(DBOutput::StatementComplete(0));
        }
        if !["select", "with", "from"].iter().any(|word| sql.trim_start().to_lowercase().starts_with(word)) {
            self.0.run(sql, &[]).map_err(said)?;
            return Ok(DBOutput::StatementComplete(0));
        }
        // All cells as text: what is tested is what a person would read.
        let body = sql.trim().trim_end_matches(';');
        let frame =
            self.0.query(&format!("select cast(columns(*) as varchar) from ({body}) as told"), &[]).map_err(said)?;
        let names: Vec<String> = frame.0.get_column_names().iter().map(|name| name.to_string()).collect();
        let cell = |name: &String, row| match frame.text(name, row) {
            None => "NULL".to_owned(),
            Some(text) if text.is_empty() => "(empty)".to_owned(),
            Some(text) => text,
        };
        let rows = (0..frame.rows()).map(|row| names.iter().map(|name| cell(name, row)).collect()).collect();
        Ok(DBOutput::Rows { types: vec![DefaultColumnType::Any; names.len()], rows })
    }

    fn engine_name(&self) -> &str {
        "duckdb"
    }
}

#[test]
fn every_query_keeps_its_rules() {
    let mut files: Vec<_> = std::fs::read_dir("tests/queries")
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "slt"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    let mut failures = Vec::new();
    for file in files {
        let open = || async {
            let mut engine = Engined(DuckDb::open(&Limits::default()).map_err(|error| Said(format!("{error:#}")))?);
            engine.run("load shape/tests.sql")?;
            Ok(engine)
        };
        if let Err(error) = Runner::new(open).run_file(&file) {
            failures.push(format!("{error}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
