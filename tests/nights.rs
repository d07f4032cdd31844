//! Nights in a row, through the program: what a second run says of the first, and what a run says of its data.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::Value;

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "UTC"
week_starts = "monday"
currency = "EUR"

[sources.product]
kind = "events"
files = "exports/events*.csv"

[sources.billing]
kind = "subscriptions"
files = "exports/subscriptions*.csv"

[identity]
billing = [{ customer = "customer_id", account = "account_id" }]

[signals.deploy]
event = "deployed"

[[lane]]
id = "edge"
name = "Edge"
owner = "Edge PM"

[[outcome]]
id = "production"
lane = "edge"
statement = "A team deploys to production more often"
behaviour = "deploy"

[[traction]]
id = "teams-deploying"
title = "Teams that deploy"
outcome = "production"
kind = "active"
signal = "deploy"

[[business]]
id = "mrr"
kind = "mrr"
owner = "leadership"
"#;

/// How many teams deploy in each week from Monday 1 December 2025 on: fifteen ordinary weeks, then two that are not.
const TEAMS: [usize; 17] = [20, 24, 19, 23, 21, 25, 18, 22, 24, 20, 23, 19, 25, 21, 22, 40, 41];
const FIRST: Date = date(2025, 12, 1);

/// The morning after the day that completes 31 March.
const NOW: &str = "2026-04-02T06:00:00Z";
const NEXT_NIGHT: &str = "2026-04-03T06:00:00Z";

/// A workspace in a folder of its own, with the exports as they are on the first night.
struct Workspace {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Workspace {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_path_buf();
        std::fs::create_dir_all(root.join("exports")).unwrap();
        let here = Self { _folder: folder, root };
        here.put("throughline.toml", PLAN);
        here.put("exports/events-1.csv", &events());
        here.put("exports/subscriptions-2026-03-31.csv", &subscriptions("49"));
        here
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.root.join(name), text).unwrap();
    }

    fn call(&self, arguments: &[&str], now: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
        command.args(["-C", self.root.to_str().unwrap()]).args(arguments).args(["--now", now]).env("NO_COLOR", "1");
        command.output().unwrap()
    }

    /// Runs, and gives the exit status and all that was said.
    fn run(&self, now: &str) -> (i32, String) {
        let done = self.call(&["run"], now);
        (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root.join(name)).unwrap_or_else(|problem| panic!("{name}: {problem}"))
    }

    fn sql(&self, query: &str) -> Value {
        let done = self.call(&["sql", query, "--format", "json"], NEXT_NIGHT);
        let text = String::from_utf8_lossy(&done.stderr).into_owned();
        serde_json::from_slice::<Value>(&done.stdout).unwrap_or_else(|_| panic!("{text}"))["rows"].take()
    }

    /// Every file of the packs, by path.
    fn packs(&self) -> BTreeMap<String, Vec<u8>> {
        let files = walkdir::WalkDir::new(self.root.join("reports")).into_iter().map(Result::unwrap);
        let read = |path: &Path| (path.display().to_string(), std::fs::read(path).unwrap());
        files.filter(|entry| entry.file_type().is_file()).map(|entry| read(entry.path())).collect()
    }
}

fn events() -> String {
    let mut text = "time,event,user,account\n".to_owned();
    for (week, teams) in (0_i64..).zip(TEAMS) {
        for team in 0..teams {
            let day = FIRST.saturating_add((week * 7 + i64::try_from(team % 5).unwrap()).days());
            writeln!(text, "{day}T09:00:00Z,deployed,u{team:02},t{team:02}").unwrap();
        }
    }
    writeln!(text, "2026-04-01T09:00:00Z,deployed,u00,t00").unwrap();
    text
}

/// Five teams' deploys of a week in December, told months later.
fn late_events() -> String {
    let row = |team: usize| format!("2025-12-10T09:00:00Z,deployed,u{team},t{team}\n");
    let rows: String = (41..46).map(row).collect();
    format!("time,event,user,account\n{rows}")
}

fn subscriptions(amount: &str) -> String {
    let mut text = "id,customer,status,plan,quantity,amount,interval,currency,started,ended\n".to_owned();
    for team in 0..20 {
        writeln!(text, "s{team:02},t{team:02},active,team,1,{amount},month,EUR,2025-11-{:02},", team + 1).unwrap();
    }
    text
}

