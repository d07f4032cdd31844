//! Another reporting zone: days and months are cut anew from the stored times, whether or not the files are still there.

use super::workspace::{EVENTS, Workspace, event};

const SOURCES: &str = "set_aside = 0.5\n[sources.pings]\nkind = \"snapshots\"\nfiles = \"pings/*\"\naccount = \"a\"\ntime = \"t\"\ngauges = [\"n\"]\n";

fn workspace(zone: &str) -> Workspace {
    let workspace = Workspace::new("");
    workspace.plan(zone, &format!("{EVENTS}{SOURCES}"));
    let times = [
        "2025-12-31T23:30:00Z",
        "2026-01-01T12:00:00Z",
        "2026-03-29T00:30:00Z",
        "2026-03-29T22:30:00Z",
        "2026-02-01T05:00:00Z",
    ];
    let lines: String = times.iter().enumerate().map(|(at, time)| event(&at.to_string(), "x", time, "")).collect();
    workspace.write("exports/a.jsonl", lines + "not json\n");
    workspace.write("pings/a.csv", "a,t,n\nt1,2026-03-31T22:30:00Z,1\nt1,2026-03-31T21:30:00Z,2\n");
    workspace
}

/// What of the lake rests on the zone, and what must not be lost by it.
fn dump(workspace: &Workspace) -> Vec<Vec<String>> {
    [
        "select event_id, occurred_at, local_day, raw_user_id, raw_account_id, properties::varchar from events order by all",
        "select account_id, observed_at, local_day, gauge, value from snapshots order by all",
        "select path, read, accepted, duplicate, set_aside from files order by all",
        "select file, position, reason from set_aside order by all",
    ]
    .map(|query| workspace.told(query))
    .to_vec()
}

/// The months that have rows, by their folders.
fn months(workspace: &Workspace) -> Vec<String> {
    let versions = workspace.told("select distinct strftime(local_day, '%Y-%m') from events order by all");
    versions.iter().map(|month| month.trim_matches(['[', ']', '"']).to_owned()).collect()
}

#[test]
fn a_lake_cut_anew_is_the_lake_that_the_new_zone_would_have_made() {
    for (before, after) in
        [("UTC", "Europe/Amsterdam"), ("Europe/Amsterdam", "America/Los_Angeles"), ("Pacific/Kiritimati", "UTC")]
    {
        let fresh = workspace(after);
        fresh.ingest();
        let changed = workspace(before);
        changed.ingest();
        assert_ne!(dump(&changed), dump(&fresh), "{before} and {after} cut these rows differently");
        // The files are gone: only the stored times can tell.
        std::fs::remove_dir_all(changed.root().join("exports")).unwrap();
        std::fs::remove_dir_all(changed.root().join("pings")).unwrap();
        changed.plan(after, &format!("{EVENTS}{SOURCES}"));
        let said = changed.ingest();
        let message = said.message("zone-changed");
        assert!(message.contains(&format!("7 rows were cut anew, in {after} instead of {before}")), "{message}");
        assert_eq!(said.status, 0, "{}", said.err);
        assert_eq!(dump(&changed), dump(&fresh), "from {before} to {after}");
        assert_eq!(months(&changed), months(&fresh));
        assert!(!changed.ingest().err.contains("zone-changed"), "once is enough");
    }
}

#[test]
fn verbs_that_read_leave_with_2_until_the_days_are_cut_anew() {
    let workspace = workspace("UTC");
    workspace.ingest();
    workspace.plan("Europe/Amsterdam", &format!("{EVENTS}{SOURCES}"));
    for verb in [&["sql", "select 1"][..], &["status"], &["list", "events"], &["list", "set-aside"]] {
        let said = workspace.run(verb);
        assert_eq!(said.status, 2, "{verb:?}: {}", said.err);
        let message = said.message("zone-differs");
        assert!(
            message.contains("throughline ingest") && message.contains("`timezone` is Europe/Amsterdam"),
            "{message}"
        );
    }
    assert_eq!(workspace.ingest().counts(), [0, 0, 0, 0], "no file is read again for it");
    assert_ne!(workspace.run(&["status"]).status, 2);
}

#[test]
fn rows_that_come_later_meet_those_that_were_cut_anew() {
    let workspace = workspace("UTC");
    workspace.ingest();
    workspace.plan("Europe/Amsterdam", &format!("{EVENTS}{SOURCES}"));
    workspace.write(
        "exports/b.jsonl",
        event("0", "x", "2025-12-31T23:30:00Z", "") + &event("9", "x", "2025-12-31T23:45:00Z", ""),
    );
    let said = workspace.ingest();
    assert_eq!(said.counts(), [2, 1, 1, 0], "{}", said.err);
    let days = workspace
        .told("select event_id, cast(local_day as varchar) from events where event_id in ('0', '9') order by all");
    assert_eq!(days, [r#"["0","2026-01-01"]"#, r#"["9","2026-01-01"]"#]);
}
