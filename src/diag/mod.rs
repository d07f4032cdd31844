//! How a problem is told: what, where, because of what, and what to do next. Wording stands in each stage's `issues.rs`.

mod render;

use std::ops::Range;

pub use render::render;

/// How much a problem matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing changed; good to know.
    Note,
    /// It was done with less.
    Warning,
    /// It could not be done.
    Error,
}

impl Severity {
    /// The word before the code.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One problem, told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A word to look it up by; never reused.
    pub code: &'static str,
    /// What happened, naming the thing the user named.
    pub what: String,
    /// Where.
    pub place: Option<Place>,
    /// What was seen, in figures.
    pub because: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
}

/// A place in a text file that the user wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the user would name it.
    pub file: String,
    /// The bytes of its text that are meant.
    pub span: Range<usize>,
}

impl Diagnostic {
    /// A problem that stopped something.
    pub fn error(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, what)
    }

    /// A problem that made something less.
    pub fn warning(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, what)
    }

    /// Something good to know.
    pub fn note(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, what)
    }

    fn new(severity: Severity, code: &'static str, what: impl Into<String>) -> Self {
        Self { severity, code, what: what.into(), place: None, because: Vec::new(), hints: Vec::new() }
    }

    /// Says where.
    pub fn at(mut self, file: impl Into<String>, span: Range<usize>) -> Self {
        self.place = Some(Place { file: file.into(), span });
        self
    }

    /// Says what was seen.
    pub fn because(mut self, because: impl Into<String>) -> Self {
        self.because.push(because.into());
        self
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// A problem can end what was asked for; whoever passes it on needs no other words.
impl std::error::Error for Diagnostic {}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(render(self, None).trim_end())
    }
}

/// The name nearest to the one written, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&written.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}