#[test]
fn a_second_night_with_late_rows_says_what_they_changed_and_prints_old_and_new() {
    let here = Workspace::new();
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 0, "{told}");
    let first = here.read("reports/2026-03-31/pack.md");
    assert!(first.contains("First pack, nothing to compare"), "{first}");
    assert!(first.contains("above its ordinary range for 2 weeks, since 16 Mar"), "{first}");

    here.put("exports/events-2.csv", &late_events());
    let (exit, told) = here.run(NEXT_NIGHT);
    assert_eq!(exit, 1, "a value beyond `[limits] restated` leaves with 1: {told}");
    assert!(
        told.contains("note[late-data]: rows came in for 1 month that run `2026-03-31.1` has published: 2025-12"),
        "{told}"
    );
    assert!(told.contains("5 more in 2025-12"), "{told}");
    assert!(told.contains("`teams-deploying`: 2 settled values changed"), "{told}");
    assert!(told.contains("warning[values-restated]"), "{told}");
    let second = here.read("reports/2026-03-31.2/pack.md");
    assert!(second.contains("provisional; compared with the sync of 31 March 2026"), "{second}");
    assert!(second.contains("24 → 29 (cause not told apart yet)"), "{second}");
    assert!(second.contains("still above since"), "{second}");
    assert_eq!(first, here.read("reports/2026-03-31/pack.md"), "the review's pack stays as it was read");
}

#[test]
fn a_night_on_which_nothing_changed_publishes_nothing_again() {
    let here = Workspace::new();
    here.run(NOW);
    let counted =
        "select (select count(*) from readings), (select count(*) from runs), (select count(*) from evidence)";
    let (packs, rows) = (here.packs(), here.sql(counted));
    let (exit, told) = here.run(NEXT_NIGHT);
    assert_eq!((exit, told.contains("late-data")), (0, false), "{told}");
    assert!(here.packs() == packs, "the same inputs give the same bytes");
    assert_eq!(here.sql(counted), rows);

    here.put("throughline.toml", &PLAN.replace("Teams that deploy", "Teams deploying"));
    here.run(NEXT_NIGHT);
    assert_eq!(here.sql("select run from runs order by run"), serde_json::json!([["2026-03-31.1"], ["2026-03-31.2"]]));
}

