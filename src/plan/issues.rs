//! What is said of a plan: one function per code, and the list of codes.

use jiff::civil::Date;

use crate::diag::{Diagnostic, nearest};
use crate::model::length::Length;

/// The one error that stops nobody but `check`: the metric is left out, the rest goes on.
pub(super) const KIND_NOT_BUILT: &str = "kind-not-built";

/// Every code of this stage, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    CODES.to_vec()
}

const CODES: [(&str, &str); 58] = [
    ("plan-syntax", "the plan is not TOML: a bracket, a quote or an equals sign is missing"),
    ("unknown-key", "a key that no section of that name has"),
    ("key-missing", "a key that must stand is not there"),
    ("key-not-of-kind", "a key that the metric's or source's kind does not take"),
    ("key-twice", "two keys that say the same thing, or exclude each other"),
    ("wrong-type", "text where a number belongs, or the like"),
    ("text-empty", "a text with nothing in it"),
    ("unknown-word", "a word that is none of the ones a key takes"),
    ("number-out-of-range", "a number that makes no sense where it stands"),
    ("date-unreadable", "a day that is not written as 2026-07-01"),
    ("length-unreadable", "a length of time that is not written as 60d"),
    ("timezone-unknown", "a zone that is no IANA name"),
    ("currency-unknown", "a currency that is not three capital letters"),
    ("secret-in-plan", "a secret where the name of an environment variable belongs; it is never shown"),
    ("unknown-source", "a source that is named and defined nowhere"),
    ("unknown-segment", "a segment that is named and defined nowhere"),
    ("unknown-signal", "a signal that is named and defined nowhere"),
    ("unknown-objective", "an objective that is named and defined nowhere"),
    ("unknown-lane", "a lane that is named and defined nowhere"),
    ("unknown-outcome", "an outcome that is named and defined nowhere"),
    ("unknown-metric", "a metric that is named and defined nowhere"),
    ("unknown-kind", "a kind of metric that there is not"),
    ("kind-not-built", "a kind of metric that this version knows and does not compute yet"),
    ("id-twice", "an id that is defined twice"),
    ("id-reserved", "an id that means something else already"),
    ("source-without-files", "a source that names no files"),
    ("pattern-unreadable", "a pattern of file names that cannot be read"),
    ("signal-empty", "a signal that names neither an event nor a gauge"),
    ("filter-not-plain", "a `where` that is not a plain test on properties"),
    ("bands-not-ascending", "bounds of bands that do not rise"),
    ("business-target", "a business metric used as a product target"),
    ("business-source-missing", "a business metric that no source gives rows"),
    ("business-source-absent", "a business metric that has no chart, because only its arrows have rows"),
    ("line-backwards", "a link that runs from what follows to what leads"),
    ("line-circle", "links or metrics that lead back to themselves"),
    ("link-off-line", "a link between things that no arrow joins"),
    ("link-twice", "two links with the same ends"),
    ("link-key", "a key that a link of that design or kind does not take"),
    ("activation-cannot-mature", "a window too long for any cohort to mature before the target's day"),
    ("dates-out-of-order", "a day that lies before the one it should follow"),
    ("target-out-of-range", "a target that the metric cannot reach"),
    ("funnel-window-missing", "a funnel without a window"),
    ("funnel-exclusion", "an exclusion that names steps which are not there"),
    ("reach-impossible", "an activation that asks for more criteria than it names"),
    ("outcome-not-agreed", "an outcome that nobody agreed on"),
    ("agreement-lapsed", "an agreement whose review is due"),
    ("lane-without-outcome", "a lane with no outcome"),
    ("lane-without-owner", "a lane with no owner"),
    ("objective-unserved", "an objective that no outcome serves"),
    ("outcome-serves-none", "an outcome that serves no objective, where objectives are declared"),
    ("outcome-unmeasured", "an outcome with no traction metric"),
    ("outcome-output-only", "an outcome measured only by what was shipped"),
    ("traction-leads-nowhere", "a traction metric linked to no business metric"),
    ("business-unled", "a business metric that nothing leads to"),
    ("statement-vague", "a statement that names no actor and no change of behaviour"),
    ("cohorts-overlap", "recurring cohorts on a rolling clock, which overlap"),
    ("files-not-found", "a path or pattern of the plan that matches no file"),
    ("path-outside", "a path of the plan that leads out of the workspace; it is read all the same"),
];

