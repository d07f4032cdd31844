//! A pack can be made again as a run of before knew it, whatever has changed since.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

const NOW: &str = "2026-07-01T06:00:00Z";

#[test]
fn a_pack_is_made_again_from_the_rows_plan_and_side_files_of_then() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("company");
    let arguments = ["synth", "--accounts", "40", "--weeks", "30", "--seed", "3", "--out"];
    done(&throughline(Path::new("."), &[&arguments[..], &[root.to_str().unwrap()]].concat()));
    done(&throughline(&root, &["run", "--now", NOW]));
    let first = pack(&root, "2026-06-30");
    let measured = measure(&root, &[]);

    change(&root.join("throughline.toml"), "name = \"Loomworks\"", "name = \"Changed\"");
    std::fs::write(root.join("decisions.toml"), "").unwrap();
    let month = root.join("exports/posthog/2026-05.jsonl.gz");
    std::fs::copy(root.join("exports/posthog/2026-06.jsonl.gz"), &month).unwrap();
    std::fs::remove_file(root.join("exports/posthog/2026-06.jsonl.gz")).unwrap();
    done(&throughline(&root, &["ingest", "product", "--afresh", "--now", NOW]));
    done(&throughline(&root, &["run", "--now", NOW]));
    let second = pack(&root, "2026-06-30.2");
    assert_ne!(first["pack.md"], second["pack.md"]);
    assert_ne!(measured, measure(&root, &[]), "a month is gone");
    let latest = pack(&root, "latest");

    done(&throughline(&root, &["report", "--as-known", "2026-06-30.1", "--now", "2026-07-03T06:00:00Z"]));
    assert_eq!(first, pack(&root, "2026-06-30.1"), "the same bytes");
    assert_eq!(latest, pack(&root, "latest"), "the latest stays what it is");
    assert_eq!(measured, measure(&root, &["--as-known", "2026-06-30.1"]));
}

#[test]
fn a_run_that_never_was_is_told_with_those_that_were() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("company");
    let arguments = ["synth", "--accounts", "20", "--weeks", "20", "--seed", "3", "--out"];
    done(&throughline(Path::new("."), &[&arguments[..], &[root.to_str().unwrap()]].concat()));
    let asked = throughline(&root, &["report", "--as-known", "2026-06-30.1", "--now", NOW]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(told(&asked).contains("no run can be read yet"), "{}", told(&asked));
    done(&throughline(&root, &["run", "--now", NOW]));
    let asked = throughline(&root, &["report", "--as-known", "2026-06-30.7", "--now", NOW]);
    assert_eq!(asked.status.code(), Some(2));
    let words = told(&asked);
    assert!(words.contains("there is no run `2026-06-30.7`") && words.contains("can be read: 2026-06-30.1"), "{words}");
}

fn measure(root: &Path, more: &[&str]) -> String {
    let output = throughline(root, &[&["measure", "weekly-users", "--format", "csv", "--now", NOW], more].concat());
    done(&output);
    String::from_utf8(output.stdout).unwrap()
}

fn change(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// The files of a pack by their paths in it.
fn pack(root: &Path, name: &str) -> BTreeMap<String, Vec<u8>> {
    let folder = root.join("reports").join(name);
    let files = walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap).filter(|one| one.file_type().is_file());
    files
        .map(|file| {
            let path = file.path().strip_prefix(&folder).unwrap().display().to_string();
            (path, std::fs::read(file.path()).unwrap())
        })
        .collect()
}

fn done(output: &Output) {
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", told(output));
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn throughline(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    if folder.join("throughline.toml").exists() {
        command.arg("-C").arg(folder);
    }
    command.args(arguments).env("NO_COLOR", "1").output().unwrap()
}
