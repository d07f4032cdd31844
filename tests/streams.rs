//! What a program can rely on: results on standard output and everything else on standard error, the same columns in every
//! format, a reader who leaves early, a disk that is full.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use throughline::engine::{DuckDb, Engine, Limits};

/// The morning after the company's last day.
const NOW: &str = "2026-04-02T06:00:00Z";

/// The small company of the journeys, in a folder of its own.
fn company() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let company = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys/company");
    for entry in walkdir::WalkDir::new(&company).into_iter().map(Result::unwrap) {
        let target = folder.path().join(entry.path().strip_prefix(&company).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    folder
}

fn throughline(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    command.current_dir(folder).args(arguments).args(["--now", NOW]).env("NO_COLOR", "1");
    command
}

fn said(output: &Output) -> (String, String) {
    (String::from_utf8(output.stdout.clone()).unwrap(), String::from_utf8(output.stderr.clone()).unwrap())
}

/// A verb's results begin with `out`, and it says `err` besides; nothing there where that is empty.
#[track_caller]
fn check(folder: &Path, arguments: &[&str], out: &str, err: &str) {
    let (stdout, stderr) = said(&throughline(folder, arguments).output().unwrap());
    for (found, wanted) in [(&stdout, out), (&stderr, err)] {
        assert!(found.contains(wanted), "{arguments:?} says\n{stdout}\n--- and\n{stderr}");
        assert_eq!(found.is_empty(), wanted.is_empty(), "{arguments:?} says\n{stdout}\n--- and\n{stderr}");
    }
    assert!(stdout.starts_with(out), "{arguments:?} says\n{stdout}");
}

#[test]
fn results_go_to_standard_output_and_everything_else_to_standard_error() {
    let folder = company();
    let root = folder.path();
    check(root, &["check"], "", "the plan holds");
    check(root, &["ingest"], "source", "warning[rows-set-aside]");
    check(root, &["status"], "source", "accounts-unmatched");
    check(root, &["measure", "first-deploy"], "id", "");
    check(root, &["measure", "first-deplo"], "", "error[unknown-metric]");
    check(root, &["list"], "id", "");
    check(root, &["link"], "from", "");
    check(root, &["accounts", "--outcome", "deploying"], "account_id", "deploying, up to");
    check(root, &["explain", "mrr"], "# mrr", "");
    check(root, &["events"], "source", "has stopped");
    check(root, &["sql", "select 1 as one"], "one", "");
    check(root, &["report"], "", "report: ");
    check(root, &["run"], "", "report: ");
    check(root, &["synth", "--accounts", "5", "--weeks", "4", "--out", "made"], "", "wrote");
    check(root, &["init", "fresh"], "", "wrote");
    check(root, &["demo", "."], "", "error[plan-exists]");
    check(root, &["schema"], "{", "");
    check(root, &["completions", "zsh"], "#compdef throughline", "");
    check(root, &["man"], ".ie", "");
}

#[test]
fn every_format_has_the_same_columns_in_the_same_order() {
    let folder = company();
    let root = folder.path();
    for arguments in [
        &["ingest"][..],
        &["status"],
        &["measure", "--by", "tier"],
        &["list", "events"],
        &["list", "codes"],
        &["link"],
        &["accounts", "--outcome", "deploying"],
        &["events"],
        &["events", "deployed"],
        &[
            "sql",
            "select event_name, count(*) as uses, max(occurred_at) as last_at from events group by all order by all",
        ],
    ] {
        let format = |name: &str| {
            let told = throughline(root, &[arguments, &["--format", name]].concat()).output().unwrap();
            said(&told).0
        };
        let words =
            |line: &str| line.split([',', ' ', '|']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let first = |text: &str| words(text.lines().next().unwrap_or_default());
        let columns = first(&format("csv"));
        assert!(!columns.is_empty(), "{arguments:?}");
        assert_eq!(first(&format("table")), columns, "{arguments:?}");
        assert_eq!(first(&format("md")), columns, "{arguments:?}");
        let row: Value = serde_json::from_str(format("ndjson").lines().next().unwrap_or("{}")).unwrap();
        let keys = row.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(keys, columns, "{arguments:?}");
        let file = root.join("table.parquet");
        let written = [arguments, &["--format", "parquet", "--output", file.to_str().unwrap()]].concat();
        assert_eq!(said(&throughline(root, &written).output().unwrap()).0, "", "{arguments:?}");
        assert_eq!(parquet_columns(&file), columns, "{arguments:?}");
        let document: Value = serde_json::from_str(&format("json")).unwrap();
        assert!(document.is_object(), "{arguments:?}");
    }
}

fn parquet_columns(file: &Path) -> String {
    let engine = DuckDb::open(&Limits::default()).unwrap();
    let found = engine.query(&format!("describe from read_parquet('{}')", file.display()), &[]).unwrap();
    (0..found.rows()).filter_map(|row| found.text("column_name", row)).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let folder = company();
    let mut child =
        throughline(folder.path(), &["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_not_taken_for_success() {
    let folder = company();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = throughline(folder.path(), &["schema"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(said(&output).1.contains("could not write to standard output"), "{output:?}");
}

#[test]
fn who_asks_for_quiet_still_hears_why_the_status_is_1() {
    let folder = company();
    let run = throughline(folder.path(), &["run", "--quiet"]).output().unwrap();
    let (out, err) = said(&run);
    assert_eq!((run.status.code(), out.as_str()), (Some(1), ""), "{err}");
    assert!(err.contains("warning[accounts-unmatched]") && !err.contains("report: "), "{err}");
    assert!(!err.contains("rows-set-aside"), "rows set aside within their limit change no status: {err}");
}

#[test]
fn colours_are_for_terminals_and_for_whom_asks() {
    let folder = company();
    let told =
        |more: &[&str]| said(&throughline(folder.path(), &[&["measure", "x"], more].concat()).output().unwrap()).1;
    assert!(!told(&[]).contains('\u{1b}'));
    assert!(told(&["--color", "always"]).contains("\u{1b}[31m"));
    assert!(!told(&["--color", "never"]).contains('\u{1b}'));
}

#[test]
fn rows_come_in_on_standard_input_as_a_source() {
    let folder = company();
    for (arguments, accepted) in [(&["ingest", "app", "-"][..], 1), (&["ingest", "--source", "app", "-"], 0)] {
        let row = "{\"id\":\"900\",\"event\":\"opened\",\"time\":\"2026-04-01T07:00:00Z\",\"user\":\"gus\",\"account\":\"a7\"}\n";
        let mut child = throughline(folder.path(), &[arguments, &["--format", "json"]].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), row.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let files = told["sources"][0]["files"].as_array().unwrap();
        let landed = files.iter().find(|file| file["file"].as_str().unwrap().contains("stdin-")).unwrap();
        assert_eq!(landed["accepted"], accepted, "{told}");
    }
    let nobody = throughline(folder.path(), &["ingest", "-"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(nobody.status.code(), Some(2), "{nobody:?}");
}
