//! The program itself on a make-believe company: run, killed, and looked at afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::workspace;

/// The morning after the company's last day.
pub(crate) const NOW: &str = "2026-07-01T06:00:00Z";

/// Makes a small company: some 10,000 events, and what billing and CRM say of them.
pub(crate) fn synth(root: &Path) {
    let arguments = ["synth", "--accounts", "40", "--weeks", "30", "--seed", "3", "--out", root.to_str().unwrap()];
    let done = Command::new(env!("CARGO_BIN_EXE_throughline")).args(arguments).output().unwrap();
    assert!(done.status.success(), "{}", told(&done));
}

/// The program on a workspace.
pub(crate) fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
    command.arg("-C").arg(root).args(arguments).args(["--now", NOW]).env("NO_COLOR", "1");
    command
}

/// What it says and how it leaves.
pub(crate) fn throughline(root: &Path, arguments: &[&str]) -> Output {
    command(root, arguments).output().unwrap()
}

/// A run to its end.
pub(crate) fn run(root: &Path) {
    let done = throughline(root, &["run"]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{}", told(&done));
}

/// The status and both streams, for a test that fails.
pub(crate) fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{:?}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr))
}

/// Everything a workspace holds for its readers: the lake row by row, what was published, the packs byte by byte.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    lake: Vec<String>,
    published: BTreeMap<&'static str, String>,
    packs: BTreeMap<String, Vec<u8>>,
}

impl Held {
    pub(crate) fn by(root: &Path) -> Self {
        let published = [
            ("readings", "select * from readings order by all"),
            ("evidence", "select * from evidence order by all"),
            ("runs", "select run, as_of, plan_hash, version from runs order by all"),
            ("files", "select path, read, accepted, duplicate, set_aside from files order by all"),
        ];
        let answers = published.map(|(name, sql)| (name, sql_of(root, sql)));
        Self { lake: workspace::dump(&root.join(".throughline")), published: answers.into(), packs: packs(root) }
    }

    /// In which parts it differs from another.
    pub(crate) fn differs(&self, other: &Self) -> Vec<String> {
        let mut differs = Vec::new();
        let only = |these: &[String], those: &[String]| -> Vec<String> {
            these.iter().filter(|row| those.binary_search(row).is_err()).take(5).cloned().collect()
        };
        if self.lake != other.lake {
            let (lost, new) = (only(&self.lake, &other.lake), only(&other.lake, &self.lake));
            differs.push(format!(
                "the lake: {} rows and {}; lost {lost:#?}, new {new:#?}",
                self.lake.len(),
                other.lake.len()
            ));
        }
        for (name, text) in &self.published {
            if other.published[name] != *text {
                differs.push(format!("`{name}`:\n{text}\nand\n{}", other.published[name]));
            }
        }
        for path in self.packs.keys().chain(other.packs.keys()) {
            if self.packs.get(path) != other.packs.get(path) {
                differs.push(format!("the pack's {path}"));
            }
        }
        differs
    }
}

fn sql_of(root: &Path, sql: &str) -> String {
    let done = throughline(root, &["sql", sql, "--format", "csv"]);
    assert!(done.status.success(), "{sql}: {}", told(&done));
    String::from_utf8(done.stdout).unwrap()
}

/// read = accepted + duplicate + set aside, for every file a reader sees.
pub(crate) fn accounted(root: &Path) {
    let query = "select path from files where read <> accepted + duplicate + set_aside";
    let done = throughline(root, &["sql", query, "--format", "json"]);
    let wrong: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", told(&done)));
    assert_eq!(wrong["rows"], Value::Array(Vec::new()));
}

fn packs(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let reports = root.join("reports");
    let files = walkdir::WalkDir::new(&reports).into_iter().filter_map(Result::ok);
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(&reports).unwrap().display().to_string();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Copies a folder, times of change and all.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).unwrap();
        } else {
            fs::copy(entry.path(), &target).unwrap();
            let modified = entry.metadata().unwrap().modified().unwrap();
            fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        }
    }
}
