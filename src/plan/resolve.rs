//! From the plan as written to the plan as meant: names resolved, defaults filled in, rules held.

mod ground;
mod line;
mod links;
mod metrics;
mod signals;
mod sources;
mod traction;

#[cfg(test)]
mod said;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::civil::Date;

use super::file::read::{At, entries, named};
use super::file::{self, File};
use super::filter::{self, Filter, FilterError, Name};
use super::issues::{self, Noun};
use super::problems::{Problems, Section, Span};
use super::{Plan, Signal, rules};
use crate::diag::Diagnostic;

/// What a verb needs of a plan. Problems in sections it does not need are not told to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The workspace, the sources and who is who: `ingest`.
    Sources,
    /// These and what is measured: `measure`.
    Metrics,
    /// All of it: `check`, `run`, `link`, `report`.
    Everything,
}

impl Needs {
    fn counts(self, section: Section) -> bool {
        match self {
            Self::Sources => section == Section::Ground,
            Self::Metrics => section != Section::Line,
            Self::Everything => true,
        }
    }
}

/// Reads a plan. `today` is asked for agreements that have lapsed.
///
/// The plan is there unless an error stands in what is needed. A metric of a kind that is not built yet is an error that
/// leaves only that metric out, with the links that name it: whoever wants a clean check looks at the problems too.
pub fn resolve(text: &str, root: &Path, today: Date, needs: Needs) -> (Option<Plan>, Vec<Diagnostic>) {
    let mut problems = Problems::none();
    let Some(file) = file::read(text, &mut problems) else {
        return (None, problems.told(text, |_| true).0);
    };
    let mut resolver = Resolver { file: &file, text, today, problems, signals: Vec::new(), not_built: Vec::new() };
    let plan = resolver.plan(root);
    rules::check(&mut resolver, &plan);
    let (told, stops) = resolver.problems.told(text, |section| needs.counts(section));
    ((!stops).then_some(plan), told)
}

/// What is known while a plan is being resolved.
pub(super) struct Resolver<'a> {
    pub(super) file: &'a File,
    pub(super) text: &'a str,
    pub(super) today: Date,
    pub(super) problems: Problems,
    /// The signals so far: the plan's, then the ones that metrics write in place.
    signals: Vec<Signal>,
    /// Metrics that were left out because their kind is not built.
    pub(super) not_built: Vec<String>,
}

