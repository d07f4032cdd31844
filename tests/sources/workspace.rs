//! A workspace in a folder of its own, and the program run in it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

/// The plan's file, which a test writes like any other.
pub(crate) const PLAN: &str = "throughline.toml";
/// The moment of a test that names none.
pub(crate) const NOW: &str = "2026-07-15T12:00:00Z";

/// A workspace in a folder of its own.
pub(crate) struct Workspace {
    folder: TempDir,
}

/// What a verb came to.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Workspace {
    /// A workspace with these sources.
    pub(crate) fn new(sources: &str) -> Self {
        let workspace = Self { folder: tempfile::tempdir().unwrap() };
        workspace.plan("UTC", sources);
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the plan anew.
    pub(crate) fn plan(&self, zone: &str, sources: &str) {
        self.write(PLAN, plan(zone, sources));
    }

    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Runs a verb at a moment.
    pub(crate) fn at(&self, now: &str, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.arg("-C").arg(self.root()).args(arguments).args(["-v", "--now", now]).env("NO_COLOR", "1");
        let done = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Said { status: done.status.code().unwrap(), out: text(done.stdout), err: text(done.stderr) }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.at(NOW, arguments)
    }

    pub(crate) fn ingest(&self) -> Said {
        self.run(&["ingest", "--format", "json"])
    }

    /// The rows of a query, as lists.
    pub(crate) fn rows(&self, query: &str) -> Vec<Value> {
        let said = self.run(&["sql", query, "--format", "json"]);
        let told: Value = serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{query}\n{}", said.err));
        told["rows"].as_array().unwrap().clone()
    }

    /// The rows of a query, each as the text of its JSON.
    pub(crate) fn told(&self, query: &str) -> Vec<String> {
        self.rows(query).iter().map(Value::to_string).collect()
    }
}

/// A plan with these sources and nothing else.
pub(crate) fn plan(zone: &str, sources: &str) -> String {
    format!(
        "[workspace]\nname = \"Loomworks\"\ntimezone = \"{zone}\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\n{sources}"
    )
}

impl Said {
    /// The codes of problems, and of rows where a document of `ingest` tells them.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        let heads = self.err.lines().filter_map(|line| {
            let (severity, rest) = line.split_once('[')?;
            let code = rest.split_once("]: ")?.0;
            ["error", "warning", "note"].contains(&severity).then(|| code.to_owned())
        });
        let document: Value = serde_json::from_str(&self.out).unwrap_or_default();
        let sources = document["sources"].as_array().cloned().unwrap_or_default();
        let files = sources.iter().flat_map(|source| source["files"].as_array().cloned().unwrap_or_default());
        let reasons = files.flat_map(|file| file["reasons"].as_object().cloned().unwrap_or_default());
        heads.chain(reasons.map(|(code, _)| code)).collect()
    }

    /// The message of a code, from its head to the next one.
    #[track_caller]
    pub(crate) fn message(&self, code: &str) -> String {
        let head = format!("[{code}]: ");
        let mut lines = self.err.lines().skip_while(|line| !line.contains(&head));
        let first = lines.next().unwrap_or_else(|| panic!("nothing says `{code}`:\n{}", self.err));
        let rest = lines.take_while(|line| line.starts_with("  "));
        std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n")
    }

    /// The counts of all files: read, accepted, duplicate, set aside.
    pub(crate) fn counts(&self) -> [u64; 4] {
        let document: Value = serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}", self.err));
        let sources = document["sources"].as_array().unwrap();
        ["read", "accepted", "duplicate", "set_aside"]
            .map(|name| sources.iter().map(|source| source[name].as_u64().unwrap()).sum())
    }
}

/// A line of an event.
pub(crate) fn event(id: &str, name: &str, time: &str, more: &str) -> String {
    format!("{{\"id\":\"{id}\",\"event\":\"{name}\",\"time\":\"{time}\",\"user\":\"u1\",\"account\":\"t1\"{more}}}\n")
}

/// An event a day, from the first of a month on.
pub(crate) fn daily(name: &str, month: u8, days: std::ops::RangeInclusive<u8>) -> String {
    days.map(|day| event(&format!("{name}-{month}-{day}"), name, &format!("2026-{month:02}-{day:02}T08:00:00Z"), ""))
        .collect()
}

/// A file of JSON lines declared as `events`.
pub(crate) const EVENTS: &str = "[sources.app]\nkind = \"events\"\nfiles = \"exports/*\"\n";
