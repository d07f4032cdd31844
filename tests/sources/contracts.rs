//! What sources promise, through the program: what is said, with which status, and what is taken.

use super::workspace::{EVENTS, Workspace, event};

/// A contract of `app` under `EVENTS`.
fn promised(on_break: &str) -> String {
    format!(
        "{EVENTS}[sources.app.contract]\nrequired = {{ \"pipeline.deployed\" = [\"stage\"] }}\n\
         types = {{ \"pipeline.deployed.duration.ms\" = \"number\" }}\non_break = \"{on_break}\"\n\
         \n[sources.other]\nkind = \"events\"\nfiles = \"other/*\"\n"
    )
}

fn deployed(id: &str, more: &str) -> String {
    event(id, "pipeline.deployed", "2026-03-02T08:00:00Z", more)
}

const KEPT: &str = ",\"stage\":\"test\",\"duration\":{\"ms\":12.5}";
const BROKEN: &str = ",\"stage\":\" \",\"duration\":{\"ms\":\"long\"}";

fn with_files(on_break: &str) -> Workspace {
    let workspace = Workspace::new(&promised(on_break));
    workspace.write("exports/a.jsonl", deployed("1", KEPT) + &deployed("2", BROKEN) + &deployed("3", BROKEN));
    workspace.write("other/a.jsonl", event("1", "x", "2026-03-02T08:00:00Z", ""));
    workspace
}

#[test]
fn a_broken_contract_is_told_and_its_rows_are_taken_with_status_1() {
    let workspace = with_files("warn");
    let check = workspace.run(&["check"]);
    assert_eq!(check.status, 1, "{}", check.err);
    assert!(check.codes().contains("contract-broken"), "{}", check.err);
    assert!(!workspace.root().join(".throughline/lake").exists(), "`check` takes nothing");

    let ingest = workspace.ingest();
    assert_eq!((ingest.status, ingest.counts()), (1, [4, 4, 0, 0]), "{}", ingest.err);
    let message = ingest.message("contract-broken");
    let stage = "warning[contract-broken]: `stage` is not there in 2 of 3 `pipeline.deployed` events of `app`";
    assert!(ingest.err.contains(stage), "{}", ingest.err);
    assert!(ingest.err.contains("`duration.ms` is no number in 2 of 3"), "{}", ingest.err);
    assert!(message.contains("the first is exports/a.jsonl, line 2"), "{message}");
    assert!(message.contains("[sources.app.contract]"), "{message}");

    let later = workspace.run(&["check"]);
    assert_eq!(later.status, 0, "nothing new breaks it: {}", later.err);
}

#[test]
fn what_a_running_ingest_needs_is_left_alone_by_check() {
    let workspace = with_files("warn");
    let rows = [".throughline/tmp/ingest/rows/1.parquet", ".throughline/tmp/ingest/parquet/rows.jsonl"];
    rows.iter().for_each(|file| workspace.write(file, String::new()));
    assert!(workspace.run(&["check"]).codes().contains("contract-broken"));
    assert!(rows.iter().all(|file| workspace.root().join(file).exists()), "`check` holds no lock");
}

