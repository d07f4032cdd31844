//! Exports as they arrive when something broke: bits turned, ends cut off, lines doubled, delimiters swapped, bytes put in.
//! Whatever comes, `ingest` ends, never panics, and accounts for every row.
//!
//! A few hundred by default; with `THROUGHLINE_SLOW=1` a hundred thousand. A failure names the sample and the seed.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use jiff::civil::date;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use throughline::engine::{DuckDb, Limits};
use throughline::ingest::{Mode, ingest};
use throughline::lake::Lake;
use throughline::plan::Plan;
use throughline::plan::resolve::{Needs, resolve};

/// 2026-07-01T00:00:00Z: after every sample.
const NOW_US: i64 = 1_782_864_000_000_000;
/// How long one workspace may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);
/// Samples of more bytes are left out: what they show is how long rows are, which costs time and finds nothing here.
const LARGEST: u64 = 512 * 1024;

/// What stands between values, or begins and ends something.
const TROUBLE: &[&[u8]] = &[
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b",",
    b";",
    b"\t",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\\u0000",
    b"\\ud83d",
    b"NaN",
    b"-1e999",
    b"99999999999999999999",
    b"\xc3",
    b"=\"",
    b"<html>",
    b"sep=;\n",
    b"PK\x03\x04",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"(\xb5/\xfd",
    b"---\n",
    b"null",
    b"''",
    b"9999-99-99",
    b"0001-01-01",
    b"1e18",
];

struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("sizes are small");
        usize::try_from(self.0.next_u64() % end).expect("below a size")
    }

    fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// A stretch of some bytes, mostly a short one.
    fn stretch(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let longest = if self.one_in(4) { length - start } else { (length - start).min(40) };
        start..start + self.below(longest + 1)
    }
}

/// Breaks bytes in one of the ways in which they break.
fn broken(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut out = bytes.to_vec();
    match chance.below(10) {
        0 => {
            for _ in 0..=chance.below(8) {
                let at = chance.below(out.len());
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
        }
        1 => out.truncate(chance.below(bytes.len() + 1)),
        2 => {
            out.drain(chance.stretch(bytes.len()));
        }
        3 => {
            let piece = bytes[chance.stretch(bytes.len())].to_vec();
            let at = chance.below(bytes.len() + 1);
            out.splice(at..at, piece);
        }
        4 => out = by_lines(bytes, chance),
        5 => {
            let marks = [b',', b';', b'\t', b'|', b':'];
            let (from, to) = (marks[chance.below(5)], marks[chance.below(5)]);
            let within = if chance.one_in(2) { 0..bytes.len() } else { chance.stretch(bytes.len()) };
            out[within].iter_mut().filter(|byte| **byte == from).for_each(|byte| *byte = to);
        }
        6 | 7 => {
            for _ in 0..=chance.below(4) {
                let at = chance.below(out.len() + 1);
                out.splice(at..at, TROUBLE[chance.below(TROUBLE.len())].iter().copied());
            }
        }
        8 => {
            let digits: Vec<_> = (0..out.len()).filter(|at| out[*at].is_ascii_digit()).collect();
            for _ in 0..=chance.below(6) {
                if let Some(at) = digits.get(chance.below(digits.len())) {
                    out[*at] = b"0123456789.-eE+ "[chance.below(16)];
                }
            }
        }
        _ => {
            for byte in &mut out[chance.stretch(bytes.len())] {
                *byte = u8::try_from(chance.below(256)).expect("below 256");
            }
        }
    }
    out
}

/// Doubles, drops or swaps lines, or ends them otherwise.
fn by_lines(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let (one, other) = (chance.below(lines.len()), chance.below(lines.len()));
    match chance.below(4) {
        0 => {
            if let Some(line) = lines.get(one).copied() {
                lines.insert(other.min(lines.len()), line);
            }
        }
        1 if !lines.is_empty() => {
            lines.remove(one);
        }
        2 if !lines.is_empty() => lines.swap(one, other),
        _ => return bytes.iter().copied().filter(|byte| *byte != b'\n').collect(),
    }
    lines.concat()
}

/// The same, of what is packed as well as of what packs it.
fn broken_file(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let packed = bytes.starts_with(&[0x1f, 0x8b]) && !chance.one_in(3);
    let mut plain = Vec::new();
    if packed && flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).is_ok() {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(&broken(&plain, chance)).expect("writing to memory");
        return writer.finish().expect("writing to memory");
    }
    broken(bytes, chance)
}

