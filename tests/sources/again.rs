//! Rows set aside are taken back and read again: when their time has come, when their file is mended, when their declaration
//! changes.

use super::workspace::{EVENTS, Workspace, event};

const ASIDE: &str = "select file, position, reason from set_aside order by all";

#[test]
fn a_row_from_the_future_is_read_again_once_its_time_is_near() {
    let workspace = Workspace::new(EVENTS);
    workspace.write(
        "exports/a.jsonl",
        event("1", "x", "2026-03-02T08:00:00Z", "") + &event("2", "x", "2026-03-04T18:00:00Z", ""),
    );
    let now = |moment: &str| workspace.at(moment, &["ingest", "--format", "json"]);
    assert_eq!(now("2026-03-03T12:00:00Z").counts(), [2, 1, 0, 1]);
    assert_eq!(workspace.told(ASIDE), [r#"["exports/a.jsonl",2,"time-implausible"]"#]);
    assert_eq!(now("2026-03-03T17:59:59Z").counts(), [0, 0, 0, 0], "it lies more than a day ahead still");
    assert_eq!(now("2026-03-03T18:00:00Z").counts(), [2, 1, 1, 0]);
    assert_eq!(workspace.told(ASIDE), Vec::<String>::new());
    assert_eq!(workspace.told("select event_id from events order by all"), [r#"["1"]"#, r#"["2"]"#]);
    assert_eq!(now("2026-03-04T18:00:00Z").counts(), [0, 0, 0, 0], "and once is enough");
}

#[test]
fn readings_from_the_future_are_read_again_too_and_the_next_of_them_waits_its_turn() {
    let sources = "[sources.pings]\nkind = \"snapshots\"\nfiles = \"exports/*\"\naccount = \"a\"\ntime = \"t\"\ngauges = [\"n\"]\n";
    let workspace = Workspace::new(sources);
    workspace.write(
        "exports/a.csv",
        "a,t,n\nt1,2026-03-02T08:00:00Z,1\nt1,2026-03-05T08:00:00Z,2\nt1,2026-03-09T08:00:00Z,3\n",
    );
    let now = |moment: &str| workspace.at(moment, &["ingest", "--format", "json"]).counts();
    assert_eq!(now("2026-03-02T12:00:00Z"), [3, 1, 0, 2]);
    assert_eq!(now("2026-03-04T12:00:00Z"), [3, 1, 1, 1]);
    assert_eq!(now("2026-03-05T12:00:00Z"), [0, 0, 0, 0]);
    assert_eq!(now("2026-03-08T12:00:00Z"), [3, 1, 2, 0]);
    assert_eq!(workspace.told("select value from snapshots order by all"), ["[1.0]", "[2.0]", "[3.0]"]);
}

#[test]
fn a_file_that_is_mended_takes_its_rows_back() {
    let workspace = Workspace::new(EVENTS);
    workspace.write("exports/a.csv", "event,time,user\nx,2026-03-02,u\ny,soon,u\n");
    workspace.write("exports/b.csv", "event,time,user\nx,never,u\n");
    workspace.ingest();
    assert_eq!(
        workspace.told(ASIDE),
        [r#"["exports/a.csv",2,"time-unreadable"]"#, r#"["exports/b.csv",1,"time-unreadable"]"#]
    );
    workspace.write("exports/a.csv", "event,time,user\nx,2026-03-02,u\ny,2026-03-03,u\n");
    assert_eq!(workspace.ingest().counts(), [2, 1, 1, 0]);
    assert_eq!(workspace.told(ASIDE), [r#"["exports/b.csv",1,"time-unreadable"]"#], "those of other files stay");
}

#[test]
fn a_source_beyond_its_limit_says_so_until_it_is_mended() {
    let workspace = Workspace::new(EVENTS);
    workspace.write("exports/a.csv", "event,time,user\nx,2026-03-02,u\ny,soon,u\n");
    let first = workspace.ingest();
    assert_eq!(first.status, 1, "{}", first.err);
    let again = workspace.ingest();
    assert_eq!(again.status, 1, "the same files give the same status: {}", again.err);
    let message = again.message("set-aside-limit");
    assert!(message.contains("1 of 2 rows that `app` holds could not be read"), "{message}");
    assert!(message.contains("(`time-unreadable`)"), "{message}");
    workspace.write("exports/a.csv", "event,time,user\nx,2026-03-02,u\ny,2026-03-03,u\n");
    assert_eq!(workspace.ingest().status, 0);
}

#[test]
fn a_declaration_that_changes_takes_its_rows_back() {
    let workspace = Workspace::new(EVENTS);
    workspace.write("exports/a.csv", "event,time,user\nx,01/02/2026,u\ny,02/03/2026,u\n");
    assert_eq!(workspace.ingest().counts(), [2, 0, 0, 2]);
    workspace.plan("UTC", &format!("{EVENTS}dates = \"dmy\"\n"));
    assert_eq!(workspace.ingest().counts(), [2, 2, 0, 0]);
    assert_eq!(workspace.told(ASIDE), Vec::<String>::new());
    assert_eq!(
        workspace.told("select event_name, cast(local_day as varchar) from events order by all"),
        [r#"["x","2026-02-01"]"#, r#"["y","2026-03-02"]"#]
    );
    workspace.plan("UTC", &format!("{EVENTS}dates = \"dmy\"\noptional = true\nset_aside = 0.5\n"));
    assert_eq!(workspace.ingest().counts(), [0, 0, 0, 0], "keys that change no row read nothing again");
}
