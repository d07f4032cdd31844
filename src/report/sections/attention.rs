//! What needs attention: signals, dead instruments, metrics held back, owners who say otherwise; at most seven.

use crate::model::metric::Metric;
use crate::model::period::plus_days;
use crate::plan::Plan;
use crate::report::numbers;
use crate::report::wording;
use crate::report::xmr::Mark;

use super::moved;
use crate::report::figure::{Figure, Letter};
use crate::report::judged::Judged;
use crate::report::page::Attention;

const SHOWN: usize = 7;
const SPARK: usize = 26;

/// Why a metric stands here; the order is the order of the rows.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Worse,
    Owner,
    Silent,
    NoDirection,
    Better,
}

/// The rows, how many more there would be, and signals the last review has shown already.
pub(super) fn attention(plan: &Plan, judged: &[Judged<'_>]) -> (Vec<Attention>, usize, Vec<String>) {
    let mut found: Vec<(Why, &Judged<'_>)> = judged.iter().filter_map(|one| Some((why(one)?, one))).collect();
    found.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.number.cmp(&other.1.number)));
    let more = found.len().saturating_sub(SHOWN);
    let still = judged.iter().filter_map(|one| {
        let (standing, since) = (one.standing?, one.seen_since?);
        Some(wording::still(one, &standing, since))
    });
    let rows = found.into_iter().take(SHOWN).map(|(why, one)| row(plan, &why, one));
    (rows.collect(), more, still.collect())
}

fn why(judged: &Judged<'_>) -> Option<Why> {
    if judged.dead().is_some() || !judged.held().is_empty() {
        return Some(Why::Silent);
    }
    match judged.newly().map(|standing| standing.mark) {
        Some(Mark::Worse) => Some(Why::Worse),
        Some(Mark::NoDirection) => Some(Why::NoDirection),
        Some(Mark::Better) => Some(Why::Better),
        None => contradicts(judged).then_some(Why::Owner),
    }
}

/// Whether the owner's word and the pace differ.
fn contradicts(judged: &Judged<'_>) -> bool {
    let said = judged.traction().and_then(|traction| traction.owner_says.as_ref()).and_then(|says| says.status);
    said.zip(judged.pace.as_ref()).is_some_and(|(said, pace)| said != pace.pace)
}

fn row(plan: &Plan, why: &Why, judged: &Judged<'_>) -> Attention {
    let segment = judged.found.and_then(|found| moved::segment_behind(judged, found));
    let seen = match (judged.dead(), judged.held(), why) {
        (Some(dead), _, _) => format!("instrument stopped: {}", wording::no_reading_since(dead)),
        (None, [], Why::Owner) => wording::owner_differs(judged),
        (None, [], _) => wording::seen(judged, segment.as_deref()),
        (None, held, _) => format!("held back: {} behind", held.join(", ")),
    };
    let silent = *why == Why::Silent;
    let seen = if silent { seen } else { last(plan, judged) + &seen };
    Attention {
        number: judged.number,
        title: judged.title().to_owned(),
        spark: if silent { Vec::new() } else { spark(judged) },
        spark_note: judged.dead().filter(|_| silent).map(wording::no_reading_since),
        letter: judged.standing.as_ref().filter(|_| !silent).map(Letter::of),
        seen,
        owner: owner(judged),
        word: word(judged),
    }
}

/// The last figure with its n, in front of what was seen in it.
fn last(plan: &Plan, judged: &Judged<'_>) -> String {
    let Some((_, reading)) = judged.last() else { return String::new() };
    let figure = Figure::of(reading, &judged.style, plan.sync.min_n);
    match figure.counts(reading, &judged.style) {
        Some(counts) => format!("{} ({counts}): ", figure.text),
        None => format!("{}: ", figure.text),
    }
}

fn spark(judged: &Judged<'_>) -> Vec<Option<f64>> {
    let Ok(chart) = &judged.chart else { return Vec::new() };
    let last = chart.points.iter().rposition(|point| point.value.is_some()).map_or(0, |last| last + 1);
    chart.points[last.saturating_sub(SPARK)..last].iter().map(|point| point.value).collect()
}

fn owner(judged: &Judged<'_>) -> String {
    let named = match judged.metric {
        Metric::Traction(_) => judged.place.and_then(|(lane, _)| lane.owner.clone()),
        Metric::Business(business) => business.owner.clone(),
    };
    named.unwrap_or_else(|| "nobody named".to_owned())
}

/// What the owner says, if it was said after the first signalling period ended.
fn word(judged: &Judged<'_>) -> String {
    let says = judged.traction().and_then(|traction| traction.owner_says.as_ref());
    let ended = judged.standing.map(|standing| plus_days(standing.since.end, -1));
    match says.filter(|says| ended.is_none_or(|ended| says.on > ended)) {
        Some(says) => format!("{} ({})", says.text, numbers::day(says.on)),
        None => "not known yet".to_owned(),
    }
}
