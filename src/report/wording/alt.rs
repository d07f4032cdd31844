//! What a chart shows, for those who do not see it: the finding first, then the figures that carry it.

use crate::model::period::Unit;
use crate::report::chart::spec::{Line, Panel, SegmentRow};
use crate::report::inputs::{Cohort, Curve, Movement, Stages, Step};
use crate::report::numbers::{self, Style, count, percent};

/// The 6-12 chart.
pub(in super::super) fn chart_alt(title: &str, weeks: Option<&Panel>, months: Option<&Panel>) -> String {
    let told = |panel: &Panel, word: &str| {
        let mut known = panel.slots.iter().filter(|slot| slot.figure.value.is_some());
        let first = known.next();
        let last = known.next_back().or(first);
        match (first, last) {
            (Some(first), Some(last)) => {
                format!("{word} from {} ({}) to {} ({})", first.figure.text, first.name, last.figure.text, last.name)
            }
            _ => format!("no {word}"),
        }
    };
    let parts: Vec<String> = [weeks.map(|panel| told(panel, "weeks")), months.map(|panel| told(panel, "months"))]
        .into_iter()
        .flatten()
        .collect();
    format!("{title}: {}.", parts.join("; "))
}

/// The activation curves.
pub(in super::super) fn curves_alt(title: &str, curves: &[&Curve]) -> String {
    let told = curves.iter().filter_map(|curve| {
        let (days, share) = curve.points.last()?;
        let open = if curve.open { ", still open" } else { "" };
        Some(format!("{} {} by day {}{open}", curve.label, percent(*share), numbers::significant(*days, 3)))
    });
    format!("{title} by days since the start: {}.", told.collect::<Vec<_>>().join("; "))
}

/// The stages of adoption.
pub(in super::super) fn stages_alt(last: &Stages) -> String {
    let all = last.never + last.tried + last.adopted + last.habitual + last.lapsed;
    format!(
        "Stages of adoption, last of the periods shown: of {} eligible, {} habitual, {} adopted, {} tried, {} lapsed, {} never.",
        count(all),
        count(last.habitual),
        count(last.adopted),
        count(last.tried),
        count(last.lapsed),
        count(last.never)
    )
}

/// The funnel.
pub(in super::super) fn funnel_alt(first: &Step, last: &Step) -> String {
    format!(
        "Of {} that entered at {}, {} reached {}.",
        count(first.counted),
        first.name,
        count(last.counted),
        last.name
    )
}

/// The retention triangle.
pub(in super::super) fn triangle_alt(unit: Unit, cohorts: &[&Cohort]) -> String {
    let known: Vec<(u64, u64)> = cohorts
        .iter()
        .filter_map(|cohort| cohort.cells.get(1).filter(|cell| cell.1).map(|cell| (cell.0, cohort.eligible)))
        .collect();
    let (counted, eligible) = known.iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    format!(
        "Who came back: {} of {} in the first {} after the one they started in, over {} cohorts.",
        count(counted),
        count(eligible),
        unit.word(),
        known.len()
    )
}

/// The movements of recurring revenue.
pub(in super::super) fn movements_alt(last: &Movement, style: &Style) -> String {
    format!(
        "How recurring revenue moved, last month shown: from {} to {}; new {}, expansion {}, reactivation {}, contraction {}, churn {}.",
        style.level(last.opening),
        style.level(last.closing),
        style.level(last.new),
        style.level(last.expansion),
        style.level(last.reactivation),
        style.level(last.contraction),
        style.level(last.churn)
    )
}

/// A metric by segment.
pub(in super::super) fn segments_alt(title: &str, segment: &str, rows: &[SegmentRow]) -> String {
    let told: Vec<String> = rows.iter().map(|row| format!("{} {}", row.name, row.figure.text)).collect();
    format!("{title} by {segment}: {}.", told.join("; "))
}

/// The line.
pub(in super::super) fn line_alt(line: &Line) -> String {
    let mut outcome = "";
    let mut told = Vec::new();
    for (at, row) in line.rows.iter().enumerate() {
        outcome = row.outcome.as_deref().unwrap_or(outcome);
        let Some(node) = &row.node else {
            told.push(format!("“{outcome}” has no traction metric"));
            continue;
        };
        let ends = line.arrows.iter().filter(|arrow| arrow.row == at);
        let ends: Vec<String> =
            ends.map(|arrow| format!("{} ({})", line.business[arrow.business].title, arrow.grade.words())).collect();
        let ends = if ends.is_empty() { "nothing".to_owned() } else { ends.join(" and ") };
        told.push(format!(
            "“{outcome}” to {} {} ({}), which leads to {ends}",
            node.title,
            node.value,
            row.grade.words()
        ));
    }
    format!("The line: {}.", told.join("; "))
}
