//! The samples of `tests/exports`, through the library: what real tools write, and what must come out of it.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use jiff::civil::date;
use serde_json::{Value, json};
use tempfile::TempDir;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::ingest::{Ingested, Mode, Progress, ingest};
use throughline::lake::Lake;
use throughline::lake::tables::ALL;
use throughline::plan::Plan;
use throughline::plan::resolve::{Needs, resolve};
use throughline::shape::{Ask, shape};

/// 15 July 2026, noon UTC.
const NOW_US: i64 = 1_784_116_800_000_000;
const WORKSPACE: &str =
    "[workspace]\nname = \"Loomworks\"\ntimezone = \"UTC\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\n";

/// A workspace in a folder of its own.
struct Workspace {
    folder: TempDir,
}

impl Workspace {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The workspace of a sample, before its steps.
    fn of(sample: &Path) -> Self {
        let workspace = Self::new();
        for entry in fs::read_dir(sample).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !name.starts_with("step") {
                copy(&path, &workspace.root().join(name));
            }
        }
        workspace.declare(&fs::read_to_string(sample.join("source.toml")).unwrap());
        workspace
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn declare(&self, source: &str) {
        let text = if source.contains("[workspace]") { source.to_owned() } else { format!("{WORKSPACE}{source}") };
        fs::write(self.root().join("throughline.toml"), text).unwrap();
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn plan(&self) -> Plan {
        let text = fs::read_to_string(self.root().join("throughline.toml")).unwrap();
        let (plan, problems) = resolve(&text, self.root(), date(2026, 7, 15), Needs::Sources);
        plan.unwrap_or_else(|| panic!("the plan is refused: {problems:#?}"))
    }

    fn lake(&self) -> Lake {
        Lake::open(&self.root().join(".throughline/lake")).unwrap()
    }

    fn ingest(&self) -> Ingested {
        self.ingest_with(Mode::New, &mut |_| {})
    }

    fn ingest_with(&self, mode: Mode, on: &mut dyn FnMut(Progress<'_>)) -> Ingested {
        let engine = DuckDb::open(&Limits::default()).unwrap();
        let ingested = ingest(&self.plan(), &self.lake(), &engine, NOW_US, &[], mode, on).unwrap();
        for file in ingested.sources.iter().flat_map(|source| &source.files) {
            assert_eq!(file.read, file.accepted + file.duplicate + file.set_aside, "{}", file.file);
        }
        ingested
    }

    /// Rows of a table that analysts see, each as a list.
    fn rows(&self, table: &str, select: &str, filter: Option<&str>) -> Vec<Value> {
        let (engine, lake) = (DuckDb::open(&Limits::default()).unwrap(), self.lake());
        let (facts, spare) = (self.root().join(".throughline/facts"), self.root().join(".throughline/spare"));
        let ask = Ask { now_us: NOW_US, as_of: None, kept: Vec::new(), facts: &facts, spare: &spare, side_files: None };
        shape(&engine, &lake, &lake.vector().unwrap(), &self.plan(), &ask).unwrap();
        let filter = filter.map(|filter| format!(" where {filter}")).unwrap_or_default();
        let sql = format!("select cast(json_array({select}) as varchar) as cells from tables.{table}{filter}");
        let frame = engine.query(&sql, &[]).unwrap();
        (0..frame.rows()).map(|row| serde_json::from_str(&frame.text("cells", row).unwrap()).unwrap()).collect()
    }

    /// Every row of the lake, sorted, without what tells batches and files apart.
    fn dump(&self) -> Vec<String> {
        let (engine, lake) = (DuckDb::open(&Limits::default()).unwrap(), self.lake());
        let vector = lake.vector().unwrap();
        for table in ALL {
            let files: Vec<_> = lake.files_in(table, &vector).unwrap().into_iter().map(|file| file.path).collect();
            let name = format!("lake_{}", table.name);
            engine.attach(&name, table.columns, table.monthly.then_some("month"), &files).unwrap();
        }
        let mut rows = Vec::new();
        for sql in [
            "select 'event', source, event_id, event_name, epoch_us(occurred_at), local_day, u.id, a.id, properties, content_hash, month \
             from lake_events left join lake_ids_users u on u.no = user_no left join lake_ids_accounts a on a.no = account_no",
            "select 'reading', source, a.id, epoch_us(observed_at), local_day, gauge, value, month \
             from lake_snapshots left join lake_ids_accounts a on a.no = account_no",
            "select 'statement', source, record_kind, record_id, day, path, content_hash, gone from lake_statements",
            "select 'content', * from lake_contents",
            "select 'release', * exclude (file_no) from lake_releases",
            "select 'evidence', * exclude (file_no) from lake_customer_evidence",
            "select 'link', source, x.id, u.id from lake_links join lake_ids_users x on x.no = anonymous_no join lake_ids_users u on u.no = user_no",
            "select 'member', source, u.id, a.id, epoch_us(valid_from), epoch_us(valid_to) from lake_members \
             join lake_ids_users u on u.no = user_no join lake_ids_accounts a on a.no = account_no",
            "select 'domain', source, u.id, domain, sum(events) from lake_user_domains join lake_ids_users u on u.no = user_no group by all",
            "select 'aside', source, file, position, byte_offset, reason, raw from lake_set_aside",
            "select 'file', source, path, length, hash, read, set_aside, reasons from lake_files",
        ] {
            let frame =
                engine.query(&format!("select cast(to_json(t) as varchar) as row from ({sql}) t"), &[]).unwrap();
            rows.extend((0..frame.rows()).map(|row| frame.text("row", row).unwrap()));
        }
        rows.sort();
        rows
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(|_| ()).unwrap() }
    }
}

/// A cell so that only its meaning is compared: moments to the microsecond, numbers to four decimals.
fn canonical(cell: &Value) -> Value {
    match cell {
        Value::Number(number) => json!((number.as_f64().unwrap() * 10_000.0).round() / 10_000.0),
        Value::String(text) => moment(text).map_or_else(|| cell.clone(), |us| json!(format!("moment {us}"))),
        other => other.clone(),
    }
}

fn moment(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() < 19 || !matches!(bytes[10], b' ' | b'T') || bytes[13] != b':' || bytes[4] != b'-' {
        return None;
    }
    let text = text.replace(' ', "T");
    let text = text.strip_suffix("+00").or(text.strip_suffix('Z')).unwrap_or(&text);
    format!("{text}Z").parse::<jiff::Timestamp>().ok().map(|moment| moment.as_microsecond())
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let row = |row: &Value| json!(row.as_array().unwrap().iter().map(canonical).collect::<Vec<_>>()).to_string();
    let mut rows: Vec<_> = rows.iter().map(row).collect();
    rows.sort();
    rows
}

fn counts(ingested: &Ingested) -> (BTreeMap<&'static str, u64>, BTreeMap<String, u64>) {
    let (mut totals, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for file in ingested.sources.iter().flat_map(|source| &source.files) {
        for (name, count) in [
            ("read", file.read),
            ("accepted", file.accepted),
            ("duplicate", file.duplicate),
            ("set_aside", file.set_aside),
        ] {
            *totals.entry(name).or_default() += count;
        }
        for (code, count) in &file.reasons {
            *reasons.entry((*code).to_owned()).or_default() += count;
        }
    }
    (totals, reasons)
}

/// What differs in a step of a sample.
fn step(workspace: &Workspace, expected: &Value) -> Vec<String> {
    let mut differs = Vec::new();
    let (totals, reasons) = counts(&workspace.ingest());
    for (name, count) in expected["ingest"].as_object().unwrap() {
        let got =
            if name == "reasons" { json!(reasons) } else { json!(totals.get(name.as_str()).copied().unwrap_or(0)) };
        let same =
            if name == "reasons" { got.as_object() == count.as_object() || equal(&got, count) } else { got == *count };
        if !same {
            differs.push(format!("{name}: expected {count}, got {got} (reasons {reasons:?})"));
        }
    }
    for (table, wanted) in expected["tables"].as_object().into_iter().flatten() {
        let rows = workspace.rows(table, wanted["select"].as_str().unwrap(), wanted["where"].as_str());
        let (got, wanted) = (sorted(&rows), sorted(wanted["rows"].as_array().unwrap()));
        if got != wanted {
            let only = |these: &[String], those: &[String]| {
                these.iter().filter(|row| !those.contains(row)).cloned().collect::<Vec<_>>().join("\n      ")
            };
            differs.push(format!(
                "{table}: expected {} rows, got {}\n    absent:\n      {}\n    not expected:\n      {}",
                wanted.len(),
                got.len(),
                only(&wanted, &got),
                only(&got, &wanted)
            ));
        }
    }
    differs
}

fn equal(one: &Value, other: &Value) -> bool {
    let map = |value: &Value| {
        value.as_object().map(|map| map.iter().map(|(k, v)| (k.clone(), v.as_u64())).collect::<BTreeMap<_, _>>())
    };
    map(one) == map(other)
}

fn run(sample: &Path) -> Vec<String> {
    let expected: Value = serde_json::from_str(&fs::read_to_string(sample.join("expect.json")).unwrap()).unwrap();
    let workspace = Workspace::of(sample);
    let Some(steps) = expected["steps"].as_array() else { return step(&workspace, &expected) };
    let mut differs = Vec::new();
    for (index, expected) in steps.iter().enumerate() {
        if let Some(overlay) = expected["overlay"].as_str() {
            copy(&sample.join(overlay), workspace.root());
        }
        differs.extend(step(&workspace, expected).into_iter().map(|text| format!("step {}: {text}", index + 1)));
    }
    differs
}

fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let mut samples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("expect.json").exists())
        .collect();
    samples.sort();
    assert!(samples.len() >= 66);
    samples
}

