//! The front page: whom it speaks for, what happened in seven slots, what reads differently, what was decided.

use crate::model::metric::Pace;
use crate::model::period::{Unit, plus_days};
use crate::plan::{Outcome, Plan};
use crate::report::decisions::State;
use crate::report::inputs::{Findings, Fresh, MetricFindings, Occasion};
use crate::report::numbers::{self, Style, count, percent_of_all};
use crate::report::wording;
use crate::report::xmr::Mark;

use super::{attention, iso, moved};
use crate::report::chart::spec::Line;
use crate::report::figure::Figure;
use crate::report::judged::Judged;
use crate::report::page::{Coverage, Decision, Front, Head, Restated, Rich, Sentence};

const SHOWN: usize = 5;

/// Title, days, and the run.
pub(super) fn head(findings: &Findings, plan: &Plan) -> Head {
    let calendar = &plan.workspace.calendar;
    let running = calendar.period(Unit::Quarter, findings.as_of);
    let over = plus_days(findings.as_of, 1) == running.end;
    let quarter = if over { running } else { calendar.shifted(Unit::Quarter, running, -1) };
    let provisional = (findings.occasion == Occasion::Between).then(|| match &findings.last_review {
        Some(review) => format!("provisional; compared with the sync of {}", numbers::long_day(review.on)),
        None => "provisional; no sync has been held yet".to_owned(),
    });
    Head {
        title: "Product <> Leadership Sync".to_owned(),
        subtitle: format!("{}, {}", plan.workspace.name, wording::quarter(calendar, quarter)),
        as_of: numbers::long_day(findings.as_of),
        as_of_iso: iso(findings.as_of),
        next_review: numbers::long_day(findings.next_review),
        provisional,
        run: findings.run.clone(),
        reproduce: format!("throughline report --as-known {}", findings.run),
    }
}

