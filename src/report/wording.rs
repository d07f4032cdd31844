//! Every sentence of the pack. Only facts: no adjective that is not computed, and none of the words that claim a cause
//! (`tests::no_sentence_claims_a_cause` holds the list).

mod alt;
mod appendix;
mod block;
mod definition;
mod signal;

use crate::model::period::{Calendar, Period, Unit, days_between, plus_days};
use crate::model::reading::{Cell, Reading, ValueUnit};
use crate::plan::{Outcome, Plan};

use super::chart::spec::{Grade, Line};
use super::decisions::{Decision, State};
use super::inputs::Findings;
use super::judged::Judged;
use super::numbers::{self, in_words, percent, period_name, plural};
use super::page::Rich;

pub(super) use alt::{
    chart_alt, curves_alt, funnel_alt, line_alt, movements_alt, segments_alt, stages_alt, triangle_alt,
};
pub(super) use appendix::{false_alarms, methods, p, reproduce};
pub(super) use block::{
    duration, kept, lead, left_truncated, no_chart, no_earlier, no_reading_since, outcome_without_metric, own_coverage,
    reads, seldom_exported, under_min_n,
};
pub use definition::definition;
pub(super) use signal::{owner_differs, seen, still, verdict};

/// A value with its n and, for a share, its interval: `31 %` and ` (20 of 64; 95 % interval 21 to 43 %)`.
fn with_n(plan: &Plan, judged: &Judged<'_>, reading: &Reading) -> (String, String) {
    let Some(share) = reading.share else {
        let of = numbers::counts(reading, &judged.style).map_or(String::new(), |of| format!(" ({of})"));
        return (reading.value.map_or("n/a".to_owned(), |value| judged.style.sentence(value)), of);
    };
    let counts = format!("{} of {}", numbers::count(share.counted), numbers::count(share.eligible));
    if share.eligible < u64::from(plan.sync.min_n) {
        return (counts, String::new());
    }
    let interval = share
        .interval
        .map_or(String::new(), |(low, high)| format!("; 95 % interval {}", judged.style.range(low, high)));
    (reading.value.map_or("n/a".to_owned(), percent), format!(" ({counts}{interval})"))
}

fn more_metrics(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; one more of their metrics signals".to_owned(),
        _ => format!("; {} more of their metrics signal", in_words(count)),
    }
}

fn more(count: usize) -> String {
    if count == 0 { String::new() } else { format!(", and {} more", in_words(count)) }
}

/// Slot 1.
pub(super) fn agreed(plan: &Plan, agreed: usize, moved: usize, movers: &[&Judged<'_>], all: &[&Judged<'_>]) -> Rich {
    if agreed == 0 {
        return Rich::default().bold("No outcome is agreed").say(", so none can be said to have moved.");
    }
    let head = if agreed == 1 {
        Rich::default().say("Of the one agreed outcome, ")
    } else {
        Rich::default().say(format!("Of {} agreed outcomes, ", in_words(agreed)))
    };
    let Some(first) = movers.first() else {
        return head.bold("none moved").say(format!("{}.", unjudged(all)));
    };
    let standing = first.newly().expect("a mover signals");
    let value = first.last().map(|(_, reading)| with_n(plan, first, reading)).unwrap_or_default();
    let against = signal::against(first).map_or(String::new(), |range| format!(", {range}"));
    head.bold(format!("{} moved", in_words(moved)))
        .say(format!(": {} ", signal::quoted(first)))
        .say(format!("{} at ", signal::verb(first, standing)))
        .bold(value.0)
        .say(format!("{}{against}{}.", value.1, more_metrics(movers.len() - 1)))
}