// ---- The file

pub(super) fn plan_syntax(message: &str) -> Diagnostic {
    let message = message.trim().replace('\n', ", ").replace("invalid ", "unreadable ");
    Diagnostic::error("plan-syntax", format!("the plan is not TOML: {message}"))
        .hint("mend this first; whatever else there is to say comes after it")
}

pub(super) fn unknown_key(label: &str, key: &str, known: &[&str]) -> Diagnostic {
    let (whose, noun) = if label.is_empty() { ("the plan", "section") } else { (label, "key") };
    let problem = Diagnostic::error("unknown-key", format!("{whose} has no {noun} `{key}`"));
    match nearest(key, known.iter().copied()) {
        Some(name) => problem.hint(format!("did you mean `{name}`?")),
        None if known.len() <= 12 => problem.hint(format!("its {noun}s are {}", words(known))),
        None => problem.hint("every key is in the schema: `throughline schema`"),
    }
}

pub(super) fn key_missing(label: &str, key: &str) -> Diagnostic {
    let what = if label.is_empty() { format!("the plan has no `[{key}]`") } else { format!("{label} has no `{key}`") };
    Diagnostic::error("key-missing", what).hint(format!("add `{key}`"))
}

pub(super) fn key_needed(label: &str, key: &str, why: &str) -> Diagnostic {
    Diagnostic::error("key-missing", format!("{label} has no `{key}`")).because(why).hint(format!("add `{key}`"))
}

pub(super) fn key_not_of_kind(label: &str, key: &str, kind: &str, keys: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error("key-not-of-kind", format!("{label} is of kind `{kind}`, which takes no `{key}`"));
    match nearest(key, keys.iter().copied()) {
        Some(name) => problem.hint(format!("did you mean `{name}`?")),
        None if keys.is_empty() => problem.hint("it has no keys of its own"),
        None => problem.hint(format!("its own keys are {}", words(keys))),
    }
}

pub(super) fn key_twice(label: &str, one: &str, other: &str) -> Diagnostic {
    Diagnostic::error("key-twice", format!("{label} has both `{one}` and `{other}`")).hint("keep the one that is meant")
}

pub(super) fn wrong_type(label: &str, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("wrong-type", format!("{label} is {found}")).hint(format!("it takes {wanted}"))
}

pub(super) fn text_empty(label: &str) -> Diagnostic {
    Diagnostic::error("text-empty", format!("{label} is empty")).hint("say it, or leave the key out")
}

pub(super) fn unknown_word(label: &str, word: &str, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error("unknown-word", format!("{label} cannot be `{word}`"));
    match nearest(word, known.iter().copied()) {
        Some(name) => problem.hint(format!("did you mean `{name}`?")),
        None => problem.hint(format!("it is one of {}", words(known))),
    }
}

pub(super) fn number_out_of_range(label: &str, written: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("number-out-of-range", format!("{label} is {written}")).hint(format!("it takes {wanted}"))
}

pub(super) fn date_unreadable(label: &str, written: &str) -> Diagnostic {
    Diagnostic::error("date-unreadable", format!("{label} is not a day: `{written}`"))
        .hint("a day is written year, month, day: `2026-07-01`")
}

pub(super) fn length_unreadable(label: &str, written: &str) -> Diagnostic {
    let problem = Diagnostic::error("length-unreadable", format!("{label} is not a length of time: `{written}`"));
    match length_meant(written) {
        Some(meant) => problem.hint(format!("did you mean `\"{meant}\"`?")),
        None => problem
            .hint("a length is a number and one of `s`, `m` (minutes), `h`, `d`, `w`, `mo` (months), `y`, a hundred years at most: `\"60d\"`"),
    }
}

/// `2 weeks` is `2w`.
fn length_meant(written: &str) -> Option<String> {
    let text = written.trim().to_lowercase();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let unit = text[digits..].trim().trim_end_matches('s');
    let unit = match unit {
        "sec" | "second" => "s",
        "min" | "minute" => "m",
        "h" | "hr" | "hour" => "h",
        "d" | "day" => "d",
        "w" | "wk" | "week" => "w",
        "mo" | "mon" | "month" => "mo",
        "y" | "yr" | "year" => "y",
        _ => return None,
    };
    Some(format!("{}{unit}", &text[..digits])).filter(|meant| Length::parse(meant).is_some())
}

