//! The samples of `tests/exports`, through the library: what real tools write, and what must come out of it.

#![expect(clippy::unwrap_used, reason = "a helper of a test that fails should fail where it stands")]

mod workspace;

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use serde_json::{Value, json};
use throughline::ingest::{Mode, Progress};

use workspace::{Workspace, copy, counts, samples};

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
