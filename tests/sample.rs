//! The committed sample company is what the generator writes, byte for byte, and its blemishes are as counted.
//!
//! `SNAPSHOTS=overwrite cargo test --test sample` writes `sample-data/` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use throughline::diag::{Severity, render};
use throughline::plan::globs::check_files;
use throughline::plan::resolve::{Needs, resolve};
use throughline::sample;

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data")
}

/// Every file under a folder, by its name there.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name =
                entry.path().strip_prefix(folder).expect("it was found there").to_string_lossy().replace('\\', "/");
            (name, std::fs::read(entry.path()).expect("it was just found"))
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says here that the sample is to be written anew")]
fn overwrites() -> bool {
    std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite")
}

#[test]
fn the_committed_sample_is_what_the_generator_writes() {
    if overwrites() {
        let _ = std::fs::remove_dir_all(committed().join("exports/posthog"));
        sample::lay_out(&committed()).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let summary = sample::lay_out(folder.path()).unwrap();
    let (here, fresh) = (files(&committed()), files(folder.path()));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&here), names(&fresh));
    for (name, bytes) in &fresh {
        assert!(here[name] == *bytes, "{name} differs; SNAPSHOTS=overwrite cargo test --test sample writes it anew");
    }
    assert_eq!(summary.files, fresh.len());
    assert_eq!(summary.bytes, fresh.values().map(|bytes| bytes.len() as u64).sum::<u64>());
    assert!(summary.bytes < 10_000_000, "{} bytes are too many to commit", summary.bytes);
}

#[test]
fn the_blemishes_are_as_many_as_truth_json_says() {
    let truth: serde_json::Value =
        serde_json::from_slice(&std::fs::read(committed().join("truth.json")).unwrap()).unwrap();
    let (mut read, mut ids, mut broken, mut late, mut staff) = (0, BTreeSet::new(), 0, 0, BTreeSet::new());
    for (name, bytes) in files(&committed().join("exports/posthog")) {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        for line in text.lines() {
            read += 1;
            let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else {
                broken += 1;
                continue;
            };
            let id = row["uuid"].as_str().unwrap().to_owned();
            let first = ids.insert(id.clone());
            late += u64::from(first && !row["timestamp"].as_str().unwrap().starts_with(&name[..7]));
            if row["person_properties"]["email"].as_str().is_some_and(|email| email.ends_with("@loomworks.example")) {
                staff.insert(id);
            }
        }
    }
    let said = |what: &str| truth["blemishes"][what].as_u64().unwrap();
    assert_eq!(ids.len() as u64, truth["came_to"]["events"].as_u64().unwrap());
    assert_eq!(broken, said("product_lines_cut_short"));
    assert_eq!(read - ids.len() as u64 - broken, said("product_rows_sent_twice"));
    assert_eq!(late, said("product_rows_in_the_next_months_file"));
    assert_eq!(staff.len() as u64, said("product_rows_of_our_own_staff"));
}

#[test]
fn the_plan_is_clean_but_for_what_it_is_meant_to_show() {
    let today = jiff::civil::date(2026, 7, 1);
    let (plan, told) = resolve(sample::plan_text(), &committed(), today, Needs::Everything);
    let plan = plan.expect("a plan that comes with the tool is a plan");
    let all: Vec<String> = told.iter().map(|one| render(one, Some(sample::plan_text()))).collect();
    assert!(told.iter().all(|one| one.severity != Severity::Error), "{}", all.join("\n"));
    let codes: BTreeSet<&str> = told.iter().map(|one| one.code).collect();
    assert_eq!(
        codes,
        BTreeSet::from(["agreement-lapsed", "outcome-not-agreed", "traction-leads-nowhere"]),
        "{}",
        all.join("\n")
    );
    assert_eq!((plan.lanes.len(), plan.outcomes.len(), plan.traction().count()), (3, 9, 14));
    assert_eq!((plan.business().count(), plan.links.len()), (4, 8));
    assert_eq!(check_files(&plan), []);
}