/// The front page.
pub(super) fn front(findings: &Findings, plan: &Plan, judged: &[Judged<'_>], line: &Line) -> Front {
    let (attention, more, still) = attention::attention(plan, judged);
    let (restated, restated_note) = restated(findings, plan, judged);
    let (decisions, decisions_note) = decisions(findings);
    Front {
        coverage: coverage(findings, plan),
        freshness: freshness(findings),
        sentences: sentences(findings, plan, judged, line),
        attention,
        still,
        attention_more: more,
        line_counts: wording::line_counts(line),
        restated,
        restated_note,
        decisions,
        decisions_note,
    }
}

fn coverage(findings: &Findings, plan: &Plan) -> Coverage {
    let (covered, all) = findings.coverage.accounts;
    let accounts = format!("{} of {}", count(covered), count(all));
    if all == 0 {
        return Coverage {
            share: None,
            text: Rich::default().say("No paying account is known, so nobody knows whom this speaks for"),
        };
    }
    match findings.coverage.revenue.filter(|(_, all)| *all > 0.0) {
        Some((part, whole)) => {
            let money = Style::new(crate::model::reading::ValueUnit::Money, plan.workspace.currency.as_deref());
            let text = Rich::default().bold(wording::capital(&format!("{} of ARR", percent_of_all(part / whole)))).say(
                format!(
                    " ({} of {}) and {accounts} paying accounts stand behind this",
                    money.level(part),
                    money.level(whole)
                ),
            );
            Coverage { share: Some(part / whole), text }
        }
        None => Coverage {
            share: Some(covered as f64 / all as f64),
            text: Rich::default()
                .bold(format!("{accounts} accounts"))
                .say(format!(" ({}) stand behind this; ARR unknown", percent_of_all(covered as f64 / all as f64))),
        },
    }
}

fn freshness(findings: &Findings) -> String {
    let behind: Vec<String> = findings
        .freshness
        .iter()
        .filter(|source| source.state != Fresh::Fresh)
        .map(|source| match source.day {
            Some(day) => format!("{} as of {}", source.source, numbers::short_day(day)),
            None => format!("{} has no rows", source.source),
        })
        .collect();
    if behind.is_empty() { "all sources fresh".to_owned() } else { format!("fresh, but {}", behind.join(", ")) }
}

fn sentences(findings: &Findings, plan: &Plan, judged: &[Judged<'_>], line: &Line) -> Vec<Sentence> {
    let slots = [
        Some(agreed(findings, plan, judged)),
        worse(findings, plan, judged),
        behind(plan, judged),
        Some(sentence(4, wording::ungraded(line), Vec::new())),
        business(findings, plan, judged),
        not_agreed(findings, plan),
        Some(sentence(7, wording::not_covered(findings, judged), Vec::new())),
    ];
    slots.into_iter().flatten().collect()
}

fn sentence(slot: u8, text: Rich, figures: Vec<Figure>) -> Sentence {
    Sentence { slot, text, figures }
}

fn figure(plan: &Plan, judged: &Judged<'_>) -> Vec<Figure> {
    judged.last().map(|(_, reading)| Figure::of(reading, &judged.style, plan.sync.min_n)).into_iter().collect()
}

/// Whether an outcome is agreed on that day.
pub(super) fn is_agreed(findings: &Findings, outcome: &Outcome) -> bool {
    outcome.agreed.as_ref().is_some_and(|agreed| agreed.review_by.is_none_or(|by| by >= findings.as_of))
}

/// Slot 1: agreed outcomes whose metric signals newly.
fn agreed(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Sentence {
    let agreed = plan.outcomes.iter().filter(|outcome| is_agreed(findings, outcome)).count();
    let ours: Vec<&Judged<'_>> =
        judged.iter().filter(|one| one.place.is_some_and(|(_, outcome)| is_agreed(findings, outcome))).collect();
    let moved: Vec<&Judged<'_>> = ours.iter().filter(|one| one.newly().is_some()).copied().collect();
    let mut outcomes: Vec<&str> =
        moved.iter().filter_map(|one| one.place).map(|(_, outcome)| outcome.id.as_str()).collect();
    outcomes.dedup();
    let figures = moved.first().map(|one| figure(plan, one)).unwrap_or_default();
    sentence(1, wording::agreed(plan, agreed, outcomes.len(), &moved, &ours), figures)
}

/// Slot 2: new signals for the worse.
fn worse(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Option<Sentence> {
    let worse: Vec<&Judged<'_>> =
        judged.iter().filter(|one| one.newly().is_some_and(|standing| standing.mark == Mark::Worse)).collect();
    let first = worse.first()?;
    let segment = first.found.and_then(|found| moved::segment_behind(first, found));
    let text = wording::worse(findings, plan, first, segment.as_deref(), worse.len() - 1);
    Some(sentence(2, text, figure(plan, first)))
}

/// Slot 3: targets behind their path.
fn behind(plan: &Plan, judged: &[Judged<'_>]) -> Option<Sentence> {
    let behind: Vec<&Judged<'_>> =
        judged.iter().filter(|one| one.pace.as_ref().is_some_and(|pace| pace.pace == Pace::Behind)).collect();
    let first = behind.first()?;
    Some(sentence(3, wording::behind(plan, first, behind.len() - 1)?, figure(plan, first)))
}

/// Slot 5: each business metric now and a year ago.
fn business(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Option<Sentence> {
    let business: Vec<&Judged<'_>> = judged
        .iter()
        .filter(|one| one.place.is_none() && one.held().is_empty())
        // Its closing value is what `mrr` says.
        .filter(|one| one.metric.kind_name() != "mrr_movements")
        .collect();
    let mut figures = Vec::new();
    let parts: Vec<Rich> = business
        .into_iter()
        .filter_map(|one| {
            let (_, last) = one.last()?;
            let year = crate::model::period::plus_months(last.period.start, -12);
            let earlier = one.found.and_then(|found| found.monthly.as_ref()).and_then(|series| {
                let rows = crate::report::xmr::headline(series).into_iter();
                rows.filter(|row| row.settled && !row.left_truncated).find(|row| row.period.start == year)
            });
            figures.push(Figure::of(last, &one.style, plan.sync.min_n));
            figures.extend(earlier.map(|earlier| Figure::of(earlier, &one.style, plan.sync.min_n)));
            Some(wording::business(plan, one, last, earlier))
        })
        .collect();
    let text = wording::joined(parts)?;
    let _ = findings;
    Some(sentence(5, text, figures))
}

/// Slot 6: outcomes not agreed, or lapsed.
fn not_agreed(findings: &Findings, plan: &Plan) -> Option<Sentence> {
    let open: Vec<&Outcome> = plan.outcomes.iter().filter(|outcome| !is_agreed(findings, outcome)).collect();
    let first = open.first()?;
    Some(sentence(6, wording::not_agreed(first, open.len() - 1), Vec::new()))
}

/// The five largest moves relative to their limit that stand in a block.
fn restated(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> (Vec<Restated>, Option<String>) {
    let Some(review) = &findings.last_review else {
        return (Vec::new(), Some("First pack, nothing to compare.".to_owned()));
    };
    let shown = |cell: &&crate::report::inputs::Restated| judged.iter().any(|one| *one.metric.id() == cell.metric);
    let size = |cell: &crate::report::inputs::Restated| match (cell.old, cell.new) {
        (Some(old), Some(new)) if share_of(findings, cell) => (new - old).abs(),
        (Some(old), Some(new)) if old != 0.0 => ((new - old) / old).abs(),
        _ => f64::INFINITY,
    };
    let mut cells: Vec<_> = findings.restated.iter().filter(shown).collect();
    cells.sort_by(|one, other| {
        size(other)
            .total_cmp(&size(one))
            .then_with(|| one.metric.cmp(&other.metric))
            .then(one.period.cmp(&other.period))
    });
    let more = cells.len().saturating_sub(SHOWN);
    let note = match (cells.len(), more) {
        (0, _) => Some(format!("No published value moved by more than its limit since {}.", numbers::day(review.on))),
        (_, 0) => None,
        (_, more) => Some(format!("and {}", numbers::plural(more, "more", "more"))),
    };
    (cells.into_iter().take(SHOWN).map(|cell| restated_row(plan, judged, cell)).collect(), note)
}

fn share_of(findings: &Findings, cell: &crate::report::inputs::Restated) -> bool {
    let series = findings.metric(&cell.metric).and_then(MetricFindings::series);
    series.is_some_and(|series| series.unit == crate::model::reading::ValueUnit::Share)
}

fn restated_row(plan: &Plan, judged: &[Judged<'_>], cell: &crate::report::inputs::Restated) -> Restated {
    let one = judged.iter().find(|one| *one.metric.id() == cell.metric).expect("only metrics that stand in a block");
    let text = |value: Option<f64>| value.map_or("none".to_owned(), |value| one.style.level(value));
    let period = numbers::period_name(&plan.workspace.calendar, cell.unit, cell.period);
    let segment = if cell.segment.is_empty() { String::new() } else { format!(" ({})", cell.segment) };
    Restated {
        what: format!("{}, {period}{segment}", one.title()),
        old: text(cell.old),
        new: text(cell.new),
        cause: "cause not told apart yet".to_owned(),
    }
}

/// Open ones, overdue first, then those closed since the last review.
fn decisions(findings: &Findings) -> (Vec<Decision>, Option<String>) {
    let overdue = |decision: &crate::report::decisions::Decision| {
        decision.state == State::Open && decision.due.is_some_and(|due| due < findings.as_of)
    };
    let since = findings.last_review.as_ref().map(|review| review.on);
    let shown = |decision: &&crate::report::decisions::Decision| {
        let recent = decision.closed.is_some_and(|closed| since.is_none_or(|since| closed >= since));
        decision.state == State::Open || recent
    };
    let mut ours: Vec<_> = findings.decisions.iter().filter(shown).collect();
    ours.sort_by_key(|one| (one.state != State::Open, !overdue(one), one.due, one.decided, one.id.clone()));
    let note = match ours.len() {
        0 => Some("No decision is carried over.".to_owned()),
        all if all > SHOWN => Some(format!("and {} more", all - SHOWN)),
        _ => None,
    };
    let rows = ours.into_iter().take(SHOWN).map(|decision| Decision {
        text: decision.text.clone(),
        state: wording::decision(decision, overdue(decision)),
        overdue: overdue(decision),
    });
    (rows.collect(), note)
}
