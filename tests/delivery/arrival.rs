//! In any order, twice, in pieces, late: the lake ends the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use throughline::ingest::{Mode, Progress};

use crate::workspace::{Workspace, copy, samples};

/// A workspace of a sample's declaration alone, and the sample's files in order of name.
fn without_files(sample: &Path) -> (Workspace, Vec<PathBuf>) {
    let whole = Workspace::of(sample);
    let mut files: Vec<_> = walkdir::WalkDir::new(whole.root())
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.path().starts_with(whole.root().join("exports")))
        .map(|entry| entry.path().strip_prefix(whole.root()).unwrap().to_path_buf())
        .collect();
    files.sort();
    (whole, files)
}

/// The lake of a sample whose files arrive in this order, each read before the next is there.
fn dump_of(sample: &Path, order: &[PathBuf]) -> Vec<String> {
    let (workspace, _) = without_files(sample);
    let away = tempfile::tempdir().unwrap();
    copy(&workspace.root().join("exports"), &away.path().join("exports"));
    fs::remove_dir_all(workspace.root().join("exports")).unwrap();
    for file in order {
        let target = workspace.root().join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        let modified = fs::metadata(sample.join(file)).unwrap().modified().unwrap();
        fs::copy(away.path().join(file), &target).unwrap();
        fs::File::options().write(true).open(&target).unwrap().set_modified(modified).unwrap();
        workspace.ingest();
    }
    workspace.dump()
}

#[test]
fn a_samples_files_may_arrive_in_any_order() {
    for sample in samples() {
        let (whole, mut files) = without_files(&sample);
        if files.len() < 2 {
            continue;
        }
        for file in &files {
            let modified = fs::metadata(sample.join(file)).unwrap().modified().unwrap();
            fs::File::options().write(true).open(whole.root().join(file)).unwrap().set_modified(modified).unwrap();
        }
        whole.ingest();
        let expected = whole.dump();
        for _ in 0..2 {
            let got = dump_of(&sample, &files);
            let only = |these: &[String], those: &[String]| -> Vec<String> {
                these.iter().filter(|row| !those.contains(row)).cloned().collect()
            };
            assert_eq!(
                expected,
                got,
                "{} in the order {files:?}: lost {:#?}, new {:#?}",
                sample.display(),
                only(&expected, &got),
                only(&got, &expected)
            );
            files.reverse();
        }
    }
}

const DECLARED: &str = "[sources.app]\nkind = \"events\"\nfiles = \"exports/**/*\"\n";

/// Events of a day of 2026, one each minute, with ids from a number on.
fn events(month: u32, day: u32, ids: std::ops::Range<u32>) -> String {
    let row = |id: u32| {
        let (hour, minute) = (id / 60 % 24, id % 60);
        format!(
            "{{\"id\":\"{id}\",\"event\":\"e{}\",\"time\":\"2026-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z\",\
             \"user\":\"u{}\",\"account\":\"t{}\",\"n\":{id}}}\n",
            id % 3,
            id % 7,
            id % 2
        )
    };
    ids.map(row).collect()
}

fn declared() -> Workspace {
    let workspace = Workspace::new();
    workspace.declare(DECLARED);
    workspace
}

/// The events alone: which file told them plays no part.
fn told(workspace: &Workspace) -> Vec<String> {
    workspace.dump().into_iter().filter(|row| row.contains("\"'event'\":\"event\"")).collect()
}

#[test]
fn the_same_file_twice_and_the_same_event_in_two_files_count_once() {
    let once = declared();
    once.write("exports/a.jsonl", events(3, 2, 0..200));
    once.ingest();
    assert_eq!(told(&once).len(), 200);

    let twice = declared();
    twice.write("exports/a.jsonl", events(3, 2, 0..150));
    twice.ingest();
    twice.write("exports/b.jsonl", events(3, 2, 0..150));
    twice.write("exports/later/c.jsonl", events(3, 2, 100..200));
    let again = twice.ingest();
    let counts: BTreeMap<_, _> =
        again.sources[0].files.iter().map(|file| (file.file.as_str(), (file.accepted, file.duplicate))).collect();
    assert_eq!(counts["exports/b.jsonl"], (0, 150));
    assert_eq!(counts["exports/later/c.jsonl"], (50, 50));
    assert_eq!(told(&twice), told(&once));
}

