//! Who moved a metric that signals: segments and accounts, in parts that add up (R9.8).

use crate::model::reading::{Reading, ValueUnit};
use crate::plan::Plan;
use crate::report::inputs::MetricFindings;
use crate::report::numbers;
use crate::report::{wording, xmr};
use crate::stats::mix::{self, Part};

use crate::report::judged::Judged;
use crate::report::page::Moved;

const SHOWN: usize = 5;

/// Who moved it; nothing where it does not signal or nobody is named.
pub(super) fn moved(plan: &Plan, judged: &Judged<'_>, found: &MetricFindings) -> Option<Moved> {
    let standing = judged.standing.as_ref()?;
    let chart = judged.chart.as_ref().ok()?;
    let (before, last) = (&chart.points[standing.before?], &chart.points[standing.at]);
    if found.contributions.is_empty() {
        return None;
    }
    let name = |period| numbers::period_name(&plan.workspace.calendar, chart.unit, period);
    let mut ordered: Vec<_> = found.contributions.iter().collect();
    ordered.sort_by(|one, other| {
        other.contribution.abs().total_cmp(&one.contribution.abs()).then_with(|| one.account.cmp(&other.account))
    });
    let (mut up, mut down, mut rest, mut others) = (0, 0, 0.0, 0);
    let mut rows = Vec::new();
    for one in ordered {
        let taken = if one.contribution >= 0.0 { &mut up } else { &mut down };
        *taken += 1;
        if *taken <= SHOWN {
            rows.push((one.account.clone(), one.moved.to_owned(), wording::part(one.contribution, judged.style.unit)));
        } else {
            rest += one.contribution;
            others += 1;
        }
    }
    if others > 0 {
        rows.push((
            numbers::plural(others, "other", "others"),
            "together".to_owned(),
            wording::part(rest, judged.style.unit),
        ));
    }
    Some(Moved { label: format!("From {} to {}", name(before.period), name(last.period)), rows })
}

/// The segment behind a move, where one makes at least four fifths of it: `starter −9 of the −10 points`.
pub(super) fn segment_behind(judged: &Judged<'_>, found: &MetricFindings) -> Option<String> {
    let standing = judged.standing.as_ref()?;
    let chart = judged.chart.as_ref().ok()?;
    let (before, last) = (&chart.points[standing.before?], &chart.points[standing.at]);
    let all = xmr::split(found.by_segment.as_ref()?);
    let rows = |start| all.iter().filter(move |reading| reading.period.start == start).copied();
    let mut names: Vec<String> = rows(before.reading.period.start)
        .chain(rows(last.reading.period.start))
        .map(|r| wording::cell(&r.segment))
        .collect();
    names.sort();
    names.dedup();
    let of = |start, name: &String| rows(start).find(|reading| wording::cell(&reading.segment) == *name);
    let pairs: Vec<_> =
        names.iter().map(|name| (of(before.reading.period.start, name), of(last.reading.period.start, name))).collect();
    let totals = totals(&pairs)?;
    let whole: f64 = totals.iter().sum();
    let (name, total) = names.iter().zip(totals).max_by(|one, other| (one.1 / whole).total_cmp(&(other.1 / whole)))?;
    (whole != 0.0 && names.len() > 1 && total / whole >= 0.8).then(|| match judged.style.unit {
        ValueUnit::Share => {
            let points = numbers::points(whole);
            format!("{name} {} of the {points}", numbers::points(total).split(' ').next().unwrap_or_default())
        }
        unit @ (ValueUnit::Count | ValueUnit::Number | ValueUnit::Money) => {
            format!("{name} {} of the {}", wording::part(total, unit), wording::part(whole, unit))
        }
    })
}

/// Each segment's part of the move: Kitagawa's split for shares, else the difference.
fn totals(pairs: &[(Option<&Reading>, Option<&Reading>)]) -> Option<Vec<f64>> {
    let part = |reading: &Reading| {
        let share = reading.share?;
        Some(Part { counted: share.counted as f64, eligible: share.eligible as f64 })
    };
    let shares = pairs.iter().flat_map(|(one, other)| [one, other]).flatten().all(|reading| reading.share.is_some());
    if shares {
        let parts: Vec<_> = pairs.iter().map(|(one, other)| (one.and_then(part), other.and_then(part))).collect();
        return Some(mix::kitagawa(&parts)?.into_iter().map(mix::Contribution::total).collect());
    }
    let value = |reading: &Option<&Reading>| reading.and_then(|reading| reading.value).unwrap_or(0.0);
    Some(pairs.iter().map(|(one, other)| value(other) - value(one)).collect())
}
