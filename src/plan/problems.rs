//! All that is wrong with a plan, collected as it is met and told once, in the order of the file.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diag::{Diagnostic, Severity};

/// The bytes of the plan's text that are meant.
pub type Span = Range<usize>;

/// The name under which problems show the plan.
pub const FILE: &str = "throughline.toml";

/// A part of the plan that a verb may need or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What every verb needs: the file itself, `[workspace]`, `[sources]`, `[identity]`, `[renewals]`, `[expansions]`, `[limits]`.
    Ground,
    /// What is measured: signals, segments, lanes, outcomes and metrics.
    Metrics,
    /// What is believed and said: links, evidence, experiments, the sync.
    Line,
}

impl Section {
    /// The section a top-level key belongs to.
    pub(super) fn of(key: &str) -> Self {
        match key {
            "segments" | "signals" | "objective" | "lane" | "outcome" | "traction" | "business" => Self::Metrics,
            "link" | "evidence" | "experiment" | "rebase" | "definition_change" | "sync" => Self::Line,
            _ => Self::Ground,
        }
    }
}

/// One problem, with what it takes to sort it and to know whom it stops.
#[derive(Debug)]
struct Found {
    section: Section,
    offset: usize,
    diagnostic: Diagnostic,
}

/// The problems met so far.
#[derive(Debug)]
pub(super) struct Problems {
    section: Section,
    found: Vec<Found>,
    secrets: Vec<Span>,
    /// Keys that stand in their table with a value that was refused: nobody has to say that they are missing.
    refused: BTreeSet<(usize, String)>,
}

impl Problems {
    /// Starts with none.
    pub(super) fn none() -> Self {
        Self { section: Section::Ground, found: Vec::new(), secrets: Vec::new(), refused: BTreeSet::new() }
    }

    /// What is met from here on belongs to that section.
    pub(super) fn enter(&mut self, section: Section) {
        self.section = section;
    }

    /// Takes a problem that stands at a place of the plan.
    pub(super) fn push(&mut self, span: &Span, diagnostic: Diagnostic) {
        let diagnostic = diagnostic.at(FILE, span.clone());
        self.found.push(Found { section: self.section, offset: span.start, diagnostic });
    }

    /// Remembers that a key stands in the table at that place, though its value was refused.
    pub(super) fn refused(&mut self, table: &Span, key: &str) {
        self.refused.insert((table.start, key.to_string()));
    }

    /// Takes the problem that a key of the table at that place is missing, unless it stands there and was refused.
    pub(super) fn push_missing(&mut self, table: &Span, key: &str, diagnostic: Diagnostic) {
        if !self.refused.contains(&(table.start, key.to_string())) {
            self.push(table, diagnostic);
        }
    }

    /// Takes a secret that stands in the plan: no line that holds it is ever shown.
    pub(super) fn push_secret(&mut self, span: &Span, diagnostic: Diagnostic) {
        self.secrets.push(span.clone());
        self.push(span, diagnostic);
    }

    /// The problems of the sections that count, in file order, and whether any of them stops.
    pub(super) fn told(mut self, text: &str, counts: impl Fn(Section) -> bool) -> (Vec<Diagnostic>, bool) {
        self.found.retain(|found| counts(found.section));
        self.found.sort_by_key(|found| found.offset);
        let told: Vec<Diagnostic> =
            self.found.into_iter().map(|found| unshown(found.diagnostic, text, &self.secrets)).collect();
        let stops = told.iter().any(|diagnostic| {
            diagnostic.severity == Severity::Error && diagnostic.code != super::issues::KIND_NOT_BUILT
        });
        (told, stops)
    }
}

/// Takes the excerpt away where its line holds a secret, and says the line in words instead.
pub(super) fn unshown(diagnostic: Diagnostic, text: &str, secrets: &[Span]) -> Diagnostic {
    let Some(place) = diagnostic.place.clone() else { return diagnostic };
    let line = line_number(text, place.span.start);
    if !secrets.iter().any(|secret| (line_number(text, secret.start)..=line_number(text, secret.end)).contains(&line)) {
        return diagnostic;
    }
    let hidden = Diagnostic { place: None, ..diagnostic };
    hidden.because(format!("it stands on line {line} of {FILE}, which is not shown because a secret stands there"))
}

fn line_number(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