/// The samples that are small enough.
fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports");
    let entries =
        std::fs::read_dir(folder).expect("the samples are there").filter_map(|entry| Some(entry.ok()?.path()));
    let small = |path: &PathBuf| files(path).iter().all(|file| file.metadata().is_ok_and(|meta| meta.len() <= LARGEST));
    let mut samples: Vec<_> = entries.filter(|path| path.join("source.toml").is_file()).filter(small).collect();
    samples.sort();
    samples
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Lays a sample out with some of its files broken, and gives its plan.
fn laid_out(sample: &Path, workspace: &Path, chance: &mut Chance) -> Plan {
    const WORKSPACE: &str =
        "[workspace]\nname = \"x\"\ntimezone = \"Europe/Amsterdam\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n";
    let exports = files(sample).into_iter().filter(|file| {
        let inside = file.strip_prefix(sample).expect("it was found there");
        let top = inside.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        !matches!(top.as_deref(), Some("source.toml" | "expect.json"))
            && !top.is_some_and(|top| top.starts_with("step"))
    });
    for (index, file) in exports.enumerate() {
        let target = workspace.join(file.strip_prefix(sample).expect("it was found there"));
        std::fs::create_dir_all(target.parent().expect("it is in a folder")).expect("a folder can be made");
        let bytes = std::fs::read(&file).expect("a sample can be read");
        let bytes = if index == 0 || chance.one_in(2) { broken_file(&bytes, chance) } else { bytes };
        std::fs::write(target, bytes).expect("a file can be written");
    }
    let source = std::fs::read_to_string(sample.join("source.toml")).expect("a sample declares its source");
    let text = if source.contains("[workspace]") { source } else { format!("{WORKSPACE}\n{source}") };
    resolve(&text, workspace, date(2026, 7, 1), Needs::Sources).0.expect("the sample's plan can be read")
}

/// One broken workspace, read twice: every row is accounted for, and the second time there is nothing to do.
fn check(sample: &Path, seed: u64) {
    let workspace = tempfile::tempdir().expect("a folder can be made");
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
    let plan = laid_out(sample, workspace.path(), &mut chance);
    let lake = Lake::open(&workspace.path().join(".throughline/lake")).expect("a lake can be opened");
    // Reading a second time costs as much as the first, and says little where the first was sound.
    for again in [false, true].into_iter().take(if seed.is_multiple_of(4) { 2 } else { 1 }) {
        let engine = DuckDb::open(&Limits { threads: Some(1), ..Limits::default() }).expect("an engine can be opened");
        let done = ingest(&plan, &lake, &engine, NOW_US, &[], Mode::New, &mut |_| {});
        let done = done.unwrap_or_else(|problem| panic!("{} (seed {seed}): {problem:#}", sample.display()));
        for file in done.sources.iter().flat_map(|source| &source.files) {
            let name = format!("{} (seed {seed}): {}", sample.display(), file.file);
            assert_eq!(file.read, file.accepted + file.duplicate + file.set_aside, "{name}");
            assert_eq!(file.set_aside, file.reasons.values().sum::<u64>(), "{name}: {:?}", file.reasons);
            assert!(!again || file.already_read && file.read == 0, "{name} was read again");
        }
    }
}

/// How many mutations of each sample are tried.
#[expect(clippy::disallowed_methods, reason = "a test may be asked to take its time")]
fn rounds(samples: usize) -> u64 {
    let slow = std::env::var("THROUGHLINE_SLOW").is_ok_and(|value| value == "1");
    let all: u64 = if slow { 100_000 } else { 240 };
    all.div_ceil(u64::try_from(samples).expect("there are few samples"))
}

#[test]
fn whatever_breaks_every_row_is_accounted_for() {
    let samples = samples();
    let rounds = rounds(samples.len());
    for sample in &samples {
        for seed in 0..rounds {
            let (sample, (done, wait)) = (sample.clone(), channel());
            let name = sample.display().to_string();
            let worker = std::thread::spawn(move || {
                check(&sample, seed);
                let _ = done.send(());
            });
            match wait.recv_timeout(PATIENCE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => panic!("{name} (seed {seed}) has not ended in {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    let _ = worker.join().map_err(|problem| std::panic::resume_unwind(problem));
                }
            }
        }
    }
}
