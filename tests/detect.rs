//! What `init --from` makes of real exports: every sample is known for what it is, and the plan written for it can be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::civil::date;
use rayon::prelude::*;
use throughline::ingest::detect::plan_from;
use throughline::ingest::source::Sheet;
use throughline::plan::Plan;
use throughline::plan::globs::{check_files, expand};
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::source::Kind;

/// Samples that nothing in them gives away, and why: only a person can tell.
const NOT_KNOWN: &[(&str, &str)] = &[
    ("hubspot-labels-in-german", "labels that only `columns` can map"),
    ("subscriptions-csv-declared-decimal", "labels that only `columns` can map"),
];
/// The samples, by name.
fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let entries =
        std::fs::read_dir(folder).expect("the samples are there").filter_map(|entry| Some(entry.ok()?.path()));
    let mut samples: Vec<_> = entries.filter(|path| path.join("source.toml").is_file()).collect();
    samples.sort();
    samples
}

/// The folders of a sample that hold its exports.
fn exports(sample: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(sample).expect("a sample is a folder").filter_map(|entry| Some(entry.ok()?.path()));
    let is_step = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("step"));
    let mut exports: Vec<_> = entries.filter(|path| path.is_dir() && !is_step(path)).collect();
    exports.sort();
    exports
}

/// The plan that a sample comes with.
fn declared(sample: &Path) -> Plan {
    const WORKSPACE: &str =
        "[workspace]\nname = \"x\"\ntimezone = \"UTC\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n";
    let source = std::fs::read_to_string(sample.join("source.toml")).expect("a sample declares its source");
    let text = if source.contains("[workspace]") { source } else { format!("{WORKSPACE}\n{source}") };
    resolve(&text, sample, date(2026, 7, 1), Needs::Sources).0.expect("the sample's plan can be read")
}

fn name(sample: &Path) -> String {
    sample.file_name().expect("a sample has a name").to_string_lossy().into_owned()
}

#[test]
fn every_sample_is_known_for_what_it_is() {
    for sample in samples() {
        let (name, declared) = (name(&sample), declared(&sample));
        let found = plan_from("Loomworks", &sample, &exports(&sample));
        if let Some((_, because)) = NOT_KNOWN.iter().find(|(known, _)| *known == name) {
            assert!(found.is_err(), "{name} is known now ({because}): take it off the list");
            continue;
        }
        let (_, found) = found.unwrap_or_else(|problem| panic!("{name}: {problem:#}"));
        let kinds: BTreeSet<_> = found.iter().filter_map(|found| found.kind).collect();
        let wanted: BTreeSet<_> = declared.sources.iter().map(|source| source.kind).collect();
        assert_eq!(kinds, wanted, "{name}: {found:?}");
        let account = declared.sources[0].paths.account.as_deref();
        if let Some(account) = account {
            let told = found.iter().find_map(|found| found.account.as_deref());
            let itself =
                found.iter().any(|found| found.account_because.as_ref().is_some_and(|why| why.contains(account)));
            assert!(told == Some(account) || itself, "{name}: {told:?}, not {account}");
        }
        for found in &found {
            assert!(!found.because.is_empty(), "{name}: {} is told without a reason", found.file);
        }
    }
}

#[test]
fn the_plan_passes_its_check_and_names_the_files_and_no_others() {
    for sample in samples() {
        let name = name(&sample);
        let Ok((text, found)) = plan_from("Loomworks", &sample, &exports(&sample)) else { continue };
        let (plan, told) = resolve(&text, &sample, date(2026, 7, 1), Needs::Everything);
        assert_eq!(told, [], "{name}:\n{text}");
        let plan = plan.expect("a plan without problems is there");
        assert_eq!(check_files(&plan), [], "{name}:\n{text}");
        let patterns = plan.sources.iter().flat_map(|source| source.files.iter().chain(&source.deals).cloned());
        let matched = expand(&sample, &patterns.collect::<Vec<_>>());
        let matched: BTreeSet<_> = matched.into_iter().map(|matched| matched.path).collect();
        let meant = found.iter().filter(|found| found.kind.is_some());
        let meant: BTreeSet<_> = meant.map(|found| sample.join(found.file.split("//").next().unwrap_or(""))).collect();
        assert_eq!(matched, meant, "{name}:\n{text}");
    }
}

/// Samples whose rows are all set aside whatever is declared.
const NOTHING_ACCEPTED: &[&str] = &["events-csv-dates-undecided"];