#[test]
fn a_contract_that_stops_takes_nothing_of_its_source_and_the_rest_goes_on_with_status_2() {
    let workspace = with_files("stop");
    let check = workspace.run(&["check"]);
    assert_eq!(check.status, 2, "{}", check.err);
    let ingest = workspace.ingest();
    assert_eq!((ingest.status, ingest.counts()), (2, [1, 1, 0, 0]), "{}", ingest.err);
    assert!(ingest.message("contract-broken").contains("on_break = \"stop\""), "{}", ingest.err);
    assert_eq!(workspace.told("select distinct source from files"), [r#"["other"]"#]);

    // Once the file is mended it is read like any other.
    workspace.write("exports/a.jsonl", deployed("1", KEPT) + &deployed("2", KEPT));
    assert_eq!(workspace.run(&["check"]).status, 0);
    let mended = workspace.ingest();
    assert_eq!((mended.status, mended.counts()), (0, [2, 2, 0, 0]), "{}", mended.err);
}

#[test]
fn the_nightly_job_leaves_with_2_where_a_contract_stopped_a_source() {
    let workspace = with_files("stop");
    let run = workspace.run(&["run", "--only", "ingest"]);
    assert_eq!(run.status, 2, "{}", run.err);
    assert!(run.codes().contains("contract-broken"), "{}", run.err);
    assert_eq!(workspace.told("select source from files"), [r#"["other"]"#], "the rest goes on");
}

#[test]
fn a_source_that_is_stopped_afresh_keeps_what_it_had() {
    let workspace = with_files("stop");
    workspace.write("exports/a.jsonl", deployed("1", KEPT));
    workspace.ingest();
    workspace.write("exports/a.jsonl", deployed("1", BROKEN));
    let afresh = workspace.run(&["ingest", "app", "--afresh", "--format", "json"]);
    assert_eq!(afresh.status, 2, "{}", afresh.err);
    workspace.write("other/b.jsonl", event("2", "x", "2026-03-03T08:00:00Z", ""));
    workspace.run(&["ingest", "other"]);
    let files = workspace.told("select path, accepted from files order by path");
    assert_eq!(files, [r#"["exports/a.jsonl",1]"#, r#"["other/a.jsonl",1]"#, r#"["other/b.jsonl",1]"#]);
}

#[test]
fn a_cell_of_a_table_keeps_a_promise_that_its_text_reads_as() {
    let sources = format!(
        "{EVENTS}[sources.app.contract]\nrequired = {{ x = [\"n\"] }}\n\
         types = {{ \"x.n\" = \"number\", \"x.ok\" = \"boolean\", \"x.tags\" = \"list\" }}\n"
    );
    let workspace = Workspace::new(&sources);
    workspace.write("exports/a.csv", "event,time,user,n,ok,tags\nx,2026-03-02,u,12.5,yes,\"[1,2]\"\n");
    let kept = workspace.ingest();
    assert!(!kept.codes().contains("contract-broken"), "{}", kept.err);
    workspace.write("exports/b.csv", "event,time,user,n,ok,tags\nx,2026-03-03,u,12.5,perhaps,1\n");
    let broken = workspace.ingest();
    assert!(broken.err.contains("`ok` is no boolean in 1 of 1 `x` event of `app`"), "{}", broken.err);
    assert!(broken.err.contains("`tags` is no list"), "{}", broken.err);
    assert!(broken.message("contract-broken").contains("exports/b.csv, row 1"), "{}", broken.err);
}

#[test]
fn records_of_a_crm_promise_their_fields() {
    let sources = "[sources.crm]\nkind = \"hubspot\"\ncompanies = \"exports/*\"\n\
        [sources.crm.contract]\nrequired = { company = [\"Tier\"] }\ntypes = { \"company.Seats\" = \"number\" }\n";
    let workspace = Workspace::new(sources);
    workspace.write("exports/companies-2026-03-06.csv", "Record ID,Tier,Seats\n1,team,12\n2,,many\n");
    let said = workspace.ingest();
    assert_eq!(said.status, 1, "{}", said.err);
    assert!(said.err.contains("`Tier` is not there in 1 of 2 `company` rows of `crm`"), "{}", said.err);
    assert!(said.err.contains("`Seats` is no number in 1 of 2"), "{}", said.err);
}

#[test]
fn readings_promise_their_gauges() {
    let sources = "[sources.pings]\nkind = \"snapshots\"\nfiles = \"exports/*\"\naccount = \"a\"\ntime = \"t\"\n\
        [sources.pings.contract]\nrequired = { reading = [\"n\"] }\n";
    let workspace = Workspace::new(sources);
    workspace.write("exports/a.csv", "a,t,n,m\nt1,2026-03-02,1,1\nt2,2026-03-02,,1\n");
    let said = workspace.ingest();
    assert!(said.err.contains("`n` is not there in 1 of 2 `reading` rows of `pings`"), "{}", said.err);
    assert!(said.message("contract-broken").contains("exports/a.csv, row 2"), "{}", said.err);
}

#[test]
fn drift_is_told_once_as_it_happens_and_by_check_as_it_stands() {
    let workspace =
        Workspace::new(&format!("{EVENTS}[sources.app.contract]\ntypes = {{ \"on.seconds\" = \"number\" }}\n"));
    let days = |name: &str, days: std::ops::RangeInclusive<u8>| super::workspace::daily(name, 3, days);
    workspace.write("exports/a.jsonl", days("old", 1..=10) + &days("on", 1..=10));
    let first = workspace.ingest();
    assert!(!first.err.contains("[event-"), "at first nothing is new: {}", first.err);
    workspace.write("exports/b.jsonl", days("on", 11..=30) + &days("late", 28..=30));
    let second = workspace.ingest();
    assert!(second.message("event-new").contains("`late`"), "{}", second.err);
    assert!(second.message("event-vanished").contains("`old` was last seen on 2026-03-10"), "{}", second.err);
    assert_eq!(second.status, 0, "drift is a note");
    workspace.write("exports/c.jsonl", days("on", 31..=31));
    let third = workspace.ingest();
    assert!(!third.err.contains("[event-"), "and not twice: {}", third.err);
    let check = workspace.run(&["check"]);
    assert!(check.message("event-vanished").contains("`old`"), "{}", check.err);
}

#[test]
fn a_new_type_is_told_with_what_the_property_was() {
    let workspace = Workspace::new(EVENTS);
    workspace.write("exports/a.jsonl", deployed("1", ",\"ms\":12,\"tags\":[]") + &deployed("2", ",\"ms\":1.5"));
    workspace.ingest();
    workspace.write("exports/b.jsonl", deployed("3", ",\"ms\":\"12\",\"tags\":[1],\"ok\":true"));
    let said = workspace.ingest();
    let message = said.message("type-changed");
    assert!(message.contains("`ms` of `pipeline.deployed` was number, and is text in 1 event"), "{message}");
    assert!(!message.contains("tags") && !message.contains("`ok`"), "a new property has no other type: {message}");
}