#[test]
fn every_sample_holds() {
    let mut failed = Vec::new();
    for sample in samples() {
        let name = sample.file_name().unwrap().to_string_lossy().into_owned();
        let differs = catch_unwind(|| run(&sample)).unwrap_or_else(|_| vec!["it broke down".to_owned()]);
        if !differs.is_empty() {
            failed.push(format!("{name}\n  {}", differs.join("\n  ")));
        }
    }
    assert!(failed.is_empty(), "{} samples differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn a_second_time_nothing_changes() {
    for sample in samples() {
        let workspace = Workspace::of(&sample);
        workspace.ingest();
        let (vector, dump) = (workspace.lake().vector().unwrap(), workspace.dump());
        let again = workspace.ingest();
        assert_eq!(counts(&again).0.values().sum::<u64>(), 0, "{}", sample.display());
        assert_eq!((workspace.lake().vector().unwrap(), workspace.dump()), (vector, dump), "{}", sample.display());
    }
}

/// Three files that share ids: equal ones, and one id of which each tells something else.
const SHARED: [(&str, &str); 3] = [
    (
        "a.jsonl",
        "{\"id\":\"1\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:00Z\",\"user\":\"u1\",\"account\":\"t1\",\"n\":1}\n{\"id\":\"2\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:01Z\",\"user\":\"u1\",\"n\":1}\n",
    ),
    (
        "b.jsonl",
        "{\"id\":\"2\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:01Z\",\"user\":\"u1\",\"n\":2}\n{\"id\":\"3\",\"event\":\"y\",\"time\":\"2026-04-02T08:00:00Z\",\"user\":\"u2\",\"account\":\"t1\"}\n",
    ),
    (
        "c.jsonl",
        "{\"id\":\"2\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:01Z\",\"user\":\"u1\",\"n\":3}\nnot json\n{\"id\":\"1\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:00Z\",\"user\":\"u1\",\"account\":\"t1\",\"n\":1}\n",
    ),
];

fn shared() -> Workspace {
    let workspace = Workspace::new();
    workspace.declare("[sources.app]\nkind = \"events\"\nfiles = \"exports/*\"\n");
    workspace
}

#[test]
fn the_order_in_which_files_arrive_plays_no_part() {
    let mut dumps = Vec::new();
    for order in [vec![0, 1, 2], vec![2, 1, 0], vec![1, 2, 0], vec![]] {
        let workspace = shared();
        if order.is_empty() {
            SHARED.iter().for_each(|(name, text)| workspace.write(&format!("exports/{name}"), text));
            workspace.ingest();
        }
        for index in order {
            let (name, text) = SHARED[index];
            workspace.write(&format!("exports/{name}"), text);
            workspace.ingest();
        }
        dumps.push(workspace.dump());
    }
    assert!(dumps.windows(2).all(|pair| pair[0] == pair[1]), "{dumps:#?}");
}

#[test]
fn a_batch_that_dies_between_two_commits_leaves_nothing_and_is_done_again() {
    let whole = shared();
    SHARED.iter().for_each(|(name, text)| whole.write(&format!("exports/{name}"), text));
    let mut commits = 0;
    whole
        .ingest_with(Mode::New, &mut |progress| commits += usize::from(matches!(progress, Progress::Committed { .. })));
    assert!(commits >= 5, "ids, events, rows set aside and files are committed apart");
    for dies_after in 1..=commits {
        let workspace = shared();
        let (name, text) = SHARED[0];
        workspace.write(&format!("exports/{name}"), text);
        workspace.ingest();
        let before = workspace.dump();
        SHARED[1..].iter().for_each(|(name, text)| workspace.write(&format!("exports/{name}"), text));
        let mut seen = 0;
        let died = catch_unwind(AssertUnwindSafe(|| {
            workspace.ingest_with(Mode::New, &mut |progress| {
                seen += usize::from(matches!(progress, Progress::Committed { .. }));
                assert!(seen < dies_after, "killed here on purpose");
            })
        }));
        if died.is_err() && dies_after < 5 {
            assert_eq!(workspace.dump(), before, "readers see nothing of a batch that died after {dies_after} commits");
        }
        workspace.ingest();
        assert_eq!(workspace.dump(), whole.dump(), "killed after {dies_after} commits");
    }
}

#[test]
fn a_file_that_is_written_anew_corrects_its_rows_and_loses_none() {
    let workspace = shared();
    workspace.write("exports/a.jsonl", SHARED[0].1);
    workspace.ingest();
    workspace.write(
        "exports/a.jsonl",
        "{\"id\":\"1\",\"event\":\"x\",\"time\":\"2026-03-02T08:00:00Z\",\"user\":\"u1\",\"account\":\"t1\",\"n\":9}\n",
    );
    let again = workspace.ingest();
    assert_eq!(counts(&again).0, BTreeMap::from([("read", 1), ("accepted", 1), ("duplicate", 0), ("set_aside", 0)]));
    assert!(again.issues.iter().any(|issue| issue.code == "rows-vanished"));
    let rows = workspace.rows("events", "event_id, properties->>'n'", None);
    assert_eq!(sorted(&rows), [r#"["1","9"]"#, r#"["2","1"]"#]);

    let afresh = workspace.ingest_with(Mode::Afresh, &mut |_| {});
    assert_eq!(counts(&afresh).0["accepted"], 1);
    assert_eq!(sorted(&workspace.rows("events", "event_id", None)), [r#"["1"]"#]);
}

#[test]
fn a_new_declaration_reads_all_files_again() {
    let workspace = shared();
    SHARED.iter().for_each(|(name, text)| workspace.write(&format!("exports/{name}"), text));
    workspace.ingest();
    workspace.declare("[sources.app]\nkind = \"events\"\nfiles = \"exports/*\"\nuser = \"account\"\n");
    let again = workspace.ingest();
    assert_eq!(counts(&again).0["accepted"], 3);
    let rows = workspace.rows("events", "event_id, user_id", None);
    assert_eq!(sorted(&rows), [r#"["1","t1"]"#, r#"["2",null]"#, r#"["3","t1"]"#]);
}

#[test]
fn a_file_that_moves_is_not_read_again() {
    let workspace = shared();
    workspace.write("exports/a.jsonl", SHARED[0].1);
    workspace.ingest();
    fs::rename(workspace.root().join("exports/a.jsonl"), workspace.root().join("exports/z.jsonl")).unwrap();
    let moved = workspace.ingest();
    let file = &moved.sources[0].files[0];
    assert!(file.already_read && file.file == "exports/z.jsonl", "{file:?}");
    assert_eq!(sorted(&workspace.rows("files", "path, read, accepted", None)), [r#"["exports/z.jsonl",2.0,2.0]"#]);
}

/// The reasons of a file of a source, with its declaration behind the kind.
fn reasons(kind: &str, name: &str, bytes: &[u8]) -> BTreeMap<String, u64> {
    let (kind, more) = kind.split_once('\n').unwrap_or((kind, ""));
    let workspace = Workspace::new();
    let files = match kind {
        "hubspot" => "companies",
        "stripe" => "subscriptions",
        _ => "files",
    };
    workspace.declare(&format!("[sources.app]\nkind = \"{kind}\"\n{files} = \"exports/*\"\n{more}\n"));
    workspace.write(&format!("exports/{name}"), bytes);
    counts(&workspace.ingest()).1
}

#[test]
fn every_code_of_a_row_is_reached() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(200), "]".repeat(200));
    let long = format!("{{\"id\":\"1\",\"blob\":\"{}\"}}\n{{\"id\":\"2\"}}", "x".repeat(17 << 20));
    let mapped =
        "subscriptions\ncolumns = { id = \"id\", customer = \"c\", amount = \"amount\", interval = \"every\" }";
    let wide = "snapshots\naccount = \"a\"\ntime = \"t\"\ngauges = [\"n\"]";
    for (code, kind, name, bytes) in [
        ("not-json", "events", "a.jsonl", &b"{\"a\":"[..]),
        ("not-an-object", "events", "a.jsonl", b"7\n"),
        ("not-an-export", "events", "a.csv", b"<html>"),
        ("not-an-export", "events", "a.json", b"{\"status\":\"error\",\"message\":\"no\"}"),
        ("json-too-deep", "events", "a.jsonl", deep.as_bytes()),
        ("encoding-unreadable", "events", "a.jsonl", b"{\"a\":\"\xff\"}\n"),
        ("nul-bytes", "events", "a.jsonl", b"{\"a\":\"\0\"}\n"),
        ("row-too-long", "events", "a.jsonl", long.as_bytes()),
        ("file-unreadable", "events", "a.parquet", b"PAR1 and no more"),
        ("file-truncated", "events", "a.jsonl.gz", &gzipped_and_cut()),
        ("quote-unclosed", "events", "a.csv", b"event,time\n\"x,2026-03-02\n"),
        ("cells-extra", "events", "a.csv", b"event,time\nx,2026-03-02,more\n"),
        ("columns-count", "snowplow", "a.tsv", b"a\tb\n"),
        ("columns-missing", "events", "a.csv", b"what,time\nx,2026-03-02\n"),
        ("time-missing", "events", "a.csv", b"event,time\nx,\n"),
        ("time-unreadable", "events", "a.csv", b"event,time\nx,soon\n"),
        ("time-implausible", "events", "a.csv", b"event,time\nx,1999-12-31\n"),
        ("date-order-undecided", "events", "a.csv", b"event,time\nx,01/02/2026\ny,02/03/2026\n"),
        ("date-order-mixed", "events", "a.csv", b"event,time\nx,13/02/2026\ny,02/13/2026\n"),
        (
            "date-order-undecided",
            "events",
            "a.jsonl",
            b"{\"event\":\"x\",\"time\":\"01/02/2026\"}\n{\"event\":\"y\",\"time\":\"02/02/2026\"}\n",
        ),
        ("event-missing", "events", "a.csv", b"event,time\n,2026-03-02\n"),
        ("id-mangled", "events", "a.csv", b"event,time,id\nx,2026-03-02,1.23E+15\n"),
        ("account-missing", wide, "a.csv", b"a,t,n\n,2026-03-02,1\n"),
        ("number-unreadable", wide, "a.csv", b"a,t,n\nx,2026-03-02,12k\n"),
        ("number-ambiguous", wide, "a.csv", b"a;t;n\nx;2026-03-02;1.234\n"),
        ("id-missing", "hubspot", "companies.csv", b"Record ID,Company name\n,x\n"),
        ("interval-unknown", mapped, "a.csv", b"id,c,amount,every\n1,2,3,fortnightly\n"),
        ("quote-missing", "evidence", "a.csv", b"id,account,date,quote\n1,t,2026-03-02,\n"),
        (
            "release-draft",
            "changelog",
            "a.json",
            b"[{\"tag_name\":\"v1\",\"name\":\"x\",\"draft\":true,\"published_at\":null}]",
        ),
    ] {
        let reasons = reasons(kind, name, bytes);
        assert!(reasons.contains_key(code), "{code}: {reasons:?}");
    }
}

/// Some lines of JSON, compressed, and the end of them lost.
fn gzipped_and_cut() -> Vec<u8> {
    use std::io::Write;
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for number in 0..2_000_u64 {
        let noise = xorshift(number);
        writeln!(writer, "{{\"id\":\"{number}\",\"event\":\"x\",\"time\":\"2026-03-02\",\"noise\":{noise}}}").unwrap();
    }
    let mut bytes = writer.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    bytes
}

/// A number that does not compress.
fn xorshift(seed: u64) -> u64 {
    (0..5).fold(seed + 1, |x, _| {
        let x = x ^ (x << 13);
        let x = x ^ (x >> 7);
        x ^ (x << 17)
    })
}