impl Resolver<'_> {
    fn plan(&mut self, root: &Path) -> Plan {
        self.problems.enter(Section::Ground);
        let mut workspace = self.workspace();
        let sources = self.sources(&workspace);
        let identity = self.identity();
        let renewals = self.renewals(&sources);
        let expansions = self.expansions();
        let limits = self.limits();
        self.problems.enter(Section::Metrics);
        let segments = self.segments();
        self.resolve_signals();
        let objectives = self.objectives();
        let lanes = self.lanes();
        let outcomes = self.outcomes();
        let (metrics, charts) = self.metrics();
        self.problems.enter(Section::Ground);
        self.moments(&mut workspace);
        self.problems.enter(Section::Line);
        let (links, outcome_links) = self.links();
        let evidence = self.evidence();
        self.experiments();
        let (rebases, definition_changes) = (self.rebases(), self.definition_changes());
        let sync = self.sync();
        Plan {
            root: root.to_path_buf(),
            text: self.text.to_string(),
            workspace,
            sources,
            identity,
            segments,
            signals: std::mem::take(&mut self.signals),
            objectives,
            lanes,
            outcomes,
            metrics,
            links,
            outcome_links,
            evidence,
            charts,
            rebases,
            definition_changes,
            renewals,
            expansions,
            sync,
            limits,
        }
    }

    /// The names of a sort, as the plan writes them.
    pub(super) fn known(&self, noun: Noun) -> Vec<&str> {
        let file = self.file;
        match noun {
            Noun::Source => names(named(&file.sources)),
            Noun::Segment => names(named(&file.segments)),
            Noun::Signal => names(named(&file.signals)),
            Noun::Objective => ids(entries(&file.objective), |objective| &objective.id),
            Noun::Lane => ids(entries(&file.lane), |lane| &lane.id),
            Noun::Outcome => ids(entries(&file.outcome), |outcome| &outcome.id),
            Noun::Metric => {
                let mut metrics = ids(entries(&file.traction), |metric| &metric.id);
                metrics.extend(ids(entries(&file.business), |metric| &metric.id));
                metrics
            }
        }
    }

    /// Whether a name is known; said if not.
    pub(super) fn knows(&mut self, noun: Noun, label: &str, name: &At<String>) -> bool {
        let known = self.known(noun);
        if known.contains(&name.value.as_str()) {
            return true;
        }
        let problem = issues::unknown_name(noun, label, &name.value, &known);
        self.problems.push(&name.span, problem);
        false
    }

    /// Reads a test on a row's properties.
    fn row_filter(&mut self, label: &str, test: &At<String>) -> Option<Filter> {
        filter::parse(&test.value).map_err(|error| self.filter_error(label, test, &error)).ok()
    }

    /// Reads a test on an account's attributes: every name in it is a segment, a CRM label or a signal.
    fn account_filter(&mut self, label: &str, test: &At<String>) -> Option<Filter> {
        let read = filter::parse_account(&test.value).map_err(|error| self.filter_error(label, test, &error)).ok()?;
        let mut all_known = true;
        for (name, bare) in read.names() {
            let Name::Plain(name) = name else { continue };
            let place = At { value: name.clone(), span: self.inside(test, name) };
            all_known &= match bare {
                true => self.signal(label, &place).is_some(),
                false => self.knows(Noun::Segment, label, &place),
            };
        }
        all_known.then_some(read)
    }

    fn filter_error(&mut self, label: &str, test: &At<String>, error: &FilterError) {
        let span = self.inside_at(test, error.column);
        self.problems.push(&span, issues::filter_not_plain(label, &error.message, error.column));
    }

    /// Where a name stands within a text of the plan; the whole text if that cannot be told.
    fn inside(&self, text: &At<String>, name: &str) -> Span {
        match self.verbatim(text).and_then(|start| text.value.find(name).map(|at| start + at)) {
            Some(start) => start..start + name.len(),
            None => text.span.clone(),
        }
    }

    /// Where a character of a text of the plan stands.
    fn inside_at(&self, text: &At<String>, column: usize) -> Span {
        let Some(start) = self.verbatim(text) else { return text.span.clone() };
        let (offset, rest) = match text.value.char_indices().nth(column - 1) {
            Some((offset, _)) => (offset, &text.value[offset..]),
            None => (text.value.len(), ""),
        };
        let word = rest.find(|letter: char| letter.is_whitespace() || letter == '(').unwrap_or(rest.len()).max(1);
        start + offset..start + offset + word
    }

    /// The byte at which a text's own characters begin, where the plan writes them as they are.
    fn verbatim(&self, text: &At<String>) -> Option<usize> {
        let written = self.text.get(text.span.clone())?;
        let within = written.get(1..written.len().checked_sub(1)?)?;
        (within == text.value).then_some(text.span.start + 1)
    }

    /// The line a place stands on, from 1.
    fn line(&self, span: &Span) -> usize {
        self.text[..span.start.min(self.text.len())].matches('\n').count() + 1
    }
}

fn names<T>(table: &[(At<String>, At<T>)]) -> Vec<&str> {
    table.iter().map(|(name, _)| name.value.as_str()).collect()
}

fn ids<T>(list: &[At<T>], id: impl Fn(&T) -> &Option<At<String>>) -> Vec<&str> {
    list.iter().filter_map(|entry| id(&entry.value).as_ref().map(|id| id.value.as_str())).collect()
}