pub(super) fn timezone_unknown(label: &str, written: &str) -> Diagnostic {
    Diagnostic::error("timezone-unknown", format!("{label} is not a time zone: `{written}`"))
        .hint("zones have IANA names: `UTC`, `Europe/Amsterdam`, `America/New_York`")
}

pub(super) fn currency_unknown(label: &str, written: &str) -> Diagnostic {
    Diagnostic::error("currency-unknown", format!("{label} is not a currency: `{written}`"))
        .hint("a currency is its code of three capitals: `EUR`, `USD`")
}

pub(super) fn secret_in_value(label: &str) -> Diagnostic {
    Diagnostic::error("secret-in-plan", format!("{label} does not name an environment variable"))
        .because("secrets never stand in the plan; the value may be one, so it is not shown")
        .hint("put the secret in a variable and name that here, in capitals: `HUBSPOT_TOKEN`")
}

pub(super) fn secret_in_plan(label: &str, key: &str) -> Diagnostic {
    Diagnostic::error("secret-in-plan", format!("{label} has `{key}`, which looks like a secret"))
        .because("secrets never stand in the plan; the value may be one, so it is not shown")
        .hint("name an environment variable instead: `token_env = \"HUBSPOT_TOKEN\"`")
}

// ---- Names

/// What a name can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Source,
    Segment,
    Signal,
    Objective,
    Lane,
    Outcome,
    Metric,
}

impl Noun {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Source => ("unknown-source", "source"),
            Self::Segment => ("unknown-segment", "segment"),
            Self::Signal => ("unknown-signal", "signal"),
            Self::Objective => ("unknown-objective", "objective"),
            Self::Lane => ("unknown-lane", "lane"),
            Self::Outcome => ("unknown-outcome", "outcome"),
            Self::Metric => ("unknown-metric", "metric"),
        }
    }
}

pub(super) fn unknown_name(noun: Noun, label: &str, name: &str, known: &[&str]) -> Diagnostic {
    let (code, word) = noun.words();
    let problem =
        Diagnostic::error(code, format!("{label} names {} {word} that is not there: `{name}`", article(word)));
    match nearest(name, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if known.is_empty() => {
            problem.because(format!("the plan has no {word}s")).hint("define it, or leave it out")
        }
        None if known.len() == 1 => problem.hint(format!("the only {word} is {}", words(known))),
        None if known.len() <= 12 => problem.hint(format!("the {word}s are {}", words(known))),
        None => problem.because(format!("the plan has {} {word}s; none is spelled this way", known.len())),
    }
}

pub(super) fn unknown_kind(label: &str, kind: &str, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error("unknown-kind", format!("{label} is of a kind that there is not: `{kind}`"));
    match nearest(kind, known.iter().copied()) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.hint(format!("the kinds are {}", words(known))),
    }
}

pub(super) fn kind_not_built(label: &str, kind: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(KIND_NOT_BUILT, format!("{label} is of kind `{kind}`, which this version does not compute yet"))
        .because("the metric is left out of every answer, and whatever rests on it too")
        .hint(format!("until then, take one of {}; or leave the metric out", words(known)))
}

pub(super) fn id_twice(noun: &str, id: &str, line: usize) -> Diagnostic {
    Diagnostic::error("id-twice", format!("{noun} `{id}` is defined twice"))
        .because(format!("it is defined first on line {line}"))
        .hint("give one of them another id")
}

pub(super) fn id_reserved(noun: &str, id: &str, meaning: &str) -> Diagnostic {
    Diagnostic::error("id-reserved", format!("{noun} cannot be called `{id}`"))
        .because(format!("`{id}` means {meaning}"))
        .hint("give it another id")
}

// ---- Sources and signals

pub(super) fn source_without_files(label: &str, keys: &[&str]) -> Diagnostic {
    Diagnostic::error("source-without-files", format!("{label} names no files"))
        .hint(format!("say where they are: {}", words(keys)))
}

pub(super) fn pattern_unreadable(label: &str, pattern: &str, message: &str) -> Diagnostic {
    Diagnostic::error("pattern-unreadable", format!("{label} has a pattern that cannot be read: `{pattern}`"))
        .because(message)
        .hint("`*` is any name, `**` any folders, `{csv,json}` one or the other, `[ab]` one of these letters")
}

