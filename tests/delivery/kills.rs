//! `kill -9` at random moments and at each stage's edge: the next run finishes, and what it leaves is what an undisturbed
//! run leaves.
//!
//! Eight kills by default; with `THROUGHLINE_SLOW=1` more than fifty at random moments, over several workspaces, and one
//! behind every commit. The moments are drawn from a fixed seed; how far a run has come by then depends on the machine.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::program::{Held, accounted, command, copy, run, synth};

/// The words with which `run -v` begins a stage.
const STAGES: [&str; 5] = ["ingest:", "shape:", "measure:", "link:", "report:"];

#[test]
fn killed_at_any_moment_the_next_run_finishes_and_nothing_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let (seedling, calm) = (folder.path().join("seedling"), folder.path().join("calm"));
    synth(&seedling);
    copy(&seedling, &calm);
    let began = Instant::now();
    run(&calm);
    let (took, expected) = (began.elapsed(), Held::by(&calm));

    let (workspaces, kills) = if slow() { (8, 7) } else { (1, 3) };
    let mut chance = ChaCha8Rng::seed_from_u64(4);
    let mut told = Told { took, ..Told::default() };
    for number in 0..workspaces {
        let restless = folder.path().join(format!("restless-{number}"));
        copy(&seedling, &restless);
        for _ in 0..kills {
            let moment = took.mul_f64(f64::from(chance.next_u32()) / f64::from(u32::MAX));
            told.killed(&restless, At::Moment(moment));
        }
        for stage in STAGES {
            told.killed(&restless, At::Stage(stage));
        }
        told.compare(&restless, &expected);
    }
    if slow() {
        behind_every_commit(&seedling, folder.path(), &expected, &mut told);
    }
    told.say();
}

/// One workspace per kill: each dies when its lake has one commit more than the one before.
fn behind_every_commit(seedling: &Path, folder: &Path, expected: &Held, told: &mut Told) {
    for commits in 1.. {
        let restless = folder.join(format!("commit-{commits}"));
        copy(seedling, &restless);
        let finished = !told.killed(&restless, At::Commit(commits));
        told.compare(&restless, expected);
        std::fs::remove_dir_all(&restless).unwrap();
        if finished {
            return;
        }
    }
}

/// When to kill.
#[derive(Debug, Clone, Copy)]
enum At {
    Moment(Duration),
    Stage(&'static str),
    Commit(usize),
}

/// What was tried, for a test that fails and for who wants the figures.
#[derive(Default)]
struct Told {
    took: Duration,
    kills: Vec<String>,
    finished_before: usize,
    compared: usize,
}

impl Told {
    /// Starts a run and kills it; says whether it was still running then.
    fn killed(&mut self, root: &Path, at: At) -> bool {
        let mut child = command(root, &["run", "-v"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let began = Instant::now();
        match at {
            At::Moment(moment) => std::thread::sleep(moment),
            At::Stage(stage) => wait_for_stage(&mut child, stage),
            At::Commit(commits) => wait_for_commits(&mut child, root, commits),
        }
        let running = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        self.kills.push(format!("{at:?}, after {} ms", began.elapsed().as_millis()));
        self.finished_before += usize::from(!running);
        if slow() {
            accounted(root);
        }
        running
    }

    /// The next run finishes, and leaves what an undisturbed one leaves.
    fn compare(&mut self, root: &Path, expected: &Held) {
        run(root);
        accounted(root);
        let differs = expected.differs(&Held::by(root));
        assert!(differs.is_empty(), "killed {:#?}:\n{}", self.kills, differs.join("\n"));
        self.compared += 1;
    }

    #[expect(clippy::print_stderr, reason = "how many kills there were is a figure to be reported")]
    fn say(&self) {
        eprintln!(
            "{} kills ({} came after the run had ended), {} workspaces compared, an undisturbed run takes {:.1} s",
            self.kills.len(),
            self.finished_before,
            self.compared,
            self.took.as_secs_f64()
        );
    }
}

fn wait_for_stage(child: &mut Child, stage: &str) {
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let seen = lines.map_while(Result::ok).any(|line| line.starts_with(stage));
    assert!(seen, "`run -v` says when it begins `{stage}`");
}

fn wait_for_commits(child: &mut Child, root: &Path, commits: usize) {
    while child.try_wait().unwrap().is_none() && logged(root) < commits {
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// How many commits the lake's logs hold.
fn logged(root: &Path) -> usize {
    let tables = std::fs::read_dir(root.join(".throughline/lake")).into_iter().flatten().filter_map(Result::ok);
    let logs = tables.filter_map(|table| std::fs::read_dir(table.path().join("_delta_log")).ok());
    let names = logs.flat_map(|log| log.filter_map(Result::ok).map(|entry| entry.file_name()));
    names.filter(|name| name.as_encoded_bytes().ends_with(b".json")).count()
}

#[expect(clippy::disallowed_methods, reason = "a test may be asked to take its time")]
fn slow() -> bool {
    std::env::var("THROUGHLINE_SLOW").is_ok_and(|value| value == "1")
}