#[test]
fn what_init_writes_is_checked_and_read_as_it_is() {
    samples().par_iter().for_each(|sample| {
        let name = name(sample);
        if NOT_KNOWN.iter().any(|(known, _)| *known == name) {
            return;
        }
        let folder = tempfile::tempdir().expect("a folder");
        for exports in exports(sample) {
            copy(&exports, &folder.path().join(exports.file_name().expect("a folder has a name")));
        }
        let program = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_throughline"));
            command.current_dir(folder.path()).args(arguments).args(["--now", "2026-07-01T06:00:00Z"]);
            command.output().expect("the program runs")
        };
        let folders: Vec<_> = std::fs::read_dir(folder.path())
            .expect("it is there")
            .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
            .collect();
        let from: Vec<&str> = ["init", ".", "--from"].into_iter().chain(folders.iter().map(String::as_str)).collect();
        let init = program(&from);
        assert!(init.status.success(), "{name}: {init:?}");
        let check = program(&["check", "--strict"]);
        assert!(check.status.success(), "{name}: {check:?}");
        let ingest = program(&["ingest", "--format", "json"]);
        assert!(matches!(ingest.status.code(), Some(0 | 1)), "{name}: {ingest:?}");
        let told: serde_json::Value = serde_json::from_slice(&ingest.stdout).expect("a document");
        let sum = |key: &str| {
            let sources = told["sources"].as_array().expect("a list").iter();
            sources.filter_map(|source| source[key].as_u64()).sum::<u64>()
        };
        assert!(sum("read") > 0, "{name}: {told}");
        assert_eq!(sum("accepted") == 0, NOTHING_ACCEPTED.contains(&name.as_str()), "{name}: {told}");
    });
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().map(|entry| entry.expect("it can be read")) {
        let target = to.join(entry.path().strip_prefix(from).expect("it lies there"));
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).expect("a folder");
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

#[test]
fn columns_that_hold_accounts_become_rules_of_who_is_who() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let events: String = ["acme", "beta", "crux", "delta"]
        .iter()
        .map(|team| {
            format!("2026-03-02T08:00:00Z,opened,u-{team},{team}\n2026-03-03T08:00:00Z,opened,u-{team},{team}\n")
        })
        .collect();
    file("events.csv", &format!("time,event,user,account\n{events}"));
    file(
        "companies-2026-03-04.csv",
        "Record ID,Company name,Company Domain Name,Team\n1,A,a.example,acme\n2,B,b.example,beta\n3,C,c.example,crux\n4,E,e.example,\n",
    );
    file(
        "subscriptions-2026-03-04.csv",
        "id,Customer ID,Status,Plan,Amount,Currency,Interval,Created (UTC),team (metadata)\ns1,c1,active,Pro,9.00,eur,month,2026-03-01 08:00,acme\ns2,c2,active,Pro,9.00,eur,month,2026-03-01 08:00,beta\ns3,c3,active,Pro,9.00,eur,month,2026-03-01 08:00,delta\n",
    );
    let (text, _) = plan_from("Loomworks", folder.path(), &[folder.path().to_owned()]).expect("they are exports");
    assert!(text.contains("crm = [{ account = \"account_id\", company = \"Team\" }]"), "{text}");
    assert!(text.contains("billing = [{ customer = \"team (metadata)\", account = \"account_id\" }]"), "{text}");
    assert_eq!(resolve(&text, folder.path(), date(2026, 7, 1), Needs::Everything).1, [], "{text}");
}

/// What one file with this text is taken for.
fn kind_of(name: &str, text: &str) -> Option<(Kind, Sheet)> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), text).expect("a file");
    let (_, found) = plan_from("Loomworks", folder.path(), &[folder.path().to_owned()]).ok()?;
    found.into_iter().find_map(|found| Some((found.kind?, found.sheet)))
}

#[test]
fn names_in_camel_case_reports_and_payments_are_told_apart() {
    let camel: String = (0..4)
        .map(|n| format!("{{\"eventName\":\"saved\",\"userId\":\"u{n}\",\"occurredAt\":\"2026-03-0{}T08:00:00Z\",\"teamId\":\"t1\"}}\n", n + 1))
        .collect();
    assert_eq!(kind_of("a.jsonl", &camel), Some((Kind::Events, Sheet::Only)));
    let report = "Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Account Name,Account ID\n\
        006A1,Renewal,Closed Won,900.00,3/13/2026,Acme,001A1\n";
    assert_eq!(kind_of("opportunities.csv", report), Some((Kind::Salesforce, Sheet::Deals)));
    let payments = "id,Description,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Customer ID,Status\n\
        ch_1,Subscription update,2026-03-02 08:00:00,90.00,0.00,eur,true,cus_1,Paid\n";
    assert_eq!(kind_of("payments.csv", payments), None, "a payment is no subscription");
}

#[test]
fn the_most_used_events_become_signals() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/posthog-s3-jsonl");
    let (text, _) = plan_from("Loomworks", &sample, &exports(&sample)).expect("it is an export");
    let (plan, _) = resolve(&text, &sample, date(2026, 7, 1), Needs::Everything);
    let plan = plan.expect("the plan can be read");
    let signals: Vec<_> = plan.signals.iter().map(|signal| signal.id.as_str()).collect();
    assert_eq!(signals, ["pipeline_deployed", "remote_instance_connected", "team_created", "pipeline_created"]);
    assert_eq!(plan.sources[0].paths.account.as_deref(), Some("$groups.team"));
}
