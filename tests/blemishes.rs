//! What people and tools do to files, one blemish at a time (inputs.md): what is counted, what is set aside, what stands in
//! the tables.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

mod workspace;

use std::io::Write;

use serde_json::{Value, json};

use workspace::Workspace;

const EVENTS: &str = "[sources.product]\nkind = \"events\"\nfiles = \"exports/*\"\n";
const HUBSPOT: &str = "[sources.crm]\nkind = \"hubspot\"\ncompanies = \"exports/*\"\n";
const SALESFORCE: &str = "[sources.crm]\nkind = \"salesforce\"\ncompanies = \"exports/*\"\n";
const SEGMENT: &str = "[sources.product]\nkind = \"segment\"\nfiles = \"exports/*\"\n";
const WIDE: &str =
    "[sources.usage]\nkind = \"snapshots\"\nfiles = \"exports/*\"\naccount = \"account\"\ntime = \"day\"\n";

/// A workspace with one source, and files that come one after the other.
struct Case(Workspace);

impl Case {
    fn of(source: &str) -> Self {
        let workspace = Workspace::new();
        workspace.declare(source);
        Self(workspace)
    }

    /// Writes a file, reads, and gives accepted, duplicate and set aside of it, then the reasons.
    fn then(&self, path: &str, bytes: impl AsRef<[u8]>) -> (u64, u64, u64, Vec<&'static str>) {
        self.0.write(path, bytes);
        let ingested = self.0.ingest();
        let files = ingested.sources.iter().flat_map(|source| &source.files);
        files.filter(|file| file.file.starts_with(path)).fold((0, 0, 0, Vec::new()), |(a, d, s, mut r), file| {
            r.extend(file.reasons.keys().copied());
            (a + file.accepted, d + file.duplicate, s + file.set_aside, r)
        })
    }

    fn rows(&self, table: &str, select: &str) -> Vec<Value> {
        self.0.rows(table, select, None)
    }
}

fn sound(accepted: u64) -> (u64, u64, u64, Vec<&'static str>) {
    (accepted, 0, 0, Vec::new())
}

fn aside(accepted: u64, reason: &'static str) -> (u64, u64, u64, Vec<&'static str>) {
    (accepted, 0, 1, vec![reason])
}

fn zipped(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Gzip whose end is missing: all of the text is in it.
fn packed_and_cut(text: &str) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(text.as_bytes()).unwrap();
    writer.flush().unwrap();
    let mut bytes = writer.finish().unwrap();
    bytes.truncate(bytes.len() - 12);
    bytes
}

#[test]
fn archives_that_are_broken_hold_prose_or_have_a_day() {
    let archive = zipped(&[("companies.csv", "Record ID,Company name\n1,One\n"), ("README.txt", "a, b\nc\n")]);
    let case = Case::of(HUBSPOT);
    assert_eq!(case.then("exports/a.zip", &archive[..archive.len() / 2]), aside(0, "file-unreadable"));
    let case = Case::of(HUBSPOT);
    assert_eq!(case.then("exports/all-2026-03-06.zip", &archive), sound(1));
    assert_eq!(case.rows("crm_companies", "company_id, valid_from"), [json!(["1", "2026-03-06"])]);
}

#[test]
fn an_error_instead_of_rows_is_no_export_whatever_the_kind() {
    let error = r#"{"status":"error","message":"no","category":"INVALID_AUTHENTICATION"}"#;
    for source in [EVENTS, HUBSPOT, WIDE] {
        assert_eq!(Case::of(source).then("exports/a.json", error), aside(0, "not-an-export"), "{source}");
    }
    let empty = r#"{"status":"error","results":[]}"#;
    assert_eq!(Case::of(EVENTS).then("exports/a.json", empty), aside(0, "not-an-export"));
}