/// Of metrics without a signal, how many can give one at all.
fn unjudged(all: &[&Judged<'_>]) -> String {
    let frozen = all.iter().filter(|one| one.chart.as_ref().is_ok_and(super::xmr::Chart::frozen)).count();
    match (all.len(), all.len() - frozen) {
        (0, _) => ": they have no traction metric".to_owned(),
        (_, 0) => {
            format!(": {} stand in their ordinary range or were shown before", plural(frozen, "metric", "metrics"))
        }
        (all, waiting) if all == waiting => {
            format!(": none of their {} has limits that a move could pass yet", plural(all, "metric", "metrics"))
        }
        (all, waiting) => {
            format!(": {} of their {all} metrics have limits; {waiting} cannot be judged yet", all - waiting)
        }
    }
}

/// Slot 2.
pub(super) fn worse(
    findings: &Findings,
    plan: &Plan,
    judged: &Judged<'_>,
    segment: Option<&str>,
    others: usize,
) -> Rich {
    let standing = judged.standing.as_ref().expect("only signals are told");
    let value = judged.last().map(|(_, reading)| with_n(plan, judged, reading)).unwrap_or_default();
    let against = signal::against(judged).map_or(String::new(), |range| format!(", {range}"));
    let segment = segment.map_or(String::new(), |segment| format!("; {segment}"));
    let text = Rich::default()
        .say(format!("{} ", signal::quoted(judged)))
        .bold(format!("{}: {}", signal::happened(judged, standing), value.0))
        .say(format!("{}{against}{segment}{}.", value.1, more(others)));
    match releases_before(findings, judged) {
        Some(releases) => text.say(format!(" {releases}.")),
        None => text,
    }
}

/// What this lane shipped in the four weeks before a signal began.
fn releases_before(findings: &Findings, judged: &Judged<'_>) -> Option<String> {
    let (standing, (lane, outcome)) = (judged.standing?, judged.place?);
    let day = standing.since.start;
    let ours = findings.releases.iter().filter(|release| {
        let near = (0..=28).contains(&days_between(release.on, day));
        let named = release.lane.as_deref() == Some(lane.id.as_str())
            || release.outcome.as_deref() == Some(outcome.id.as_str());
        near && named
    });
    let titles: Vec<String> =
        ours.map(|release| format!("“{}” on {}", release.title, numbers::short_day(release.on))).collect();
    Some(match titles.as_slice() {
        [] => "No release of this lane in the four weeks before".to_owned(),
        [one] => format!("This lane released {one}"),
        [first, rest @ ..] => format!("This lane released {first}{}", more(rest.len())),
    })
}

/// Slot 3.
pub(super) fn behind(plan: &Plan, judged: &Judged<'_>, others: usize) -> Option<Rich> {
    let (pace, target) = (judged.pace.as_ref()?, judged.traction()?.target.as_ref()?);
    let (value, n) = with_n(plan, judged, &pace.reading);
    let on = numbers::day(pace.on);
    let text = format!(
        "{n}, where its path stands at {} on {on}; its target is {} by {}{}.",
        judged.style.sentence(pace.path),
        judged.style.sentence(target.value),
        numbers::day(target.by),
        more(others)
    );
    Some(
        Rich::default()
            .say(format!("{} is ", signal::quoted(judged)))
            .bold(format!("behind its path: {value}"))
            .say(text),
    )
}

/// Slot 4: until a grade is published there is only this to say.
pub(super) fn ungraded(line: &Line) -> Rich {
    let (ungraded, by_definition) = counts(line);
    let head = match (ungraded, by_definition) {
        (0, 0) => return Rich::default().bold("The line has no arrow yet").say("."),
        (0, _) => {
            return Rich::default()
                .say("Every arrow of the line holds by definition; none leads to a business metric.");
        }
        (1, _) => Rich::default().say("One arrow of the line is ").bold("not graded yet"),
        (_, _) => Rich::default()
            .say(capital(&format!("{} arrows of the line are ", in_words(ungraded))))
            .bold("not graded yet"),
    };
    match by_definition {
        0 => head.say("."),
        1 => head.say("; one more holds by definition."),
        _ => head.say(format!("; {} more hold by definition.", in_words(by_definition))),
    }
}

fn counts(line: &Line) -> (usize, usize) {
    let outcomes = line.rows.iter().filter(|row| row.node.is_some()).map(|row| row.grade);
    let grades: Vec<Grade> = outcomes.chain(line.arrows.iter().map(|arrow| arrow.grade)).collect();
    let ungraded = grades.iter().filter(|grade| **grade == Grade::Ungraded).count();
    (ungraded, grades.len() - ungraded)
}

/// The line's counts by grade, where its drawing stands on page two.
pub(super) fn line_counts(line: &Line) -> String {
    let (ungraded, by_definition) = counts(line);
    format!(
        "The line has {}: {ungraded} not graded yet, {by_definition} by definition. It is drawn on page two.",
        plural(ungraded + by_definition, "arrow", "arrows")
    )
}

/// One business metric, for slot 5.
pub(super) fn business(plan: &Plan, judged: &Judged<'_>, last: &Reading, earlier: Option<&Reading>) -> Rich {
    let name = |reading: &Reading| period_name(&plan.workspace.calendar, Unit::Month, reading.period);
    let told = |reading: &Reading| {
        let (value, n) = with_n(plan, judged, reading);
        let counts = n.split(';').next().unwrap_or_default().trim_start_matches(" (").trim_end_matches(')');
        (value, if counts.is_empty() { String::new() } else { format!(" ({counts})") })
    };
    let (value, n) = told(last);
    let then = match earlier {
        Some(earlier) => format!("{}{} in {}", told(earlier).0, told(earlier).1, name(earlier)),
        None => "no reading a year earlier".to_owned(),
    };
    Rich::default()
        .say(format!("{} was ", lower(judged.title())))
        .bold(value)
        .say(format!("{n} in {}, {then}", name(last)))
}

/// Several facts as one sentence.
pub(super) fn joined(parts: Vec<Rich>) -> Option<Rich> {
    let mut parts = parts.into_iter();
    let mut text = parts.next()?;
    if let Some(first) = text.0.first_mut() {
        first.text = capital(&first.text);
    }
    for part in parts {
        text = text.say("; ");
        text.0.extend(part.0);
    }
    Some(text.say("."))
}

/// Slot 6.
pub(super) fn not_agreed(outcome: &Outcome, others: usize) -> Rich {
    let text = match &outcome.agreed {
        None => Rich::default().bold("Nobody has agreed").say(format!(" on the outcome “{}”", outcome.statement)),
        Some(agreed) => {
            let day = agreed.review_by.map_or(String::new(), |day| format!(" on {}", numbers::day(day)));
            Rich::default().say(format!("The agreement on “{}” ", outcome.statement)).bold(format!("lapsed{day}"))
        }
    };
    match others {
        0 => text.say("."),
        1 => text.say("; one more outcome is not agreed."),
        _ => text.say(format!("; {} more outcomes are not agreed.", in_words(others))),
    }
}

/// An outcome that is not agreed, in the list below the line.
pub(super) fn how_not_agreed(outcome: &Outcome) -> String {
    let lapsed = outcome.agreed.as_ref().and_then(|agreed| agreed.review_by);
    match lapsed {
        Some(day) => format!("{} (lapsed on {})", outcome.statement, numbers::day(day)),
        None => outcome.statement.clone(),
    }
}

/// Slot 7: what is held back, and whom the pack does not speak for.
pub(super) fn not_covered(findings: &Findings, judged: &[Judged<'_>]) -> Rich {
    let held: Vec<&Judged<'_>> = judged.iter().filter(|one| !one.held().is_empty()).collect();
    let text = match held.as_slice() {
        [] => Rich::default().say("Nothing is held back"),
        [first, rest @ ..] => Rich::default().bold(format!("Held back: {}", signal::quoted(first))).say(format!(
            ", because {} is behind{}",
            first.held().join(" and "),
            more(rest.len())
        )),
    };
    let (covered, all) = findings.coverage.accounts;
    let open = match findings.coverage.revenue.filter(|(_, all)| *all > 0.0) {
        _ if covered >= all => "every paying account is covered".to_owned(),
        Some((part, whole)) => format!(
            "{} of ARR and {} of {} paying accounts are not covered",
            numbers::percent_of_all(1.0 - part / whole),
            numbers::count(all - covered),
            numbers::count(all)
        ),
        None => format!("{} of {} accounts are not covered", numbers::count(all - covered), numbers::count(all)),
    };
    text.say(format!("; {open}.{}", early(findings, judged)))
}

/// What a young workspace is waiting for.
fn early(findings: &Findings, judged: &[Judged<'_>]) -> String {
    let limits = judged.iter().any(|one| one.chart.as_ref().is_ok_and(|chart| chart.current().limits.is_some()));
    if limits {
        return String::new();
    }
    let days = days_between(findings.first_day, findings.as_of) + 1;
    let waiting = judged.iter().filter_map(|one| signal::limits_due(findings, one)).min();
    let limits = waiting.map_or(String::new(), |day| format!("; first limits on {}", numbers::day(day)));
    format!(" There are {} of data{limits}.", plural(usize::try_from(days).unwrap_or(0), "day", "days"))
}

/// A decision's state and date.
pub(super) fn decision(decision: &Decision, overdue: bool) -> String {
    let owner = decision.owner.as_ref().map_or(String::new(), |owner| format!(", {owner}"));
    match (decision.state, decision.due, decision.closed) {
        (State::Open, Some(due), _) if overdue => format!("open, was due {}{owner}", numbers::day(due)),
        (State::Open, Some(due), _) => format!("open, due {}{owner}", numbers::day(due)),
        (State::Open, None, _) => format!("open since {}{owner}", numbers::day(decision.decided)),
        (state, _, Some(closed)) => format!("{} {}", state.word(), numbers::day(closed)),
        (state, _, None) => state.word().to_owned(),
    }
}

/// The quarter in the pack's title.
pub(super) fn quarter(calendar: &Calendar, quarter: Period) -> String {
    const ORDINALS: [&str; 4] = ["first", "second", "third", "fourth"];
    if calendar.fiscal_year_starts != 1 {
        let last = plus_days(quarter.end, -1);
        return format!(
            "{} ({} to {} {})",
            period_name(calendar, Unit::Quarter, quarter),
            numbers::month(quarter.start),
            numbers::month(last),
            last.year()
        );
    }
    let at = usize::from(quarter.start.month().unsigned_abs() - 1) / 3;
    format!("{} quarter {}", ORDINALS[at], quarter.start.year())
}

/// A period where there is little room: `wk 22 Jun`, `Jun 2026`.
pub(super) fn short_period(unit: Unit, start: jiff::civil::Date) -> String {
    match unit {
        Unit::Week => format!("wk {}", numbers::short_day(start)),
        Unit::Day => numbers::short_day(start),
        Unit::Month | Unit::Quarter | Unit::Year => format!("{} {}", &numbers::month(start)[..3], start.year()),
    }
}

/// A segment's value in words.
pub fn cell(cell: &Cell) -> String {
    let values = cell.parts.iter().map(|(_, value)| value.as_deref().unwrap_or("none given"));
    values.collect::<Vec<_>>().join(", ")
}

/// A signed number with three significant figures.
pub(super) fn plus(value: f64) -> String {
    signed(value, numbers::significant(value, if value.abs() < 10.0 { 2 } else { 3 }))
}

/// A signed part of a figure of that unit.
pub(super) fn part(value: f64, unit: ValueUnit) -> String {
    match unit {
        ValueUnit::Share => format!("{} pp", plus(value * 100.0)),
        ValueUnit::Count => signed(value, numbers::whole_or(value, 3)),
        ValueUnit::Number | ValueUnit::Money => plus(value),
    }
}

fn signed(value: f64, text: String) -> String {
    if value > 0.0 { format!("+{text}") } else { text }
}

/// A title inside a sentence: `Renewal rate` becomes `renewal rate`, `NRR` stays.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// A sentence's first letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