pub(super) fn signal_empty(label: &str) -> Diagnostic {
    Diagnostic::error("signal-empty", format!("{label} names neither an event nor a gauge"))
        .hint("add `event = \"name\"`, or `gauge = \"name\"` with a `where` on `value`")
}

pub(super) fn filter_not_plain(label: &str, message: &str, column: usize) -> Diagnostic {
    Diagnostic::error("filter-not-plain", format!("{label} is not a plain test: {message}"))
        .because(format!("it stops making sense at its column {column}"))
        .hint("a test compares names with values: `stage = 'production' and result in ('ok', 'warn')`")
}

/// A test typed at the command line, with a mark under where it stops making sense.
pub fn where_not_plain(text: &str, error: &super::filter::FilterError) -> Diagnostic {
    filter_not_plain("`--where`", &error.message, error.column).because(format!("the test is: {text}"))
}

pub(super) fn bands_not_ascending(label: &str) -> Diagnostic {
    Diagnostic::error("bands-not-ascending", format!("{label} do not rise"))
        .hint("write the bounds from low to high: `[50, 500]`")
}

// ---- The line

pub(super) fn business_target(id: &str) -> Diagnostic {
    Diagnostic::error("business-target", format!("`{id}` is a business metric and cannot carry a target"))
        .because("product moves outcomes; revenue follows, and nobody can ship it directly")
        .hint(format!("set the target on a traction metric that leads to `{id}`"))
}

pub(super) fn business_as_traction(id: &str, kind: &str) -> Diagnostic {
    Diagnostic::error("business-target", format!("`{id}` is a business metric and cannot stand under `[[traction]]`"))
        .because(format!(
            "`{kind}` follows from what customers do; product moves outcomes, and nobody can ship it directly"
        ))
        .hint(format!("move it to `[[business]]`, and link a traction metric to `{id}`"))
}

pub(super) fn business_as_measure(id: &str, outcome: &str) -> Diagnostic {
    Diagnostic::error("business-target", format!("`{id}` is a business metric and cannot measure outcome `{outcome}`"))
        .because("an outcome is a change in customer behaviour; a business result only follows from it")
        .hint(format!("measure `{outcome}` by what customers do, and link that to `{id}`"))
}

pub(super) fn business_source_missing(label: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("business-source-missing", format!("{label} has no source to be read from"))
        .because(format!("it is computed from {wanted}, and the plan names none"))
        .hint("add such a source under `[sources]`, or leave the metric out")
}

pub(super) fn business_source_many(label: &str, sources: &[&str]) -> Diagnostic {
    Diagnostic::error("business-source-missing", format!("{label} does not say which source it is read from"))
        .because(format!("{} fit: {}", sources.len(), words(sources)))
        .hint("add `source`")
}

pub(super) fn business_source_unfit(label: &str, source: &str, kind: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("business-source-missing", format!("{label} cannot be read from `{source}`"))
        .because(format!("it is computed from {wanted}, and `{source}` is of kind `{kind}`"))
        .hint("name a source that has them, or leave `source` out where only one fits")
}

pub(super) fn business_source_absent(label: &str, wanted: &str, read: &str) -> Diagnostic {
    Diagnostic::warning("business-source-absent", format!("{label} has no chart"))
        .because(format!(
            "it is computed from {wanted}, and the plan names none; its arrows are tested on {read} all the same"
        ))
        .hint("add such a source under `[sources]` to see it")
}

pub(super) fn line_backwards(from: &str, from_noun: &str, to: &str, to_noun: &str) -> Diagnostic {
    Diagnostic::error("line-backwards", format!("the link from `{from}` to `{to}` runs backwards"))
        .because(format!(
            "`{from}` is {from_noun} and `{to}` is {to_noun}; the line runs from outcome over traction to business"
        ))
        .hint("swap `from` and `to`, or leave the link out")
}

pub(super) fn line_circle(ids: &[&str]) -> Diagnostic {
    Diagnostic::error("line-circle", format!("{} leads back to itself", words(&ids[..1])))
        .because(format!("the circle is {}", ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(" -> ")))
        .hint("leave one of them out")
}

pub(super) fn link_off_line(from: &str, to: &str, why: &str) -> Diagnostic {
    Diagnostic::error("link-off-line", format!("the link from `{from}` to `{to}` is no arrow of the line"))
        .because(why)
        .hint("a link goes from a traction metric or an outcome to a business metric, or from an outcome to its own traction metric")
}

