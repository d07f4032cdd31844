//! Exports as they arrive when something broke: bits turned, ends cut off, lines doubled, delimiters swapped, bytes put in.
//! Whatever comes, `ingest` ends, never panics, and accounts for every row.
//!
//! A few hundred files by default; with `THROUGHLINE_SLOW=1` a hundred thousand. Many broken copies of a sample are read at
//! once, as folders of one source: a failure names the sample and the seeds that fail on their own.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::ops::Range;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

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

/// The files of a sample that are its exports, in a folder, and those that lie beside it.
fn parts(sample: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let inside = |file: PathBuf| file.strip_prefix(sample).expect("it was found there").to_path_buf();
    let told = |file: &PathBuf| {
        let top = top(file);
        !matches!(top.as_str(), "source.toml" | "expect.json") && !top.starts_with("step")
    };
    files(sample).into_iter().map(inside).filter(told).partition(|file| file.iter().count() > 1)
}

/// Lays broken copies of a sample out, one for each seed in a folder of its own, and gives the plan that reads them all.
fn laid_out(sample: &Path, workspace: &Path, seeds: Range<u64>) -> (Plan, u64) {
    const WORKSPACE: &str =
        "[workspace]\nname = \"x\"\ntimezone = \"Europe/Amsterdam\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n";
    let write = |target: PathBuf, bytes: &[u8]| {
        std::fs::create_dir_all(target.parent().expect("it is in a folder")).expect("a folder can be made");
        std::fs::write(target, bytes).expect("a file can be written");
    };
    let (exports, beside) = parts(sample);
    let mut mutated = 0;
    for seed in seeds {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        for (index, file) in exports.iter().enumerate() {
            let bytes = std::fs::read(sample.join(file)).expect("a sample can be read");
            let breaks = index == 0 || chance.one_in(2);
            mutated += u64::from(breaks);
            let bytes = if breaks { broken_file(&bytes, &mut chance) } else { bytes };
            let (top, inside) = (top(file), file.iter().skip(1).collect::<PathBuf>());
            write(workspace.join(top).join(format!("{seed:06}")).join(inside), &bytes);
        }
    }
    for file in beside {
        write(workspace.join(&file), &std::fs::read(sample.join(&file)).expect("a sample can be read"));
    }
    let source = std::fs::read_to_string(sample.join("source.toml")).expect("a sample declares its source");
    let tops: BTreeSet<_> = exports.iter().map(|file| top(file)).collect();
    let source = tops.iter().fold(source, |source, top| source.replace(&format!("\"{top}/"), &format!("\"{top}/*/")));
    let text = if source.contains("[workspace]") { source } else { format!("{WORKSPACE}\n{source}") };
    let plan = resolve(&text, workspace, date(2026, 7, 1), Needs::Sources).0.expect("the sample's plan can be read");
    (plan, mutated)
}

fn top(file: &Path) -> String {
    file.iter().next().map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Some broken copies, read, and perhaps once more: every row is accounted for, and then there is nothing to do. Gives how
/// many files were broken.
fn check(sample: &Path, seeds: Range<u64>, again: bool) -> u64 {
    let workspace = tempfile::tempdir().expect("a folder can be made");
    let (plan, mutated) = laid_out(sample, workspace.path(), seeds.clone());
    let lake = Lake::open(&workspace.path().join(".throughline/lake")).expect("a lake can be opened");
    for again in [false, true].into_iter().take(1 + usize::from(again)) {
        let engine = DuckDb::open(&Limits { threads: Some(1), ..Limits::default() }).expect("an engine can be opened");
        let done = ingest(&plan, &lake, &engine, NOW_US, &[], Mode::New, &mut |_| {});
        let done = done.unwrap_or_else(|problem| panic!("{} (seeds {seeds:?}): {problem:#}", sample.display()));
        for file in done.sources.iter().flat_map(|source| &source.files) {
            let name = format!("{}: {}", sample.display(), file.file);
            assert_eq!(file.read, file.accepted + file.duplicate + file.set_aside, "{name}");
            assert_eq!(file.set_aside, file.reasons.values().sum::<u64>(), "{name}: {:?}", file.reasons);
            assert!(!again || file.already_read && file.read == 0, "{name} was read again");
        }
        let read: usize = done.sources.iter().map(|source| source.files.len()).sum();
        assert!(read > 0 || seeds.end - seeds.start < 8, "{}: not a single file was read", sample.display());
    }
    mutated
}

/// The same, with an end to our patience; where it fails, the seeds that fail alone are named.
fn watched(sample: &Path, seeds: Range<u64>, again: bool) -> u64 {
    let (done, wait) = channel();
    let (path, of) = (sample.to_path_buf(), seeds.clone());
    let worker = std::thread::spawn(move || {
        let _ = done.send(check(&path, of, again));
    });
    match wait.recv_timeout(PATIENCE) {
        Ok(mutated) => mutated,
        Err(RecvTimeoutError::Timeout) => {
            panic!("{} (seeds {seeds:?}) has not ended in {PATIENCE:?}", sample.display())
        }
        Err(RecvTimeoutError::Disconnected) => {
            let alone = seeds.clone().filter(|seed| catch_unwind(|| check(sample, *seed..*seed + 1, again)).is_err());
            let alone: Vec<_> = alone.collect();
            let why = worker.join().expect_err("it ended without an answer");
            let why = why.downcast_ref::<String>().map_or("", String::as_str);
            panic!("{} (seeds {seeds:?}; alone: {alone:?}): {why}", sample.display())
        }
    }
}

/// How many files are broken, and how many copies of a sample are read at once.
#[expect(clippy::disallowed_methods, reason = "a test may be asked to take its time")]
fn wanted() -> (u64, u64) {
    let slow = std::env::var("THROUGHLINE_SLOW").is_ok_and(|value| value == "1");
    if slow { (100_000, 64) } else { (500, 8) }
}

#[test]
#[expect(clippy::print_stderr, reason = "how many files were broken is a figure to be reported")]
fn whatever_breaks_every_row_is_accounted_for() {
    let (samples, (all, copies)) = (samples(), wanted());
    let share = all.div_ceil(u64::try_from(samples.len()).expect("there are few samples"));
    let (began, mut total) = (Instant::now(), 0);
    for sample in &samples {
        let (mut mutated, mut group) = (0, 0);
        while mutated < share {
            // Reading a second time costs as much as the first, and says little where the first was sound.
            mutated += watched(sample, group * copies..(group + 1) * copies, group % 4 == 0);
            group += 1;
        }
        total += mutated;
    }
    eprintln!("{total} broken files of {} samples in {:.0} s", samples.len(), began.elapsed().as_secs_f64());
}
