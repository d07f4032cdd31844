//! What is gathered over the batches of a source, to be said once, with the place where the first row of each kind stands.

use std::collections::BTreeMap;
use std::fmt;

use super::batch::{Batch, Done, Outcome};
use super::contract::Promises;
use super::drift::Drifted;
use super::found::Known;
use super::issues;
use super::part::Noted;
use super::rows::Code;
use super::settle::Absent;
use super::source::{Clock, Rows};
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::plan::source::Source;

/// Everything that is to be said of a source.
pub(super) struct Said<'a> {
    source: &'a Source,
    limit: f64,
    read: u64,
    set_aside: u64,
    reasons: BTreeMap<Code, Reason>,
    without_actor: Rowed,
    without_zone: Rowed,
    several_accounts: Rowed,
    differing: Rowed,
    guessed: Vec<String>,
    undated: Vec<String>,
    new_columns: Vec<(String, Vec<String>)>,
    absent: BTreeMap<String, Absent>,
    vanished: BTreeMap<String, u64>,
    told: Vec<Diagnostic>,
}

/// Rows that something is said of, and where the first of them stands.
#[derive(Debug, Default)]
pub(super) struct Rowed {
    pub(super) rows: u64,
    pub(super) first: Option<Spot>,
}

/// Rows set aside for one reason.
#[derive(Debug)]
pub(super) struct Reason {
    pub(super) rows: u64,
    pub(super) first: Spot,
    /// What was seen in the first of them; may be empty.
    pub(super) because: String,
}

/// What the files of a source hold now.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) rows: u64,
    /// How many of them are set aside, and why.
    pub(super) aside: u64,
    pub(super) reasons: BTreeMap<Code, u64>,
    /// How many of its events name an account; nothing where that was not counted in each file.
    pub(super) with_account: Option<u64>,
}

impl Held {
    pub(super) fn of<'k>(files: impl Iterator<Item = &'k Known>) -> Self {
        let mut held = Self { with_account: Some(0), ..Self::default() };
        for known in files {
            let with_account = known.verdicts.long("with_account").and_then(|events| u64::try_from(events).ok());
            held.with_account = held.with_account.zip(with_account).map(|(all, of_file)| all + of_file);
            held.rows += known.read;
            held.aside += known.set_aside;
            for (code, rows) in known.reasons.iter().filter_map(|(word, rows)| Some((Code::of(word)?, rows))) {
                *held.reasons.entry(code).or_default() += rows;
            }
        }
        held
    }

    /// The share of its rows that is set aside.
    #[expect(clippy::cast_precision_loss, reason = "a share of rows needs no more than 15 digits")]
    pub(super) fn share(&self) -> f64 {
        self.aside as f64 / self.rows.max(1) as f64
    }
}

/// Where a row stands.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// Its file.
    pub(super) file: String,
    position: u64,
    is_record: bool,
}

impl Spot {
    fn of(done: &Done, position: u64) -> Self {
        Self { file: done.place.name.clone(), position, is_record: done.by_record }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.is_record { "row" } else { "line" };
        write!(f, "{}, {word} {}", self.file, self.position)
    }
}

impl Rowed {
    fn add(&mut self, done: &Done, noted: Noted) {
        self.rows += noted.rows;
        if self.first.is_none() {
            self.first = noted.first.map(|position| Spot::of(done, position));
        }
    }
}

