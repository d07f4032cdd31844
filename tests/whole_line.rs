//! The whole line through the program itself: the demo, run twice, killed, and run by two at once.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

#[test]
fn killed_at_any_moment_the_next_run_finishes_and_nothing_is_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let calm = folder.path().join("calm");
    synth(&calm);
    ingest(&calm);
    let expected = dump(&calm);
    let restless = folder.path().join("restless");
    synth(&restless);
    for wait in kill_moments() {
        let mut child =
            command(&restless, &["ingest", "--now", NOW]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(wait);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    ingest(&restless);
    assert_eq!(expected, dump(&restless));
    accounted(&restless);
}

#[test]
fn the_second_of_two_runs_at_once_is_told_who_holds_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("company");
    synth(&root);
    std::fs::create_dir_all(root.join(".throughline")).unwrap();
    let path = root.join(".throughline/lock");
    std::fs::write(&path, "`throughline run`, process 7 on night, since 2026-07-01T02:00:00Z").unwrap();
    let held = std::fs::File::open(&path).unwrap();
    held.lock().unwrap();
    let second = throughline(&root, &["run", "--now", NOW]);
    assert_eq!(second.status.code(), Some(3), "{}", told(&second));
    assert!(told(&second).contains("process 7 on night"), "{}", told(&second));
    held.unlock().unwrap();
    let third = throughline(&root, &["ingest", "--now", NOW]);
    assert!(told(&third).contains("taken over"), "{}", told(&third));
}

/// Moments over about the length of a small ingest, `THROUGHLINE_SLOW` for many.
fn kill_moments() -> Vec<Duration> {
    let count = if std::env::var_os("THROUGHLINE_SLOW").is_some() { 50 } else { 8 };
    (1..=count).map(|step| Duration::from_millis(step * 1_600 / count)).collect()
}

fn synth(root: &Path) {
    let arguments = ["synth", "--accounts", "40", "--weeks", "30", "--seed", "3", "--out"];
    let done = throughline(Path::new("."), &[&arguments[..], &[root.to_str().unwrap()]].concat());
    assert!(done.status.success(), "{}", told(&done));
}

fn ingest(root: &Path) {
    let done = throughline(root, &["ingest", "--now", NOW]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", told(&done));
}

/// Every row of the lake that a reader sees, in one order.
fn dump(root: &Path) -> BTreeMap<&'static str, String> {
    let tables = [
        ("events", "source, event_id, event_name, occurred_at, local_day, raw_user_id, raw_account_id, properties"),
        ("snapshots", "source, account_id, observed_at, local_day, gauge, value"),
        ("crm_companies", "*"),
        ("crm_deals", "*"),
        ("subscriptions", "*"),
        ("files", "source, path, length, hash, day, read, accepted, duplicate, set_aside"),
        ("set_aside", "source, file, position, byte_offset, reason"),
    ];
    let rows = |(table, columns): (&'static str, &str)| {
        let query = format!("select {columns} from {table} order by all");
        let done = throughline(root, &["sql", &query, "--format", "csv", "--now", NOW]);
        assert!(done.status.success(), "{table}: {}", told(&done));
        (table, String::from_utf8(done.stdout).unwrap())
    };
    tables.into_iter().map(rows).collect()
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
