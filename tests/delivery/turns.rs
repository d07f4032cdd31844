//! Two at once: the second is told who holds the lock; a lock left by a dead process is taken over, and that is said.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::program::{command, synth, throughline, told};

/// Somebody who holds the lock for as long as more may come in, and how it is called.
fn waiting(root: &Path) -> (Child, String) {
    let mut waiting = command(root, &["ingest", "product", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let holder = format!("`throughline ingest`, process {}", waiting.id());
    while !fs::read_to_string(root.join(".throughline/lock")).unwrap_or_default().starts_with(&holder) {
        assert!(waiting.try_wait().unwrap().is_none(), "it waits for standard input");
        std::thread::sleep(Duration::from_millis(5));
    }
    (waiting, holder)
}

#[test]
fn the_second_is_told_who_holds_the_lock_and_a_dead_ones_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("company");
    synth(&root);
    let (mut first, holder) = waiting(&root);
    for arguments in [&["ingest"][..], &["run"]] {
        let second = throughline(&root, arguments);
        assert_eq!(second.status.code(), Some(3), "{}", told(&second));
        assert!(told(&second).contains(&holder), "{}", told(&second));
    }
    let reader = throughline(&root, &["sql", "select count(*) as n from files", "--format", "csv"]);
    assert!(reader.status.success(), "who only reads never waits: {}", told(&reader));

    first.kill().unwrap();
    first.wait().unwrap();
    let third = throughline(&root, &["ingest", "releases"]);
    assert_eq!(third.status.code(), Some(0), "{}", told(&third));
    assert!(told(&third).contains(&holder) && told(&third).contains("taken over"), "{}", told(&third));
    let fourth = throughline(&root, &["ingest", "releases"]);
    assert!(!told(&fourth).contains("taken over"), "it is said once: {}", told(&fourth));
}

#[test]
fn who_is_interrupted_leaves_with_a_status_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("company");
    synth(&root);
    let (mut waiting, _) = waiting(&root);
    let stop = std::process::Command::new("kill").args(["-INT", &waiting.id().to_string()]).status().unwrap();
    assert!(stop.success());
    assert_eq!(waiting.wait().unwrap().code(), Some(130));
}