#[test]
fn a_list_whose_end_is_missing_gives_its_whole_rows() {
    let row = |id: u8| format!(r#"{{"id":"{id}","event":"x","time":"2026-03-02"}}"#);
    let (one, two) = (row(1), row(2));
    for text in [
        format!("[{one},{two},{{\"id\""),
        format!("[\n  {one},\n  {two},\n  {{\"id\""),
        format!("{{\"next\":null,\"results\":[{one},{two},{{\"id\""),
    ] {
        let packed = packed_and_cut(&text);
        assert_eq!(Case::of(EVENTS).then("exports/a.json.gz", packed), aside(2, "file-truncated"), "{text}");
        assert_eq!(Case::of(EVENTS).then("exports/a.json", &text), aside(2, "not-json"), "{text}");
    }
    // A row that holds a list of its own is a row, though it be cut.
    let text = format!("{one}\n{{\"event\":\"x\",\"data\":[{{\"a\":1}},{{\"b");
    assert_eq!(Case::of(EVENTS).then("exports/a.jsonl", text), aside(1, "not-json"));
}

#[test]
fn records_of_a_table_that_breaks_off_are_kept() {
    let packed = packed_and_cut("Record ID,Company name\n1,One\n2,Tw");
    assert_eq!(Case::of(HUBSPOT).then("exports/a-2026-03-06.csv.gz", packed), aside(1, "file-truncated"));
}

#[test]
fn a_list_of_its_own_makes_no_page_of_a_row() {
    let row = r#"{"name":"signed_up","occurred_at":"2026-03-02","user":"u1","data":[]}"#;
    assert_eq!(Case::of(EVENTS).then("exports/a.jsonl", row), sound(1));
}

#[test]
fn days_show_no_decimal_mark() {
    let case = Case::of(WIDE);
    assert_eq!(case.then("exports/a.csv", "account;day;seats\nt1;02.03.2026;1.204\n"), aside(0, "number-ambiguous"));
    let case = Case::of(WIDE);
    assert_eq!(case.then("exports/a.csv", "account,day,load\nt1,02.03.2026,1.250\n"), sound(1));
    assert_eq!(case.rows("snapshots", "gauge, value"), [json!(["load", 1.25])]);
}

#[test]
fn gauges_and_keys_are_found_by_their_letters() {
    let case = Case::of(&format!("{WIDE}gauges = [\"ha_instances\"]\n"));
    assert_eq!(case.then("exports/a.csv", "Account,Day,HA Instances,other\nt1,2026-03-02,3,4\n"), sound(1));
    assert_eq!(case.rows("snapshots", "gauge, value"), [json!(["HA Instances", 3.0])]);
    let case = Case::of("[sources.usage]\nkind = \"snapshots\"\nfiles = \"exports/*\"\n");
    assert_eq!(case.then("exports/a.csv", "Account ID,Created At,Projects\n7,1772409600,2\n"), sound(1));
    assert_eq!(case.rows("snapshots", "account_id, gauge, value"), [json!(["7", "Projects", 2.0])]);
}

#[test]
fn the_order_of_columns_says_nothing() {
    let case = Case::of(HUBSPOT);
    assert_eq!(case.then("exports/c-2026-03-06.csv", "Record ID,Company name,Tier\n1,One,pro\n"), sound(1));
    let (accepted, duplicate, ..) = case.then("exports/c-2026-04-03.csv", "Record ID,Tier,Company name\n1,pro,One\n");
    assert_eq!((accepted, duplicate), (0, 1));
}

#[test]
fn of_records_read_again_those_that_stay_are_duplicates_and_those_that_went_stay() {
    let case = Case::of(HUBSPOT);
    let file = "exports/c-2026-03-06.csv";
    assert_eq!(case.then(file, "Record ID,Company name\n1,One\n2,Two\n"), sound(2));
    let again = case.then(file, "Record ID,Company name\n1,One\n3,Three\n");
    assert_eq!((again.0, again.1), (1, 1));
    let corrected = case.then(file, "Record ID,Company name\n1,Uno\n3,Three\n");
    assert_eq!((corrected.0, corrected.1), (1, 1));
    let mut names = case.rows("crm_companies", "name");
    names.sort_by_key(Value::to_string);
    assert_eq!(names, [json!(["Three"]), json!(["Two"]), json!(["Uno"])]);

    let case = Case::of("[sources.releases]\nkind = \"changelog\"\nfiles = \"exports/*\"\n");
    assert_eq!(case.then("exports/CHANGELOG.md", "## 1.0.0 - 2026-03-01\n"), sound(1));
    let again = case.then("exports/CHANGELOG.md", "## 1.1.0 - 2026-04-01\n## 1.0.0 - 2026-03-01\n");
    assert_eq!((again.0, again.1), (1, 1));

    let case = Case::of("[sources.people]\nkind = \"members\"\nfiles = \"exports/*\"\n");
    assert_eq!(case.then("exports/m.csv", "user,account\nu1,t1\n"), sound(1));
    let again = case.then("exports/m.csv", "user,account\nu1,t1\nu2,t1\n");
    assert_eq!((again.0, again.1), (1, 1));
}

#[test]
fn slashed_days_of_a_file_that_grows_are_decided_over_all_of_it() {
    let row = |id: u8, day: &str| format!("{{\"id\":\"{id}\",\"event\":\"x\",\"time\":\"{day}\"}}\n");
    let case = Case::of(EVENTS);
    let first = row(1, "01/03/2026") + &row(2, "02/03/2026");
    assert_eq!(case.then("exports/a.jsonl", &first), (0, 0, 2, vec!["date-order-undecided"]));
    assert_eq!(case.then("exports/a.jsonl", first + &row(3, "13/03/2026")), sound(3));
}

#[test]
fn what_a_spreadsheet_makes_of_cells() {
    let case = Case::of(HUBSPOT);
    assert_eq!(case.then("exports/c-2026-03-06.csv", "Record ID,Company name\n2E+11,One\n"), aside(0, "id-mangled"));
    let deals = "[sources.crm]\nkind = \"hubspot\"\ncompanies = \"exports/c*\"\ndeals = \"exports/d*\"\n";
    let case = Case::of(deals);
    let header = "Record ID,Deal Name,Deal Stage,Amount,Close Date\n";
    let rows = "1,A,won,$(250.00),13/03/2026\n2,B,open,EUR 7,N/A\n3,C,open,8,\n";
    assert_eq!(case.then("exports/d-2026-03-20.csv", header.to_owned() + rows), sound(3));
    let case = Case::of(deals);
    assert_eq!(case.then("exports/d-2026-03-20.csv", header.to_owned() + "3,C,open,8,9999-12-31\n"), sound(1));
    assert_eq!(case.rows("crm_deals", "closed_at"), [json!(["9999-12-31 00:00:00"])]);
    let case = Case::of(EVENTS);
    assert_eq!(case.then("exports/a.csv", "sep=;\rid;event;time\r1;x;2026-03-02\r"), sound(1));
}

#[test]
fn the_footer_of_a_report_stands_behind_one_blank_line() {
    let report =
        "\"Account ID\",\"Account Name\"\n\"0015g00000AcDeQ\",\"A\"\n\n\"Copyright (c) 2026\"\n\"Confidential\"\n";
    assert_eq!(Case::of(SALESFORCE).then("exports/r-2026-03-06.csv", report), sound(1));
    let empty = "\"Account ID\",\"Account Name\"\n\n\"Copyright (c) 2026\"\n";
    assert_eq!(Case::of(SALESFORCE).then("exports/r-2026-03-06.csv", empty), sound(0));
}

#[test]
fn names_are_found_where_a_kind_has_them_and_nowhere_else() {
    let case = Case::of(EVENTS);
    let row = |day: u8| {
        format!("{{\"event\":\"x\",\"time\":\"2026-03-0{day}\",\"user\":\"u\",\"properties\":{{\"id\":\"p\"}}}}\n")
    };
    assert_eq!(case.then("exports/a.jsonl", row(1) + &row(2)), sound(2));
    let case = Case::of(EVENTS);
    assert_eq!(
        case.then("exports/a.csv", "event,time,user_id,name,uuid,id\nsaved,2026-03-01,u,file.txt,abc,1\n"),
        sound(1)
    );
    assert_eq!(case.rows("events", "properties"), [json!([r#"{"name":"file.txt","uuid":"abc"}"#])]);
    let case = Case::of(&format!("{EVENTS}account = \"plan\"\n"));
    assert_eq!(case.then("exports/a.jsonl", r#"{"event":"x","time":"2026-03-01","properties.plan":"pro"}"#), sound(1));
    assert_eq!(case.rows("events", "account_id, properties"), [json!(["pro", r#"{"plan":"pro"}"#])]);
    let case = Case::of("[sources.web]\nkind = \"ga4\"\nfiles = \"exports/*\"\naccount = \"team\"\n");
    let row = r#"{"event_name":"x","event_timestamp":"1772409600000000","user_pseudo_id":"d","event_params":[{"key":"ga_session_id","value":{"int_value":"1"}},{"key":"team","value":{"string_value":"t_1"}}]}"#;
    assert_eq!(case.then("exports/a.jsonl", row), sound(1));
    assert_eq!(case.rows("events", "account_id"), [json!(["t_1"])]);
    let case = Case::of(&format!("{HUBSPOT}columns = {{ companies = {{ domain = \"website\" }} }}\n"));
    let page = r#"{"results":[{"id":"1","properties":{"name":"One","website":"one.example"},"archived":false}]}"#;
    assert_eq!(case.then("exports/c-2026-03-06.json", page), sound(1));
    assert_eq!(case.rows("crm_companies", "company_id, domain"), [json!(["1", "one.example"])]);
}

#[test]
fn tables_of_a_warehouse_in_json_are_read_as_in_csv() {
    let case = Case::of(SEGMENT);
    let track = r#"{"id":"seg-0","event":"team_created","event_text":"team.created","received_at":"2026-03-02 08:15:01","timestamp":"2026-03-02 08:15:00.123","user_id":"u_17","anonymous_id":"a1","stage":"x"}"#;
    assert_eq!(case.then("exports/tracks.jsonl", track), sound(1));
    assert_eq!(
        case.rows("events", "event_name, user_id, properties"),
        [json!(["team.created", "u_17", r#"{"stage":"x"}"#])]
    );
    let page = r#"{"id":"seg-1","received_at":"2026-03-02 08:15:01","timestamp":"2026-03-02 08:15:00","anonymous_id":"a1","path":"/"}"#;
    let case = Case::of(SEGMENT);
    assert_eq!(case.then("exports/pages.jsonl", page), sound(1));
    assert_eq!(case.rows("events", "event_name, raw_user_id"), [json!(["pages", "a1"])]);
}

#[test]
fn a_group_call_makes_a_member_whatever_path_names_accounts() {
    let case = Case::of(&format!("{SEGMENT}account = \"properties.team_id\"\n"));
    let call = |id: u8, kind: &str, rest: &str| {
        format!(
            "{{\"messageId\":\"m{id}\",\"type\":\"{kind}\",\"userId\":\"u1\",\"timestamp\":\"2026-03-02T08:0{id}:00Z\"{rest}}}\n"
        )
    };
    let calls =
        call(1, "group", r#","groupId":"t_1","traits":{}"#) + &call(2, "track", r#","event":"saved","properties":{}"#);
    assert_eq!(case.then("exports/a.jsonl", calls), sound(2));
    let mut accounts = case.rows("events", "event_name, account_id");
    accounts.sort_by_key(Value::to_string);
    assert_eq!(accounts, [json!(["group", "t_1"]), json!(["saved", "t_1"])]);
}

#[test]
fn versions_stand_below_what_a_site_puts_in_front() {
    let case = Case::of("[sources.releases]\nkind = \"changelog\"\nfiles = \"exports/*\"\n");
    let text = "---\ntitle: Changelog\n---\n## [1.2.0][v120] - 2026-03-05\n### 1. Breaking changes\n\n[v120]: https://a.example/1\n";
    assert_eq!(case.then("exports/CHANGELOG.md", text), sound(1));
    assert_eq!(case.rows("releases", "release_id, url"), [json!(["1.2.0", "https://a.example/1"])]);
}

#[test]
fn a_device_and_its_user_on_one_enriched_event_are_a_link() {
    let case = Case::of("[sources.product]\nkind = \"snowplow\"\nfiles = \"exports/*\"\n");
    let row = |id: &str, user: &str| {
        let mut cells = vec![""; 131];
        for (place, cell) in [(7, id), (13, user), (16, "device-1"), (125, "2026-03-02 08:00:00.000"), (127, "saved")] {
            cells[place - 1] = cell;
        }
        cells.join("\t") + "\n"
    };
    assert_eq!(case.then("exports/a.tsv", row("e1", "") + &row("e2", "u1")), sound(2));
    let mut raw = case.rows("events", "raw_user_id, user_id");
    raw.sort_by_key(Value::to_string);
    assert_eq!(raw, [json!(["device-1", "u1"]), json!(["u1", "u1"])]);
}

#[test]
fn a_discount_beside_bare_ids_is_the_one_of_that_id() {
    let subscription = |discounts: &str| {
        format!(
            r#"{{"id":"sub_1","object":"subscription","customer":"cus_1","status":"active","currency":"eur",
            "start_date":1767225600,"discounts":[{discounts}],"discount":{{"id":"di_1","coupon":{{"percent_off":10,"duration":"forever"}}}},
            "items":{{"data":[{{"id":"si_1","quantity":1,"price":{{"unit_amount":10000,"currency":"eur",
            "recurring":{{"interval":"month","interval_count":1}}}}}}]}}}}"#
        )
    };
    for (discounts, mrr) in [(r#""di_1""#, 90.0), ("", 90.0), (r#""di_2""#, 100.0)] {
        let case = Case::of("[sources.billing]\nkind = \"stripe\"\nsubscriptions = \"exports/*\"\n");
        assert_eq!(case.then("exports/2026-03-02.json", subscription(discounts)), sound(1));
        assert_eq!(case.rows("subscriptions", "cast(mrr as double)"), [json!([mrr])], "with {discounts}");
    }
}

#[test]
fn a_row_of_more_than_16_mib_is_set_aside_and_the_next_is_read() {
    const MIB: usize = 1 << 20;
    let event = |text: usize| {
        format!(r#"{{"event":"saved","time":"2026-03-02T08:00:00Z","user":"u","note":"{}"}}"#, "x".repeat(text))
    };
    for (length, expected) in [(16 * MIB - 200, sound(2)), (16 * MIB + MIB / 2, aside(1, "row-too-long"))] {
        let case = Case::of(EVENTS);
        assert_eq!(case.then("exports/a.jsonl", format!("{}\n{}\n", event(length), event(1))), expected);
        let case = Case::of(EVENTS);
        let table = format!(
            "event,time,user,note\nsaved,2026-03-02T08:00:00Z,u,{}\nsaved,2026-03-03,u,y\n",
            "x".repeat(length)
        );
        assert_eq!(case.then("exports/a.csv", table), expected);
    }
}

#[test]
fn what_a_source_lacks_is_said_aloud_until_it_is_mended() {
    let codes = |case: &Case| {
        let told = case.0.ingest().issues;
        let codes = told.into_iter().map(|issue| issue.code);
        codes.filter(|code| ["file-incomplete", "account-absent"].contains(code)).collect::<Vec<_>>()
    };
    let rows = "{\"event\":\"saved\",\"time\":\"2026-03-02T08:00:00Z\",\"user\":\"u\"}\n".repeat(3);
    let case = Case::of(EVENTS);
    case.0.write("exports/a.jsonl.gz", packed_and_cut(&rows));
    assert_eq!(codes(&case), ["file-incomplete"]);
    assert_eq!(codes(&case), ["file-incomplete"], "and every night");
    case.0.write("exports/a.jsonl.gz", &rows);
    assert_eq!(codes(&case), [""; 0]);

    let case = Case::of(&format!("{EVENTS}account = \"teem\"\n"));
    case.0.write("exports/a.jsonl", rows.replace("\"user\"", "\"team\":\"t\",\"user\""));
    assert_eq!(codes(&case), ["account-absent"]);
    case.0.declare(&format!("{EVENTS}account = \"team\"\n"));
    assert_eq!(codes(&case), [""; 0]);
    assert_eq!(case.rows("events", "account_id"), [json!(["t"])], "equal rows count once");
}

#[test]
fn a_folder_that_cannot_be_looked_into_is_no_empty_folder() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::of(EVENTS);
    case.0.write("exports/a.jsonl", "");
    let folder = case.0.root().join("exports");
    let allow = |mode| std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0);
    let is_closed = std::fs::read_dir(&folder).is_err();
    let codes: Vec<_> = case.0.ingest().issues.iter().map(|issue| issue.code).collect();
    allow(0o755);
    // Whoever may look into every folder is not told of one.
    assert_eq!(codes.contains(&"file-not-opened"), is_closed, "{codes:?}");
}
