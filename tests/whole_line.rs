//! The whole line through the program itself: the demo, run twice.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The morning after the sample's last day.
const NOW: &str = "2026-07-01T06:00:00Z";

#[test]
fn the_demo_finds_what_was_planted_and_a_second_run_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("demo");
    let demo = throughline(folder.path(), &["demo", root.to_str().unwrap(), "--now", NOW]);
    assert!(demo.status.success(), "{}", told(&demo));

    let links: Value =
        serde_json::from_slice(&throughline(&root, &["link", "--format", "json", "--now", NOW]).stdout).unwrap();
    let planted = links["links"].as_array().unwrap().iter().find(|link| link["from"] == "production-habit").unwrap();
    assert_eq!(planted["grade"], Value::Null, "no grade is printed that is not computed");
    assert!(planted["low"].as_f64().unwrap() > 0.0, "the planted effect stands above zero: {planted}");

    accounted(&root);
    let first = packs(&root);
    let versions = log_entries(&root);
    let again = throughline(&root, &["run", "--now", NOW]);
    assert!(matches!(again.status.code(), Some(0 | 1)), "{}", told(&again));
    assert_eq!(first, packs(&root), "the same inputs give the same bytes");
    assert_eq!(versions, log_entries(&root), "a run that saw the very same commits nothing");
}

/// read = accepted + duplicate + set aside, for every file.
fn accounted(root: &Path) {
    let query = "select path from files where read <> accepted + duplicate + set_aside";
    let done = throughline(root, &["sql", query, "--format", "json", "--now", NOW]);
    let wrong: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", told(&done)));
    assert_eq!(wrong["rows"], Value::Array(Vec::new()));
}

/// The packs' files by path.
fn packs(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let reports = root.join("reports");
    walkdir::WalkDir::new(&reports)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (entry.path().strip_prefix(&reports).unwrap().display().to_string(), std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// How many commits each table's log has.
fn log_entries(root: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root.join(".throughline/lake")).into_iter().filter_map(Result::ok) {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            *counts.entry(path.parent().unwrap().display().to_string()).or_default() += 1;
        }
    }
    counts
}

fn throughline(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    let has_plan = folder.join("throughline.toml").exists();
    command.args(if has_plan { vec!["-C", folder.to_str().unwrap()] } else { Vec::new() });
    command.args(arguments).env("NO_COLOR", "1");
    command
}

fn told(output: &Output) -> String {
    format!(
        "{:?}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
