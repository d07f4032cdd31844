//! One pack, byte for byte. Accept a change with `SNAPSHOTS=overwrite cargo test --test golden_report`, then read the
//! difference as a reader of the pack would.

#[path = "golden/company.rs"]
mod company;

use std::fs;
use std::path::{Path, PathBuf};

use throughline::report;

/// Where the files stand that are compared. Fonts are cut out, for they are files of their own.
fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/pack")
}

fn without_fonts(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.contains("@font-face{")).collect::<Vec<_>>();
    kept.join("\n") + "\n"
}

#[test]
fn the_pack_is_what_it_was_byte_for_byte() {
    let pack = report::pack(&company::findings(), &company::plan()).unwrap();
    let overwrite = std::env::vars().any(|(name, value)| name == "SNAPSHOTS" && value == "overwrite");
    let mut different = Vec::new();
    // The page holds every chart; of the files that hold one each, the line stands for all.
    let compared = |path: &str| !path.starts_with("charts/") || path == "charts/line.svg";
    for (path, text) in pack.files.iter().filter(|(path, _)| compared(path)) {
        let file = golden().join(path);
        let text = without_fonts(text);
        if overwrite {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &text).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != text {
            different.push(path.clone());
        }
    }
    assert!(different.is_empty(), "these files of the pack differ from tests/golden/pack: {different:?}");
}

#[test]
fn a_pack_is_written_whole_and_twice_gives_the_same_bytes() {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    let first = report::write(&company::findings(), &company::plan(), &out).unwrap();
    let page = fs::read(&first.html).unwrap();
    let again = report::write(&company::findings(), &company::plan(), &out).unwrap();
    assert_eq!(page, fs::read(&again.html).unwrap());
    assert_eq!(page, fs::read(again.latest.join("pack.html")).unwrap());
    let left: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}
