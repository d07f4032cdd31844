//! What `ingest` says: one function per code, in the form of style.md 5.

use std::collections::BTreeMap;

use super::batch::{Batch, Break, Done, Outcome};
use crate::diag::Diagnostic;
use crate::plan::Plan;
use crate::plan::source::Source;

/// What is gathered over the batches of a source, to be said once.
pub(super) struct Said<'a> {
    source: &'a Source,
    limit: f64,
    zone: String,
    read: u64,
    set_aside: u64,
    /// By code: how many rows, and the first of them.
    reasons: BTreeMap<&'static str, (u64, First)>,
    without_actor: u64,
    without_zone: u64,
    several_accounts: u64,
    differing: u64,
    guessed: Vec<String>,
    undated: Vec<String>,
    vanished: BTreeMap<String, u64>,
    told: Vec<Diagnostic>,
}

/// The first row of a kind of problem.
struct First {
    file: String,
    position: u64,
    because: String,
}

impl<'a> Said<'a> {
    pub(super) fn new(source: &'a Source, plan: &Plan) -> Self {
        Self {
            source,
            limit: source.set_aside.unwrap_or(plan.limits.set_aside),
            zone: source.timezone.iana_name().unwrap_or("UTC").to_owned(),
            read: 0,
            set_aside: 0,
            reasons: BTreeMap::new(),
            without_actor: 0,
            without_zone: 0,
            several_accounts: 0,
            differing: 0,
            guessed: Vec::new(),
            undated: Vec::new(),
            vanished: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    /// A file that the system does not open.
    pub(super) fn not_opened(&mut self, file: &str, problem: &anyhow::Error) {
        self.told.push(not_opened(file, problem));
    }

    /// A file that is no export.
    pub(super) fn passed_over(&mut self, file: &str, why: &str) {
        self.told.push(file_passed_over(file, why));
    }

    /// What a batch's rows show.
    pub(super) fn batch(&mut self, batch: &Batch<'_>, outcome: &Outcome) {
        self.differing += outcome.settled.differing;
        for done in &batch.done {
            self.file(done);
            let vanished = outcome.settled.vanished.get(&done.file_no).copied().unwrap_or(0);
            if vanished > 0 {
                self.vanished.insert(done.place.name.clone(), vanished);
            }
        }
    }

    fn file(&mut self, done: &Done) {
        let tally = &done.tally;
        self.read += tally.read;
        self.set_aside += tally.set_aside;
        self.without_actor += tally.without_actor;
        self.without_zone += tally.without_zone;
        self.several_accounts += tally.several_accounts;
        if done.guessed {
            self.guessed.push(done.place.name.clone());
        }
        if done.undated && (self.source.kind.is_crm() || self.source.kind.is_billing()) {
            self.undated.push(done.place.name.clone());
        }
        for (code, count) in &tally.reasons {
            let first = || {
                let (position, because) = tally.firsts.get(code).cloned().unwrap_or_default();
                First { file: done.place.name.clone(), position, because }
            };
            self.reasons.entry(code).or_insert_with(|| (0, first())).0 += count;
        }
    }

    /// The terms of a contract that are broken.
    pub(super) fn contract(&mut self, breaks: &[Break], stopped: bool) {
        for (event, property, kind, events, broken) in breaks {
            self.told.push(contract_broken(
                self.source,
                (event, property, kind.as_deref()),
                (*events, *broken),
                stopped,
            ));
        }
    }

    /// Everything that is to be said; `held` are the rows the source holds now, and how many of them are set aside.
    pub(super) fn told(mut self, held: u64, held_aside: u64) -> Vec<Diagnostic> {
        let source = self.source;
        if self.set_aside > 0 {
            self.told.push(rows_set_aside(
                source,
                &self.reasons,
                (self.set_aside, self.read),
                (held_aside, held),
                self.limit,
            ));
        }
        let notes = [
            (self.without_actor > 0).then(|| actor_absent(source, self.without_actor)),
            (self.without_zone > 0 && source.timezone.iana_name() != Some("UTC"))
                .then(|| times_without_zone(source, self.without_zone, &self.zone)),
            (self.several_accounts > 0).then(|| account_many(source, self.several_accounts)),
            (self.differing > 0).then(|| duplicates_differ(source, self.differing)),
            (!self.guessed.is_empty()).then(|| encoding_guessed(source, &self.guessed)),
            (!self.undated.is_empty()).then(|| file_undated(source, &self.undated)),
            (!self.vanished.is_empty()).then(|| rows_vanished(source, &self.vanished)),
        ];
        self.told.extend(notes.into_iter().flatten());
        self.told
    }
}

fn not_opened(file: &str, problem: &anyhow::Error) -> Diagnostic {
    Diagnostic::error("file-not-opened", format!("`{file}` cannot be opened"))
        .because(format!("{:#}", problem.root_cause()))
        .hint("the other files were read; run `throughline ingest` again once it can be")
}

fn file_passed_over(file: &str, why: &str) -> Diagnostic {
    Diagnostic::note("file-passed-over", format!("`{file}` was not read")).because(why)
}

fn rows_set_aside(
    source: &Source,
    reasons: &BTreeMap<&'static str, (u64, First)>,
    (aside, read): (u64, u64),
    (held_aside, held): (u64, u64),
    limit: f64,
) -> Diagnostic {
    let name = source.name.as_str();
    let what = format!("{} of {} rows from `{name}` could not be read and were set aside", figure(aside), figure(read));
    #[expect(clippy::cast_precision_loss, reason = "a share of rows needs no more than 15 digits")]
    let share = held_aside as f64 / held.max(1) as f64;
    let code = if share > limit { "set-aside-limit" } else { "rows-set-aside" };
    let mut told = Diagnostic::warning(code, what);
    let mut sorted: Vec<_> = reasons.iter().collect();
    sorted.sort_by_key(|(code, (count, _))| (std::cmp::Reverse(*count), **code));
    for (code, (count, first)) in sorted {
        let because = if first.because.is_empty() { String::new() } else { format!(" ({})", first.because) };
        told = told.because(format!(
            "{} `{code}`; the first is {}, row {}{because}",
            figure(*count),
            first.file,
            first.position
        ));
    }
    let passed = if share > limit { "more than" } else { "within" };
    told.because(format!(
        "that makes {:.2}% of all rows of `{name}`, {passed} the {:.2}% it allows",
        share * 100.0,
        limit * 100.0
    ))
    .hint(format!("look at them with `throughline list set-aside --source {name}`"))
}

fn actor_absent(source: &Source, rows: u64) -> Diagnostic {
    Diagnostic::note(
        "actor-absent",
        format!("{} events of `{}` have neither user nor account", figure(rows), source.name),
    )
    .because("they are kept and belong to nobody")
}

fn times_without_zone(source: &Source, rows: u64, zone: &str) -> Diagnostic {
    Diagnostic::note("times-without-zone", format!("{} times of `{}` carry no zone", figure(rows), source.name))
        .because(format!("they were taken as {zone}"))
        .hint(format!("if that is wrong, set `timezone` under `[sources.{}]`", source.name))
}

fn account_many(source: &Source, rows: u64) -> Diagnostic {
    Diagnostic::note("account-many", format!("{} rows of `{}` name several accounts", figure(rows), source.name))
        .because("the first was taken")
}

fn duplicates_differ(source: &Source, rows: u64) -> Diagnostic {
    Diagnostic::warning(
        "duplicates-differ",
        format!("{} rows of `{}` share an id with another and differ from it", figure(rows), source.name),
    )
    .because("within a file the first stands, between files the one whose content hash is smaller")
    .hint(format!("if the id is not one, set `id` under `[sources.{}]`", source.name))
}

fn encoding_guessed(source: &Source, files: &[String]) -> Diagnostic {
    Diagnostic::note("encoding-guessed", format!("{} of `{}` was read as Windows-1252", listed(files), source.name))
        .because("it is not UTF-8, and says nothing of its encoding")
        .hint(format!("if that is wrong, set `encoding` under `[sources.{}]`", source.name))
}

fn file_undated(source: &Source, files: &[String]) -> Diagnostic {
    Diagnostic::note("file-undated", format!("{} of `{}` names no day in its file name", listed(files), source.name))
        .because("the day it was last changed was taken as the day it speaks of")
        .hint(format!(
            "put the day into the name (`…-2026-03-06.csv`), or set `dated` under `[sources.{}]`",
            source.name
        ))
}

fn rows_vanished(source: &Source, files: &BTreeMap<String, u64>) -> Diagnostic {
    let rows: u64 = files.values().sum();
    let names: Vec<_> = files.keys().cloned().collect();
    Diagnostic::note(
        "rows-vanished",
        format!("{} rows of `{}` are no longer in {}", figure(rows), source.name, listed(&names)),
    )
    .because("they stay in the lake: exports that roll over are normal")
    .hint(format!("to take them out, `throughline ingest {} --afresh`", source.name))
}

fn contract_broken(
    source: &Source,
    (event, property, kind): (&str, &str, Option<&str>),
    (events, broken): (u64, u64),
    stopped: bool,
) -> Diagnostic {
    let promise = kind.map_or_else(|| "is not there".to_owned(), |kind| format!("is no {kind}"));
    let what = format!(
        "`{property}` {promise} in {} of {} `{event}` events of `{}`",
        figure(broken),
        figure(events),
        source.name
    );
    let told = match stopped {
        true => Diagnostic::error("contract-broken", what)
            .because("its contract says `on_break = \"stop\"`: nothing of it was taken"),
        false => Diagnostic::warning("contract-broken", what).because("its contract promises it"),
    };
    told.hint(format!("tell who sends `{event}`, or change `[sources.{}.contract]`", source.name))
}

/// A list of files, the first few by name.
fn listed(files: &[String]) -> String {
    match files {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first, rest @ ..] => format!("`{first}` and {} more", rest.len()),
    }
}

/// A count with commas between thousands.
fn figure(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