impl<'a> Said<'a> {
    pub(super) fn new(source: &'a Source, plan: &Plan) -> Self {
        Self {
            source,
            limit: source.set_aside.unwrap_or(plan.limits.set_aside),
            read: 0,
            set_aside: 0,
            reasons: BTreeMap::new(),
            without_actor: Rowed::default(),
            without_zone: Rowed::default(),
            several_accounts: Rowed::default(),
            differing: Rowed::default(),
            guessed: Vec::new(),
            undated: Vec::new(),
            new_columns: Vec::new(),
            absent: BTreeMap::new(),
            vanished: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// A file that the system does not open.
    pub(super) fn not_opened(&mut self, file: &str, problem: &anyhow::Error) {
        self.told.push(issues::not_opened(self.source, file, problem));
    }

    /// A file that is no export.
    pub(super) fn passed_over(&mut self, file: &str, why: &str) {
        self.told.push(issues::file_passed_over(self.source, file, why));
    }

    /// What a batch's rows show.
    pub(super) fn batch(&mut self, batch: &Batch<'_>, outcome: &Outcome) {
        for done in &batch.done {
            self.file(done);
            let vanished = outcome.settled.vanished.get(&done.file_no).copied().unwrap_or(0);
            if vanished > 0 {
                self.vanished.insert(done.place.name.clone(), vanished);
            }
        }
        self.differing.rows += outcome.settled.differing;
        if self.differing.first.is_none() {
            self.differing.first = outcome.settled.first_differing.and_then(|first| spot(batch, first));
        }
        // A later batch tells later days.
        self.absent.extend(outcome.settled.absent.iter().map(|absent| (absent.kind.clone(), absent.clone())));
    }

    fn file(&mut self, done: &Done) {
        let tally = &done.tally;
        self.read += tally.read;
        self.set_aside += tally.set_aside;
        self.without_actor.add(done, tally.without_actor);
        self.without_zone.add(done, tally.without_zone);
        self.several_accounts.add(done, tally.several_accounts);
        if done.guessed {
            self.guessed.push(done.place.name.clone());
        }
        if done.undated && (self.source.kind.is_crm() || self.source.kind.is_billing()) {
            self.undated.push(done.place.name.clone());
        }
        if !done.new_columns.is_empty() {
            self.new_columns.push((done.place.name.clone(), done.new_columns.clone()));
        }
        for (word, count) in &tally.reasons {
            let Some(code) = Code::of(word) else { continue };
            let first = || {
                let (position, because) = tally.firsts.get(word).cloned().unwrap_or_default();
                Reason { rows: 0, first: Spot::of(done, position), because }
            };
            self.reasons.entry(code).or_insert_with(first).rows += count;
        }
    }

    /// The terms of a contract that are broken.
    pub(super) fn contract(&mut self, batch: &Batch<'_>, promises: &Promises) {
        let first = |first: Option<(i32, u64)>| first.and_then(|first| spot(batch, first));
        let told = promises.broken().map(|term| issues::contract_broken(self.source, term, first(term.first)));
        self.told.extend(told);
    }

    /// How the source's events have drifted in this call.
    pub(super) fn drifted(&mut self, drifted: &Drifted) {
        let stopped: Vec<_> = drifted.stopped.iter().filter(|(_, _, before)| !before).collect();
        let stopped = stopped.into_iter().map(|(name, last, _)| (name.as_str(), *last)).collect::<Vec<_>>();
        self.drift(drifted, &stopped);
    }

    /// How they have drifted, with those that stopped earlier: what stands as one looks.
    pub(super) fn standing(&mut self, drifted: &Drifted) {
        let stopped: Vec<_> = drifted.stopped.iter().map(|(name, last, _)| (name.as_str(), *last)).collect();
        self.drift(drifted, &stopped);
    }

    fn drift(&mut self, drifted: &Drifted, stopped: &[(&str, jiff::civil::Date)]) {
        let source = self.source;
        let told = [
            (!drifted.new.is_empty()).then(|| issues::events_new(source, &drifted.new)),
            (!stopped.is_empty()).then(|| issues::events_stopped(source, stopped)),
            (!drifted.retyped.is_empty()).then(|| issues::types_changed(source, &drifted.retyped)),
        ];
        self.told.extend(told.into_iter().flatten());
    }

    /// Whether times without a zone are UTC by the layout itself.
    fn is_utc(&self) -> bool {
        match super::sources::layout(self.source.kind).rows() {
            Rows::Events(telemetry) => telemetry.clock == Clock::Utc,
            Rows::Readings | Rows::Records(_) => false,
        }
    }

    /// Everything that is to be said, once it is known what the source's files hold now.
    pub(super) fn told(mut self, held: &Held) -> Vec<Diagnostic> {
        let source = self.source;
        if self.set_aside > 0 {
            let counts = (self.set_aside, self.read);
            self.told.push(issues::rows_set_aside(source, &self.reasons, counts, held, self.limit));
        } else if held.share() > self.limit {
            self.told.push(issues::still_set_aside(source, held, self.limit));
        }
        const WHOLE_FILES: [Code; 3] = [Code::FileTruncated, Code::FileUnreadable, Code::NotAnExport];
        let files = WHOLE_FILES.iter().filter_map(|code| held.reasons.get(code)).sum();
        if files > 0 {
            let first =
                WHOLE_FILES.iter().find_map(|code| self.reasons.get(code)).map(|reason| reason.first.file.as_str());
            self.told.push(issues::files_incomplete(source, files, first));
        }
        let (good, account) = (held.rows - held.aside, source.paths.account.as_deref());
        if let (Some(path), Some(0), 1..) = (account.filter(|_| source.kind.is_telemetry()), held.with_account, good) {
            self.told.push(issues::account_absent(source, path, good));
        }
        self.told.extend(self.absent.values().map(|absent| issues::records_absent(source, absent)));
        self.told.extend(self.new_columns.iter().map(|(file, names)| issues::columns_new(source, file, names)));
        let notes = [
            (self.without_actor.rows > 0).then(|| issues::actor_absent(source, &self.without_actor)),
            (self.without_zone.rows > 0 && !self.is_utc())
                .then(|| issues::times_without_zone(source, &self.without_zone)),
            (self.several_accounts.rows > 0).then(|| issues::account_many(source, &self.several_accounts)),
            (self.differing.rows > 0).then(|| issues::duplicates_differ(source, &self.differing)),
            (!self.guessed.is_empty()).then(|| issues::encoding_guessed(source, &self.guessed)),
            (!self.undated.is_empty()).then(|| issues::file_undated(source, &self.undated)),
            (!self.vanished.is_empty()).then(|| issues::rows_vanished(source, &self.vanished)),
        ];
        self.told.extend(notes.into_iter().flatten());
        self.told
    }
}

/// A row of a batch by its file's number.
fn spot(batch: &Batch<'_>, (file_no, position): (i32, u64)) -> Option<Spot> {
    batch.done.iter().find(|done| done.file_no == file_no).map(|done| Spot::of(done, position))
}
