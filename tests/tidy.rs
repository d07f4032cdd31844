//! The house rules as tests: floors, sizes, query heads, and paths named in docs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The floor of each module; a module uses only floors below its own (`src/README.md`).
const FLOORS: [(&str, u8); 16] = [
    ("model", 1),
    ("stats", 1),
    ("diag", 2),
    ("plan", 3),
    ("engine", 4),
    ("lake", 4),
    ("ingest", 5),
    ("shape", 5),
    ("measure", 5),
    ("business", 5),
    ("link", 5),
    ("report", 5),
    ("sample", 5),
    ("run", 6),
    ("cli", 7),
    ("main", 8),
];

/// Heavy crates and the one module that may name them.
const OWNERS: [(&str, &[&str]); 8] = [
    ("duckdb", &["src/engine/duckdb.rs"]),
    ("deltalake", &["src/lake/delta.rs"]),
    ("parquet::arrow", &["src/lake/file.rs"]),
    ("parquet::file", &["src/lake/file.rs"]),
    ("tokio", &["src/lake/mod.rs", "src/ingest/http"]),
    ("reqwest", &["src/ingest/http"]),
    ("plotters", &["src/report/chart"]),
    ("clap", &["src/cli"]),
];

#[test]
fn arrows_run_down() {
    let floors = BTreeMap::from(FLOORS);
    let mut wrong = Vec::new();
    for file in sources() {
        let inside = file.strip_prefix(root().join("src")).expect("it lies there");
        let room = inside.iter().next().and_then(|part| part.to_str()).expect("a name").trim_end_matches(".rs");
        let Some(floor) = floors.get(room) else { continue };
        for (number, line) in text(&file).lines().enumerate() {
            for used in modules_of(line) {
                let other = floors.get(used.as_str()).copied().unwrap_or(0);
                if used != room && other >= *floor {
                    wrong.push(format!("{}:{} uses `{used}`", inside.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "a module uses only the floors below its own:\n{}", wrong.join("\n"));
}

/// The modules of this crate that a line names: `crate::x::…`, also in `use crate::{x, y}`.
fn modules_of(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or("");
    let mut found = Vec::new();
    for part in code.split("crate::").skip(1) {
        if let Some(list) = part.strip_prefix('{') {
            found.extend(list.split([',', '}']).map(|name| name.split("::").next().unwrap_or("").trim().to_owned()));
        } else {
            found.push(part.chars().take_while(|letter| letter.is_ascii_lowercase() || *letter == '_').collect());
        }
    }
    found
}

#[test]
fn a_heavy_crate_has_one_owner() {
    let mut wrong = Vec::new();
    for file in sources() {
        let inside = file.strip_prefix(root()).expect("it lies there").to_string_lossy().replace('\\', "/");
        for (krate, owners) in OWNERS {
            let named = text(&file).lines().any(|line| {
                let code = line.split("//").next().unwrap_or("");
                code.contains(&format!("use {krate}::"))
                    || code.contains(&format!(" {krate}::"))
                    || code.contains(&format!("({krate}::"))
            });
            if named && !owners.iter().any(|owner| inside.starts_with(owner)) {
                wrong.push(format!("{inside} names `{krate}`"));
            }
        }
    }
    wrong.retain(|line| !(line.contains("src/engine/mod.rs") && line.contains("duckdb")));
    assert!(wrong.is_empty(), "each heavy crate has one owner:\n{}", wrong.join("\n"));
}

#[test]
fn a_query_says_its_grain_and_what_it_reads() {
    let mut wrong = Vec::new();
    for file in files(&root().join("queries"), "sql") {
        let text = text(&file);
        let head: Vec<_> = text.lines().take_while(|line| line.starts_with("--")).collect();
        let says = |word: &str| head.iter().any(|line| line.starts_with(&format!("-- {word}")));
        if head.is_empty() || !says("grain") || !says("reads") {
            wrong.push(file.display().to_string());
        }
        for banned in ["current_date", "random()", "now()"] {
            assert!(!text.contains(banned), "{} is not the same twice: {banned}", file.display());
        }
    }
    assert!(wrong.is_empty(), "the head of a query says its grain and what it reads:\n{}", wrong.join("\n"));
}

#[test]
fn every_query_is_compiled_in() {
    let listed = text(&root().join("src/engine/queries.rs"));
    let mut wrong = Vec::new();
    for file in files(&root().join("queries"), "sql") {
        let inside =
            file.strip_prefix(root().join("queries")).expect("it lies there").to_string_lossy().replace('\\', "/");
        if !listed.contains(&inside) {
            wrong.push(inside);
        }
    }
    assert!(wrong.is_empty(), "a query that no stage loads:\n{}", wrong.join("\n"));
}

/// Queries that no test of `tests/queries` loads, each with the reason.
const UNTESTED: [(&str, &str); 1] = [("shape/tests.sql", "the runner of those tests loads it for all of them")];

#[test]
fn every_query_is_tested_on_a_handful_of_rows() {
    let tests: String = files(&root().join("tests/queries"), "slt").iter().map(|file| text(file)).collect();
    let loaded: BTreeSet<_> = tests.lines().filter_map(|line| line.strip_prefix("load ")).map(str::trim).collect();
    let mut wrong = Vec::new();
    for file in files(&root().join("queries"), "sql") {
        let inside =
            file.strip_prefix(root().join("queries")).expect("it lies there").to_string_lossy().replace('\\', "/");
        if loaded.contains(inside.as_str()) == UNTESTED.iter().any(|(path, _)| *path == inside) {
            wrong.push(inside);
        }
    }
    assert!(
        wrong.is_empty(),
        "a query needs a test in tests/queries, or a reason here; not both:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_code_that_can_be_said_is_listed() {
    let listed = listed_codes();
    let mut said = BTreeSet::new();
    for file in sources() {
        let whole = text(&file);
        let code = whole.split("#[cfg(test)]").next().unwrap_or_default();
        for head in ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note(", "untestable("] {
            let rests = code.split(head).skip(1).map(str::trim_start);
            said.extend(rests.filter_map(|rest| Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned())));
        }
        if file.ends_with("ingest/rows/problem.rs") {
            let words = code.lines().filter_map(|line| line.split_once("=> \"")?.1.split_once('"'));
            said.extend(words.map(|(word, _)| word.to_owned()));
        }
    }
    assert!(said.len() > 100, "the codes are found: {said:?}");
    let unlisted: Vec<_> = said.iter().filter(|code| !listed.contains(*code)).collect();
    assert!(unlisted.is_empty(), "a code that `throughline list codes` does not explain: {unlisted:?}");
}

#[test]
fn no_code_is_listed_that_nothing_says() {
    let all: String = sources().iter().map(|file| text(file)).collect();
    let silent: Vec<_> =
        listed_codes().into_iter().filter(|code| all.matches(&format!("\"{code}\"")).count() < 2).collect();
    assert!(silent.is_empty(), "a code in a list that no other line names: {silent:?}");
}

/// What `throughline list codes` lists; each once.
fn listed_codes() -> BTreeSet<String> {
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_throughline"));
    let done = program.args(["list", "codes", "--format", "csv"]).output().expect("the program runs");
    let told = String::from_utf8(done.stdout).expect("a table is text");
    let codes: Vec<_> = told.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let listed: BTreeSet<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    assert_eq!(listed.len(), codes.len(), "a code means one thing: {codes:?}");
    listed
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let wrong: Vec<_> = sources()
        .into_iter()
        .filter(|file| !text(file).starts_with("//!"))
        .map(|file| file.display().to_string())
        .collect();
    assert!(wrong.is_empty(), "a module opens with a sentence that says what it is for:\n{}", wrong.join("\n"));
}

#[test]
fn paths_named_in_the_docs_exist() {
    let mut wrong = Vec::new();
    for doc in ["README.md", "src/README.md", "queries/README.md"] {
        for named in text(&root().join(doc)).split('`').skip(1).step_by(2) {
            let is_path = ["src/", "queries/", "tests/", "benches/", "sample-data/", ".ci/"]
                .iter()
                .any(|start| named.starts_with(start));
            let plain = !named.contains(['*', '<', ' ', '{']);
            if is_path && plain && !root().join(named).exists() {
                wrong.push(format!("{doc} names {named}"));
            }
        }
    }
    assert!(wrong.is_empty(), "a path in a doc that is not there:\n{}", wrong.join("\n"));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<PathBuf> {
    files(&root().join("src"), "rs")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<_> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    found.sort();
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