#[test]
fn who_moved_a_metric_that_signals_stands_in_its_block_and_adds_up() {
    let here = Workspace::new();
    here.run(NOW);
    let pack: Value = serde_json::from_str(&here.read("reports/2026-03-31/pack.json")).unwrap();
    let text = pack.to_string();
    assert!(text.contains(r#"["t22","joined","+1"]"#), "{text}");
    assert!(
        text.contains(r#"["14 others","together","+14"]"#),
        "the rest makes it add up to the nineteen that joined: {text}"
    );
    assert!(!here.read("reports/2026-03-31/pack.md").contains("t21 joined"), "who was there before has not joined");
}

#[test]
fn rows_that_should_not_exist_are_told_with_one_of_them() {
    let here = Workspace::new();
    here.put("exports/subscriptions-2026-03-31.csv", &subscriptions("-5"));
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 1, "{told}");
    assert!(
        told.contains("warning[data-check]: the check `negative_mrr` finds 20 rows that should not exist"),
        "{told}"
    );
    assert!(told.contains("because: subscriptions that cost less than nothing"), "{told}");
    assert!(told.contains(r#""subscription_id":"s00""#), "{told}");
}

#[test]
fn a_stale_source_holds_back_its_own_metrics_and_the_rest_goes_out() {
    let here = Workspace::new();
    std::fs::rename(
        here.root.join("exports/subscriptions-2026-03-31.csv"),
        here.root.join("exports/subscriptions-2026-02-15.csv"),
    )
    .unwrap();
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 1, "{told}");
    assert!(told.contains("error[source-stale]: `billing` lies 44 days behind 2026-03-31"), "{told}");
    let pack = here.read("reports/2026-03-31/pack.md");
    assert!(pack.contains("because billing is behind"), "{pack}");
    assert!(pack.contains("Teams that deploy"), "{pack}");
    let rows = here.sql("select max(period_start) from readings where metric = 'mrr'");
    assert_eq!(rows, serde_json::json!([["2026-01-01"]]), "rows end with the last month that the source covers");
}

#[test]
fn an_event_that_stopped_while_its_teams_live_on_is_an_instrument_that_died() {
    let here = Workspace::new();
    let mut text = "time,event,user,account\n".to_owned();
    for week in 0..18_i64 {
        for team in 0..25 {
            let monday = FIRST.saturating_add((week * 7).days());
            writeln!(text, "{monday}T09:00:00Z,opened,u{team:02},t{team:02}").unwrap();
            if week < 16 {
                writeln!(text, "{monday}T10:00:00Z,deployed,u{team:02},t{team:02}").unwrap();
            }
        }
    }
    here.put("exports/events-1.csv", &format!("{text}2026-04-01T09:00:00Z,opened,u00,t00\n"));
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 0, "{told}");
    let pack = here.read("reports/2026-03-31/pack.md");
    assert!(pack.contains("instrument stopped: no reading since 16 Mar"), "{pack}");
}

#[test]
fn the_record_keeps_what_each_stage_took_and_v_prints_it() {
    let here = Workspace::new();
    let done = here.call(&["run", "-v"], NOW);
    let told = String::from_utf8(done.stderr).unwrap();
    for stage in ["ingest", "shape", "measure", "link", "report"] {
        let line = told.lines().find(|line| line.trim_start().starts_with(stage) && line.contains(" rows"));
        assert!(line.is_some_and(|line| line.contains(" s ")), "{stage}: {told}");
    }
    let stages: Value = serde_json::from_str(here.sql("select stages from runs")[0][0].as_str().unwrap()).unwrap();
    assert!(stages["seconds"]["measure"].as_f64().unwrap() > 0.0, "{stages}");
    assert_eq!(stages["rows"]["ingest"], (TEAMS.iter().sum::<usize>() + 1 + 20) as u64, "{stages}");
    assert_eq!(stages["review"], true);
    assert_eq!(stages["signals"]["teams-deploying"], "2026-03-16");
    assert_eq!(here.sql("select exit from runs"), serde_json::json!([[0]]));
}

#[test]
fn only_the_stages_named_are_run() {
    let here = Workspace::new();
    assert_eq!(here.call(&["run", "--only", "ingest"], NOW).status.code(), Some(0));
    assert!(!here.root.join("reports").exists(), "nothing was reported");
    assert_eq!(here.sql("select count(*) from runs"), serde_json::json!([[0]]));
    here.put("exports/events-2.csv", &late_events());
    assert_eq!(here.call(&["run", "--only", "report"], NOW).status.code(), Some(0));
    assert!(here.root.join("reports/2026-03-31/pack.html").exists());
    assert_eq!(here.sql("select count(*) from files"), serde_json::json!([[2]]), "nothing new was read");
}

#[test]
fn a_source_without_files_and_without_rows_stops_the_run_before_it_begins() {
    let here = Workspace::new();
    std::fs::remove_file(here.root.join("exports/subscriptions-2026-03-31.csv")).unwrap();
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 2, "{told}");
    assert!(told.contains("error[files-not-found]: source `billing` matches no file"), "{told}");
    assert!(!here.root.join(".throughline/lake").exists(), "nothing was done");
    here.put(
        "throughline.toml",
        &PLAN.replace("kind = \"subscriptions\"", "kind = \"subscriptions\"\noptional = true"),
    );
    let (exit, told) = here.run(NOW);
    assert_eq!(exit, 0, "{told}");
}

#[test]
fn a_run_that_died_before_its_record_is_not_counted_twice() {
    let here = Workspace::new();
    here.run(NOW);
    let counted = "select count(*) from readings";
    let rows = here.sql(counted);
    // The record's commit is the last: without it the readings that stand are those of a run that died.
    std::fs::remove_dir_all(here.root.join(".throughline/lake/runs")).unwrap();
    assert_eq!(here.sql(counted), serde_json::json!([[0]]));
    here.run(NEXT_NIGHT);
    assert_eq!(here.sql(counted), rows);
}
