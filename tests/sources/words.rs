//! Every code that `ingest` can say is reached by a file that a tool or a person could have written.

use std::collections::BTreeSet;
use std::io::Write;

use super::workspace::{EVENTS, PLAN, Workspace, daily, event, plan};

/// A code, the plan's sources, and the file that is written before each reading.
struct Case {
    code: &'static str,
    sources: String,
    steps: Vec<(&'static str, Vec<u8>)>,
}

fn case(code: &'static str, sources: &str) -> Case {
    Case { code, sources: sources.to_owned(), steps: Vec::new() }
}

impl Case {
    fn then(mut self, path: &'static str, bytes: impl AsRef<[u8]>) -> Self {
        self.steps.push((path, bytes.as_ref().to_vec()));
        self
    }
}

const WIDE: &str =
    "[sources.pings]\nkind = \"snapshots\"\nfiles = \"exports/*\"\naccount = \"a\"\ntime = \"t\"\ngauges = [\"n\"]\n";
const HUBSPOT: &str = "[sources.crm]\nkind = \"hubspot\"\ncompanies = \"exports/*\"\n";

/// The codes of rows: inputs.md 11, its table.
fn of_rows() -> Vec<Case> {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let long = format!("{{\"id\":\"1\",\"blob\":\"{}\"}}\n{{\"id\":\"2\"}}", "x".repeat(17 << 20));
    let snowplow = "[sources.app]\nkind = \"snowplow\"\nfiles = \"exports/*\"\n";
    let mapped = "[sources.billing]\nkind = \"subscriptions\"\nfiles = \"exports/*\"\n\
        columns = { id = \"id\", customer = \"c\", amount = \"amount\", interval = \"every\" }\n";
    let kind = |kind: &str| format!("[sources.told]\nkind = \"{kind}\"\nfiles = \"exports/*\"\n");
    let slashed = event("1", "x", "01/02/2026", "") + &event("2", "x", "02/02/2026", "");
    let draft = "[{\"tag_name\":\"v1\",\"name\":\"x\",\"draft\":true,\"published_at\":null}]";
    let json = |code, bytes: &[u8]| case(code, EVENTS).then("exports/a.jsonl", bytes);
    let csv = |code, bytes: &str| case(code, EVENTS).then("exports/a.csv", bytes);
    vec![
        json("not-json", b"{\"a\":"),
        json("not-an-object", b"7\n"),
        csv("not-an-export", "<html>"),
        json("not-an-export", b"{\"status\":\"error\",\"message\":\"no\"}"),
        json("json-too-deep", deep.as_bytes()),
        json("encoding-unreadable", b"{\"a\":\"\xff\"}\n"),
        json("nul-bytes", b"{\"a\":\"\0\"}\n"),
        json("row-too-long", long.as_bytes()),
        case("file-unreadable", EVENTS).then("exports/a.parquet", "PAR1 and no more"),
        case("file-truncated", EVENTS).then("exports/a.jsonl.gz", zipped_and_cut()),
        csv("quote-unclosed", "event,time\n\"x,2026-03-02\n"),
        csv("cells-extra", "event,time\nx,2026-03-02,more\n"),
        case("columns-count", snowplow).then("exports/a.tsv", "a\tb\n"),
        csv("columns-missing", "what,time\nx,2026-03-02\n"),
        csv("time-missing", "event,time\nx,\n"),
        csv("time-unreadable", "event,time\nx,soon\n"),
        csv("time-implausible", "event,time\nx,1999-12-31\n"),
        csv("date-order-undecided", "event,time\nx,01/02/2026\ny,02/03/2026\n"),
        json("date-order-undecided", slashed.as_bytes()),
        csv("date-order-mixed", "event,time\nx,13/02/2026\ny,02/13/2026\n"),
        csv("event-missing", "event,time\n,2026-03-02\n"),
        csv("id-mangled", "event,time,id\nx,2026-03-02,1.23E+15\n"),
        case("account-missing", WIDE).then("exports/a.csv", "a,t,n\n,2026-03-02,1\n"),
        case("number-unreadable", WIDE).then("exports/a.csv", "a,t,n\nx,2026-03-02,12k\n"),
        case("number-ambiguous", WIDE).then("exports/a.csv", "a;t;n\nx;2026-03-02;1.234\n"),
        case("id-missing", HUBSPOT).then("exports/companies.csv", "Record ID,Company name\n,x\n"),
        case("interval-unknown", mapped).then("exports/a.csv", "id,c,amount,every\n1,2,3,fortnightly\n"),
        case("quote-missing", &kind("evidence")).then("exports/a.csv", "id,account,date,quote\n1,t,2026-03-02,\n"),
        case("release-draft", &kind("changelog")).then("exports/a.json", draft),
    ]
}

/// The words that set nothing aside.
fn of_sources() -> Vec<Case> {
    let lenient = format!("{EVENTS}set_aside = 0.9\n");
    let contract = format!("{EVENTS}[sources.app.contract]\nrequired = {{ x = [\"stage\"] }}\n");
    let good = || event("1", "x", "2026-03-02T08:00:00Z", "");
    let companies = |ids: std::ops::Range<u8>| {
        let rows: String = ids.map(|id| format!("{id},Company {id}\n")).collect();
        format!("Record ID,Company name\n{rows}")
    };
    let number = event("1", "x", "2026-03-02T08:00:00Z", ",\"ms\":12");
    let text = event("2", "x", "2026-03-03T08:00:00Z", ",\"ms\":\"12\"");
    vec![
        case("account-absent", &format!("{EVENTS}account = \"teem\"\n")).then("exports/a.jsonl", good()),
        case("account-many", EVENTS).then("exports/a.jsonl", good().replace("\"t1\"", "[\"t1\",\"t2\"]")),
        case("actor-absent", EVENTS).then("exports/a.csv", "event,time\nx,2026-03-02T08:00:00Z\n"),
        case("columns-new", EVENTS)
            .then("exports/a.csv", "event,time,user\nx,2026-03-02,u\n")
            .then("exports/b.csv", "event,time,user,region\ny,2026-03-02,u,north\n"),
        case("contract-broken", &contract).then("exports/a.jsonl", good()),
        case("duplicates-differ", EVENTS)
            .then("exports/a.jsonl", good() + &event("1", "y", "2026-03-02T08:00:00Z", "")),
        case("encoding-guessed", EVENTS).then("exports/a.csv", b"event,time\nd\xe9ploy\xe9,2026-03-02\n"),
        case("event-new", EVENTS)
            .then("exports/a.jsonl", good())
            .then("exports/b.jsonl", event("2", "y", "2026-03-03T08:00:00Z", "")),
        case("event-vanished", EVENTS)
            .then("exports/a.jsonl", daily("old", 3, 1..=20) + &daily("on", 3, 1..=20))
            .then("exports/b.jsonl", daily("on", 4, 1..=20)),
        case("file-incomplete", EVENTS).then("exports/a.jsonl.gz", zipped_and_cut()),
        case("file-not-opened", EVENTS).then("exports/a.jsonl", good()),
        case("file-passed-over", EVENTS).then("exports/a.jsonl", ""),
        case("file-undated", HUBSPOT).then("exports/companies.csv", companies(1..3)),
        case("records-absent", HUBSPOT)
            .then("exports/companies-2026-03-06.csv", companies(1..9))
            .then("exports/companies-2026-04-03.csv", companies(1..4)),
        case("rows-set-aside", &lenient).then("exports/a.jsonl", good() + "not json\n"),
        case("rows-unseen", EVENTS)
            .then("exports/a.jsonl", good())
            .then(PLAN, plan("UTC", &EVENTS.replace("app", "web"))),
        case("rows-vanished", EVENTS)
            .then("exports/a.jsonl", good() + &event("2", "x", "2026-03-03T08:00:00Z", ""))
            .then("exports/a.jsonl", good()),
        case("set-aside-limit", EVENTS).then("exports/a.jsonl", good() + "not json\n"),
        case("times-without-zone", EVENTS).then("exports/a.csv", "event,time,user\nx,2026-03-02 08:00,u\n"),
        case("type-changed", EVENTS).then("exports/a.jsonl", number).then("exports/b.jsonl", text),
        case("zone-changed", EVENTS).then("exports/a.jsonl", good()).then(PLAN, plan("Europe/Amsterdam", EVENTS)),
    ]
}

#[test]
fn every_code_of_ingest_is_reached_and_no_other_is_said() {
    let listed: BTreeSet<&str> = throughline::ingest::codes::codes().into_iter().map(|(code, _)| code).collect();
    let cases: Vec<_> = of_rows().into_iter().chain(of_sources()).collect();
    let reached: BTreeSet<&str> = cases.iter().map(|case| case.code).collect();
    assert_eq!(reached, listed, "each code has a case");
    for Case { code, sources, steps } in cases {
        let workspace = Workspace::new(&sources);
        if code == "file-not-opened" && !unreadable(&workspace) {
            continue;
        }
        let mut said = None;
        for (path, bytes) in steps {
            workspace.write(path, bytes);
            said = Some(workspace.ingest());
        }
        let said = said.unwrap();
        let codes = said.codes();
        assert!(codes.contains(code), "`{code}` is not said, but {codes:?}:\n{}", said.err);
        let others: Vec<_> = codes.iter().filter(|code| !listed.contains(code.as_str())).collect();
        assert!(others.is_empty(), "`list codes` does not have {others:?}");
    }
}

/// Puts a file there that is found and cannot be read, even by a user who may read everything.
fn unreadable(workspace: &Workspace) -> bool {
    let memory = std::path::Path::new("/proc/self/mem");
    std::fs::create_dir_all(workspace.root().join("exports")).unwrap();
    #[cfg(unix)]
    let linked =
        memory.exists() && std::os::unix::fs::symlink(memory, workspace.root().join("exports/z.jsonl")).is_ok();
    #[cfg(not(unix))]
    let linked = false;
    linked
}

#[test]
fn a_message_names_the_source_the_file_the_row_and_the_next_step() {
    let workspace = Workspace::new(EVENTS);
    let lines = [
        event("1", "x", "2026-03-02T08:00:00Z", ""),
        event("1", "y", "2026-03-02T08:00:00Z", ""),
        "{\"event\":\"x\",\"time\":\"2026-03-02 08:00\",\"account\":[\"t1\",\"t2\"]}\n".to_owned(),
        "{\"event\":\"x\",\"time\":\"2026-03-02T08:00:00Z\"}\n".to_owned(),
        "{\"event\":\"x\"}\n".to_owned(),
    ];
    workspace.write("exports/a.jsonl", lines.concat());
    let said = workspace.ingest();
    for (code, line) in [
        ("duplicates-differ", "line 2"),
        ("times-without-zone", "line 3"),
        ("account-many", "line 3"),
        ("actor-absent", "line 4"),
        ("set-aside-limit", "line 5"),
    ] {
        let message = said.message(code);
        for part in ["`app`", &format!("exports/a.jsonl, {line}"), "hint: "] {
            assert!(message.contains(part), "{part} is not in:\n{message}");
        }
    }
}

#[test]
fn a_table_counts_rows_below_its_header() {
    let workspace = Workspace::new(EVENTS);
    workspace.write("exports/a.csv", "event,time\nx,2026-03-02\ny,soon\n");
    let message = workspace.ingest().message("set-aside-limit");
    assert!(message.contains("exports/a.csv, row 2: `soon` is no time that is read"), "{message}");
}

#[test]
fn records_that_a_later_export_does_not_name_stay_and_are_told_loudly_over_a_tenth() {
    let workspace = Workspace::new(HUBSPOT);
    let export = |ids: &[u8]| {
        ids.iter().fold("Record ID,Company name\n".to_owned(), |text, id| text + &format!("{id},Company {id}\n"))
    };
    let all: Vec<u8> = (1..=20).collect();
    workspace.write("exports/companies-2026-03-06.csv", export(&all));
    let first = workspace.ingest();
    assert!(!first.codes().contains("records-absent"), "{}", first.err);

    workspace.write("exports/companies-2026-04-03.csv", export(&all[..18]));
    let few = workspace.ingest();
    let message = few.message("records-absent");
    assert!(
        message.starts_with(
            "note[records-absent]: 2 of 20 companies of `crm` are not in its newest export, of 2026-04-03"
        ),
        "{message}"
    );

    // Two files of one day are one export; an older one that comes late says nothing of what is newer.
    workspace.write("exports/companies-a-2026-05-01.csv", export(&all[..10]));
    workspace.write("exports/companies-b-2026-05-01.csv", export(&all[10..17]));
    workspace.write("exports/companies-2026-02-01.csv", export(&all[..1]));
    let loud = workspace.ingest();
    let message = loud.message("records-absent");
    assert!(message.starts_with("warning[records-absent]: 3 of 20 companies"), "{message}");
    assert_eq!(loud.status, 0, "it is said, and nothing was done with less: {}", loud.err);
    let current = "select count(*) from crm_companies where valid_to is null";
    assert_eq!(workspace.told(current), ["[20]"], "only a mark of deletion ends a record");
}

#[test]
fn a_deal_that_names_its_company_is_of_the_only_one_of_that_name() {
    let sources = "[sources.crm]\nkind = \"hubspot\"\ncompanies = \"exports/companies*\"\ndeals = \"exports/deals*\"\n";
    let workspace = Workspace::new(sources);
    workspace.write(
        "exports/companies-2026-03-06.csv",
        "Record ID,Company name\n1,Harbour Mills\n2,Kestrel Foods\n3,Kestrel Foods\n",
    );
    workspace.write(
        "exports/deals-2026-03-06.csv",
        "Record ID,Deal Name,Associated Company,Associated Company IDs\n\
         91,a,Harbour Mills,\n92,b,Kestrel Foods,\n93,c,Kestrel Foods,3\n94,d,Nobody,\n",
    );
    workspace.ingest();
    let deals = workspace.told("select deal_id, company_id from crm_deals order by deal_id");
    assert_eq!(deals, [r#"["91","1"]"#, r#"["92",null]"#, r#"["93","3"]"#, r#"["94",null]"#]);
    let message = workspace.run(&["status"]).message("name-ambiguous");
    assert!(
        message.contains("1 deal of `crm`") && message.contains("`Kestrel Foods` is the name of 2 companies"),
        "{message}"
    );
}

#[test]
fn an_event_of_a_user_of_two_accounts_belongs_to_none_and_is_said() {
    let sources = format!("{EVENTS}[sources.teams]\nkind = \"members\"\nfiles = \"members.csv\"\n");
    let workspace = Workspace::new(&sources);
    workspace.write("members.csv", "user,account\nu9,t1\nu9,t2\n");
    workspace.write(
        "exports/a.jsonl",
        "{\"event\":\"x\",\"time\":\"2026-03-02T09:00:00Z\",\"user\":\"u9\"}\n".to_owned()
            + &event("1", "x", "2026-03-05T08:00:00Z", ""),
    );
    workspace.ingest();
    let message = workspace.run(&["status"]).message("memberships-many");
    assert!(message.contains("1 event belongs to no account"), "{message}");
    assert_eq!(workspace.told("select account_id from events where raw_user_id = 'u9'"), ["[null]"]);
}

/// Some lines of JSON, compressed, and the end of them lost.
fn zipped_and_cut() -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut noise = 1_u64;
    for number in 0..2_000 {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        writeln!(writer, "{{\"id\":\"{number}\",\"event\":\"x\",\"time\":\"2026-03-02\",\"noise\":{noise}}}").unwrap();
    }
    let mut bytes = writer.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    bytes
}