#[test]
fn a_file_that_grows_ends_as_if_it_had_come_whole() {
    let text = events(3, 2, 0..90) + &events(4, 2, 90..120);
    let whole = declared();
    whole.write("exports/a.jsonl", &text);
    whole.ingest();
    // Cut within lines and at their ends; within a character it is cut too.
    let growing = declared();
    for end in [1, 500, 5_000, 5_001, text.len() / 2, text.len() - 1, text.len()] {
        growing.write("exports/a.jsonl", &text[..end]);
        growing.ingest();
    }
    assert_eq!(growing.dump(), whole.dump());
}

#[test]
fn a_file_replaced_in_place_and_put_back_ends_as_it_began() {
    let (one, other) = (events(3, 2, 0..50), events(3, 2, 0..50).replace("\"n\":4", "\"n\":9"));
    let calm = declared();
    calm.write("exports/a.jsonl", &one);
    calm.ingest();
    let restless = declared();
    for text in [&one, &other, &one] {
        restless.write("exports/a.jsonl", text);
        restless.ingest();
    }
    assert_eq!(told(&restless), told(&calm));
}

#[test]
fn events_months_late_touch_only_their_own_months() {
    let workspace = declared();
    for month in 1..=6 {
        workspace.write(&format!("exports/{month}.jsonl"), events(month, 2, month * 100..month * 100 + 40));
    }
    workspace.ingest();
    let before = months(&workspace);
    // New events of February, one of which corrects what another file said of an event of April.
    let late = events(2, 9, 900..905);
    workspace.write("exports/late.jsonl", late);
    let ingested = workspace.ingest();
    assert_eq!(ingested.changed_months.into_iter().collect::<Vec<_>>(), ["2026-02"]);
    let after = months(&workspace);
    for (month, files) in &before {
        let kept = files.iter().all(|file| after[month].contains(file));
        assert!(kept, "{month}: a month that gains rows keeps its files");
        assert_eq!(month == "2026-02", after[month].len() > files.len(), "{month}");
    }

    // A correction rewrites its month and no other.
    workspace.write("exports/4.jsonl", events(4, 2, 400..440).replace("\"n\":412", "\"n\":0"));
    let ingested = workspace.ingest();
    assert_eq!(ingested.changed_months.into_iter().collect::<Vec<_>>(), ["2026-04"]);
    let corrected = months(&workspace);
    for (month, files) in &after {
        assert_eq!(month == "2026-04", corrected[month] != *files, "{month}");
    }
}

/// The files of events, by month.
fn months(workspace: &Workspace) -> BTreeMap<String, Vec<PathBuf>> {
    let lake = workspace.lake();
    let files = lake.files_in(&throughline::lake::tables::EVENTS, &lake.vector().unwrap()).unwrap();
    let mut months: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for file in files {
        months.entry(file.month.unwrap()).or_default().push(file.path);
    }
    months
}

#[test]
fn a_file_that_vanishes_before_it_is_opened_is_said_and_the_others_are_read() {
    let workspace = declared();
    for name in ["a", "b", "c"] {
        workspace.write(&format!("exports/{name}.jsonl"), events(3, 2, 0..10));
    }
    let b = workspace.root().join("exports/b.jsonl");
    let ingested = workspace.ingest_with(Mode::New, &mut |progress| {
        if let Progress::Reads { file: "exports/a.jsonl", .. } = progress {
            fs::remove_file(&b).unwrap();
        }
    });
    let said: Vec<_> = ingested.issues.iter().filter(|issue| issue.code == "file-not-opened").collect();
    assert_eq!(said.len(), 1, "{:?}", ingested.issues);
    assert!(said[0].what.contains("exports/b.jsonl"), "{said:?}");
    assert_eq!(told(&workspace).len(), 10);
    assert!(!workspace.dump().iter().any(|row| row.contains("b.jsonl")), "nothing is known of what was not read");
    workspace.write("exports/b.jsonl", events(3, 2, 5..15));
    workspace.ingest();
    assert_eq!(told(&workspace).len(), 15);
}
