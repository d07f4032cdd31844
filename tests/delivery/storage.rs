//! Where it cannot write: a full disk, a limit, a folder that is read-only or no folder. A clear error, and the lake as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{command, throughline, told};
use crate::workspace::Workspace;

/// A workspace with a small file read, and a large one waiting.
fn waiting() -> Workspace {
    let workspace = Workspace::new();
    workspace.declare("[sources.app]\nkind = \"events\"\nfiles = \"exports/*\"\n");
    workspace.write("exports/a.jsonl", rows(0..10));
    fs::create_dir_all(workspace.root().join(".throughline")).unwrap();
    workspace
}

/// Events whose ids and properties hardly compress.
fn rows(ids: std::ops::Range<u64>) -> String {
    let row = |id: u64| {
        let noise = xxhash_rust::xxh3::xxh3_128(&id.to_le_bytes());
        let (day, minute) = (1 + id % 28, id % 60);
        format!(
            "{{\"id\":\"{noise:032x}\",\"event\":\"x\",\"time\":\"2026-03-{day:02}T08:{minute:02}:00Z\",\"user\":\"u{noise:x}\"}}\n"
        )
    };
    ids.map(row).collect()
}

/// What `work` does in a workspace is refused with a clear error and changes nothing; after `mend` it succeeds.
fn check(workspace: &Workspace, work: &dyn Fn(&Path) -> Output, says: &[&str], mend: &dyn Fn()) {
    let root = workspace.root();
    let before = workspace.dump();
    let refused = work(root);
    let text = told(&refused);
    assert_eq!(refused.status.code(), Some(3), "{text}");
    assert!(text.contains("error[") && text.contains("because:") && text.contains("hint:"), "{text}");
    assert!(says.iter().any(|words| text.contains(words)), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    assert_eq!(workspace.dump(), before, "the lake is as it was");
    mend();
    let done = throughline(root, &["ingest"]);
    assert_eq!(done.status.code(), Some(0), "{}", told(&done));
    let calm = Workspace::new();
    calm.declare(&fs::read_to_string(root.join("throughline.toml")).unwrap());
    crate::workspace::copy(&root.join("exports"), &calm.root().join("exports"));
    calm.ingest();
    assert_eq!(workspace.dump(), calm.dump(), "and after that all of it is there");
}

#[test]
fn a_full_disk_is_said_and_leaves_the_lake_as_it_was() {
    let workspace = waiting();
    let state = workspace.root().join(".throughline");
    let Some(_disk) = Mounted::new(&state, &["-t", "tmpfs", "-o", "size=24m", "tmpfs"]) else { return };
    workspace.ingest();
    workspace.write("exports/b.jsonl", rows(10..60_000));
    let filler = state.join("filler");
    fs::write(&filler, vec![7; 23_000_000]).unwrap();
    check(&workspace, &|root| throughline(root, &["ingest"]), &["No space left"], &|| {
        fs::remove_file(&filler).unwrap();
    });
}

#[test]
fn a_limit_on_files_is_said_and_leaves_the_lake_as_it_was() {
    let workspace = waiting();
    workspace.ingest();
    workspace.write("exports/b.jsonl", rows(10..60_000));
    // The shell counts in blocks of 512 or 1,024 bytes; the signal is ignored, so that writing fails instead.
    let limited = |root: &Path| {
        let mut shell = Command::new("sh");
        let plain = command(root, &["ingest"]);
        shell.args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""]).arg(plain.get_program());
        shell.args(plain.get_args()).env("NO_COLOR", "1").output().unwrap()
    };
    check(&workspace, &limited, &["too large"], &|| {});
}

#[test]
fn a_read_only_folder_is_said_and_leaves_the_lake_as_it_was() {
    let workspace = waiting();
    workspace.ingest();
    workspace.write("exports/b.jsonl", rows(10..20));
    let state = workspace.root().join(".throughline");
    let source = state.to_string_lossy().into_owned();
    let Some(mounted) = Mounted::new(&state, &["--bind", "-o", "ro", &source]) else { return };
    let mounted = std::cell::RefCell::new(Some(mounted));
    check(&workspace, &|root| throughline(root, &["ingest"]), &["Read-only file system"], &|| {
        drop(mounted.take());
    });
}

#[test]
fn a_file_where_the_folder_should_be_is_said() {
    let workspace = waiting();
    let state = workspace.root().join(".throughline");
    fs::remove_dir_all(&state).unwrap();
    fs::write(&state, "not a folder").unwrap();
    check(&workspace, &|root| throughline(root, &["ingest"]), &["File exists", "Not a directory"], &|| {
        fs::remove_file(&state).unwrap();
    });
}

#[test]
fn a_link_to_nothing_is_said_and_the_other_files_are_read() {
    let workspace = waiting();
    let link = workspace.root().join("exports/gone.jsonl");
    std::os::unix::fs::symlink("/nowhere/at/all.jsonl", &link).unwrap();
    let done = throughline(workspace.root(), &["ingest"]);
    assert_eq!(done.status.code(), Some(1), "{}", told(&done));
    assert!(
        told(&done).contains("error[file-not-opened]: `exports/gone.jsonl` of `app` cannot be opened"),
        "{}",
        told(&done)
    );
    assert_eq!(workspace.rows("events", "event_id", None).len(), 10);
}

/// A file system over a folder, taken off when it is dropped.
struct Mounted(PathBuf);

impl Mounted {
    /// Nothing where this machine does not let us mount, which is said.
    #[expect(clippy::print_stderr, reason = "a test that is skipped says why")]
    fn new(folder: &Path, arguments: &[&str]) -> Option<Self> {
        let mounted = Command::new("mount").args(arguments).arg(folder).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder.to_path_buf())),
            Ok(output) => {
                eprintln!("skipped: mounting is not allowed here: {}", String::from_utf8_lossy(&output.stderr));
                None
            }
            Err(problem) => {
                eprintln!("skipped: there is no `mount` here: {problem}");
                None
            }
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg(&self.0).status();
    }
}