pub(super) fn link_twice(label: &str, line: usize) -> Diagnostic {
    Diagnostic::error("link-twice", format!("{label} is written twice"))
        .because(format!("it is written first on line {line}"))
        .hint("keep one of them")
}

pub(super) fn link_key(label: &str, key: &str, why: &str, hint: &str) -> Diagnostic {
    Diagnostic::error("link-key", format!("{label} takes no `{key}`")).because(why).hint(hint)
}

pub(super) fn link_key_needed(label: &str, key: &str, why: &str) -> Diagnostic {
    Diagnostic::error("link-key", format!("{label} needs `{key}`")).because(why).hint(format!("add `{key}`"))
}

// ---- Metrics

pub(super) fn activation_cannot_mature(id: &str, within: &str, cohort: Date, closes: Date, by: Date) -> Diagnostic {
    Diagnostic::error("activation-cannot-mature", format!("no cohort of `{id}` can mature before its target is due"))
        .because(format!(
            "the first whole cohort begins on {cohort}; its windows of {within} close on {closes}, after {by}"
        ))
        .hint(format!("move `by` to {closes} or later, or shorten `within`"))
}

pub(super) fn dates_out_of_order(label: &str, later: &str, day: Date, earlier: &str, before: Date) -> Diagnostic {
    Diagnostic::error("dates-out-of-order", format!("{label}: `{later}` lies before `{earlier}`"))
        .because(format!("`{later}` is {day} and `{earlier}` is {before}"))
        .hint("set the one that is wrong")
}

pub(super) fn target_out_of_range(id: &str, key: &str, value: f64, range: &str) -> Diagnostic {
    let problem =
        Diagnostic::error("target-out-of-range", format!("`{id}` can never be {value}, its target's `{key}`"))
            .because(format!("the metric is {range}"));
    if value > 1.0 && value <= 100.0 && range.contains("share") {
        problem.hint(format!("a share is written as a fraction: {} for {value} %", value / 100.0))
    } else {
        problem.hint(format!("set `{key}` to a value it can have"))
    }
}

pub(super) fn funnel_window_missing(label: &str) -> Diagnostic {
    Diagnostic::error("funnel-window-missing", format!("{label} has no `within`"))
        .because("without a window an attempt never ends, and its rate never settles")
        .hint("add `within = \"14d\"`, or give every step after the first its own")
}

pub(super) fn funnel_exclusion(label: &str, signal: &str, why: &str) -> Diagnostic {
    Diagnostic::error("funnel-exclusion", format!("{label} excludes `{signal}` where it cannot"))
        .because(why)
        .hint("`after` and `before` are numbers of steps, counted from 1")
}

pub(super) fn reach_impossible(label: &str, wanted: u32, named: usize) -> Diagnostic {
    Diagnostic::error("reach-impossible", format!("{label} asks for {wanted} of its criteria and names {named}"))
        .hint("name more, or ask for fewer")
}

pub(super) fn cohorts_overlap(label: &str) -> Diagnostic {
    Diagnostic::warning("cohorts-overlap", format!("cohorts of {label} overlap"))
        .because("an actor enters in every period it starts, and a rolling clock lets these run side by side")
        .hint("that is allowed; `clock = \"calendar\"` keeps them apart")
}

// ---- What is worth a word and stops nothing

pub(super) fn outcome_not_agreed(id: &str) -> Diagnostic {
    Diagnostic::warning("outcome-not-agreed", format!("nobody has agreed on outcome `{id}`"))
        .because("it has no `agreed`, so the report shows it as a proposal")
        .hint("`agreed = { on = 2026-07-01, by = [\"product\", \"leadership\"] }`, once it is")
}

pub(super) fn agreement_lapsed(id: &str, due: Date, days: i64) -> Diagnostic {
    let plural = if days == 1 { "day" } else { "days" };
    Diagnostic::warning("agreement-lapsed", format!("the agreement on outcome `{id}` has lapsed"))
        .because(format!("its review was due on {due}, {days} {plural} ago"))
        .hint("agree again and move `review_by`, or let the outcome go")
}

pub(super) fn lane_without_outcome(id: &str) -> Diagnostic {
    Diagnostic::warning("lane-without-outcome", format!("lane `{id}` works for no outcome"))
        .because("no `[[outcome]]` names it")
        .hint("write down what it wants customers to do, or leave the lane out")
}

