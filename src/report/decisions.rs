//! The decisions file of the sync: what was decided, by whom, and what became of it. It says nothing about effects.

use jiff::civil::Date;
use serde::Deserialize;

use crate::diag::Diagnostic;

/// Every code of the decisions file, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    vec![("decisions-unreadable", "a decisions file, or a day in it, that cannot be read")]
}

/// One `[[decision]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Its id.
    pub id: String,
    /// The lane it is about, by the plan's id.
    pub lane: Option<String>,
    /// What was decided.
    pub text: String,
    /// When.
    pub decided: Date,
    /// Who sees to it.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// What became of it.
    pub state: State,
    /// When it was closed.
    pub closed: Option<Date>,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not yet done.
    Open,
    /// It stands.
    Kept,
    /// It was carried out.
    Done,
    /// It was given up.
    Dropped,
}

impl State {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept => "kept",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    decision: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    lane: Option<String>,
    text: String,
    decided: Day,
    owner: Option<String>,
    due: Option<Day>,
    state: State,
    closed: Option<Day>,
}

/// A TOML date, or a string that looks like one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Toml(toml::value::Datetime),
    Text(String),
}

impl Day {
    fn read(&self) -> Option<Date> {
        match self {
            Self::Toml(moment) => moment.to_string().get(..10)?.parse().ok(),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

/// Reads the decisions file; `name` is how the user would name it.
///
/// # Errors
/// Everything that cannot be understood, told at once.
pub fn parse(name: &str, text: &str) -> Result<Vec<Decision>, Vec<Diagnostic>> {
    let file: File = toml::from_str(text).map_err(|error| vec![unreadable(name, &error)])?;
    let mut problems = Vec::new();
    let decisions = file.decision.into_iter().map(|written| resolve(name, written, &mut problems)).collect();
    if problems.is_empty() { Ok(decisions) } else { Err(problems) }
}

fn unreadable(name: &str, error: &toml::de::Error) -> Diagnostic {
    let problem = Diagnostic::error("decisions-unreadable", format!("`{name}` cannot be read"))
        .because(error.message().to_owned())
        .hint("a decision has `id`, `text`, `decided`, `state`, and where known `lane`, `owner`, `due`, `closed`");
    match error.span() {
        Some(span) => problem.at(name, span),
        None => problem,
    }
}

fn resolve(name: &str, written: Written, problems: &mut Vec<Diagnostic>) -> Decision {
    let id = written.id;
    let mut day = |key: &str, day: &Day| {
        let read = day.read();
        if read.is_none() {
            let what = format!("decision `{id}` in `{name}`: `{key}` is not a day");
            problems.push(Diagnostic::error("decisions-unreadable", what).hint("write days as 2026-10-05"));
        }
        read
    };
    Decision {
        // A decision without a readable day is never handed out: its problem stands in the list.
        decided: day("decided", &written.decided).unwrap_or(Date::ZERO),
        due: written.due.as_ref().and_then(|due| day("due", due)),
        closed: written.closed.as_ref().and_then(|closed| day("closed", closed)),
        lane: written.lane,
        text: written.text,
        owner: written.owner,
        state: written.state,
        id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_decision_is_read_with_either_kind_of_day() {
        let text = "[[decision]]\nid = \"sso\"\ntext = \"Hold SSO\"\ndecided = 2026-04-02\ndue = \"2026-07-01\"\nstate = \"open\"\n";
        let decisions = parse("decisions.toml", text).unwrap();
        assert_eq!(decisions[0].decided, date(2026, 4, 2));
        assert_eq!(decisions[0].due, Some(date(2026, 7, 1)));
        assert_eq!(decisions[0].state, State::Open);
    }

    #[test]
    fn a_decision_that_cannot_be_read_says_where() {
        let problems = parse("decisions.toml", "[[decision]]\nid = \"x\"\nstat = \"open\"\n").unwrap_err();
        assert_eq!(problems[0].code, "decisions-unreadable");
        assert!(problems[0].place.is_some());
        let days = "[[decision]]\nid = \"x\"\ntext = \"y\"\ndecided = \"soon\"\ndue = \"later\"\nstate = \"open\"\n";
        assert_eq!(parse("decisions.toml", days).unwrap_err().len(), 2);
    }
}