pub(super) fn lane_without_owner(id: &str) -> Diagnostic {
    Diagnostic::warning("lane-without-owner", format!("lane `{id}` has no owner"))
        .because("questions in the report are addressed to the lane's owner")
        .hint("add `owner`")
}

pub(super) fn objective_unserved(id: &str) -> Diagnostic {
    Diagnostic::warning("objective-unserved", format!("no outcome serves objective `{id}`"))
        .because("the report can say nothing about it")
        .hint(format!("add `objective = \"{id}\"` to the outcome that does"))
}

pub(super) fn outcome_serves_none(id: &str, objectives: usize) -> Diagnostic {
    let plural = if objectives == 1 { "objective" } else { "objectives" };
    Diagnostic::warning("outcome-serves-none", format!("outcome `{id}` serves no objective"))
        .because(format!("the plan declares {objectives} {plural}"))
        .hint("add `objective`, or leave it as work that leadership did not ask for")
}

pub(super) fn outcome_unmeasured(id: &str) -> Diagnostic {
    Diagnostic::warning("outcome-unmeasured", format!("outcome `{id}` has no traction metric"))
        .because("nothing tells whether it is happening")
        .hint(format!("add a `[[traction]]` with `outcome = \"{id}\"`"))
}

pub(super) fn outcome_output_only(id: &str, signals: &[&str]) -> Diagnostic {
    Diagnostic::warning("outcome-output-only", format!("outcome `{id}` is measured only by what was shipped"))
        .because(format!("its metrics count {}, which we do and customers do not", words(signals)))
        .hint("measure what customers do with it")
}

pub(super) fn traction_leads_nowhere(id: &str) -> Diagnostic {
    Diagnostic::warning("traction-leads-nowhere", format!("`{id}` is linked to no business metric"))
        .because("no `[[link]]` starts from it, so whether it matters is never tested")
        .hint(format!("add a `[[link]]` with `from = \"{id}\"`"))
}

pub(super) fn business_unled(id: &str) -> Diagnostic {
    Diagnostic::warning("business-unled", format!("nothing leads to `{id}`"))
        .because("no `[[link]]` ends in it, so it can only be watched")
        .hint(format!("add a `[[link]]` with `to = \"{id}\"`"))
}

pub(super) fn statement_vague(id: &str) -> Diagnostic {
    Diagnostic::note(
        "statement-vague",
        format!("the statement of outcome `{id}` names no actor and no change of behaviour"),
    )
    .because("an outcome is told as who does what differently")
    .hint("for instance: \"A team brings a second site online\"")
}

pub(super) fn files_not_found(label: &str, pattern: &str) -> Diagnostic {
    Diagnostic::warning("files-not-found", format!("{label} matches no file: `{pattern}`"))
        .because("paths are relative to the folder of `throughline.toml`")
        .hint("mend the path, or put the file there")
}

pub(super) fn path_outside(label: &str, pattern: &str) -> Diagnostic {
    Diagnostic::note("path-outside", format!("{label} leads out of the workspace: `{pattern}`"))
        .because("it is read all the same; a workspace that is copied elsewhere leaves such files behind")
}

/// `an outcome`, `a lane`.
fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `` `a`, `b` and `c` ``
pub(super) fn words(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_used_is_listed_once() {
        let source = include_str!("issues.rs");
        let (wording, _) = source.split_once("#[cfg(test)]").unwrap();
        let mut used: Vec<&str> = ["Diagnostic::error(", "Diagnostic::warning(", "Diagnostic::note("]
            .iter()
            .flat_map(|opening| wording.split(opening).skip(1))
            .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
            .collect();
        used.extend([KIND_NOT_BUILT]);
        used.extend([Noun::Source, Noun::Segment, Noun::Signal, Noun::Objective].map(|noun| noun.words().0));
        used.extend([Noun::Lane, Noun::Outcome, Noun::Metric].map(|noun| noun.words().0));
        used.sort_unstable();
        used.dedup();
        let mut listed: Vec<&str> = codes().iter().map(|code| code.0).collect();
        listed.sort_unstable();
        assert_eq!(listed, used);
    }

    #[test]
    fn a_length_in_words_is_told_as_one() {
        let meant = |text| length_meant(text).unwrap_or_default();
        assert_eq!(["2 weeks", "30 Days", "1 month", "90min", "fortnight"].map(meant), ["2w", "30d", "1mo", "90m", ""]);
    }
}
