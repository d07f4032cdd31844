//! One table: a row per metric, a column per month.

use crate::model::period::{Unit, plus_days};
use crate::model::reading::ValueUnit;
use crate::plan::Plan;
use crate::report::inputs::Findings;
use crate::report::{numbers, xmr};

use crate::report::figure::Figure;
use crate::report::judged::Judged;
use crate::report::page::{Table, TableRow};

const MONTHS: i32 = 12;

/// The last twelve full months of every metric.
pub(super) fn table(findings: &Findings, plan: &Plan, judged: &[Judged<'_>]) -> Table {
    let calendar = &plan.workspace.calendar;
    let running = calendar.period(Unit::Month, plus_days(findings.as_of, 1));
    let months: Vec<_> = (1..=MONTHS).rev().map(|back| calendar.shifted(Unit::Month, running, -back)).collect();
    let rows = judged.iter().map(|one| {
        let series = one.found.and_then(|found| found.monthly.as_ref()).filter(|series| series.held.is_empty());
        let rows = series.map(xmr::headline).unwrap_or_default();
        let cells = months.iter().map(|month| {
            let reading = rows.iter().find(|reading| reading.period.start == month.start);
            let dead = one.dead().is_some_and(|dead| month.end > dead);
            match reading {
                Some(reading) if reading.settled && !dead => Figure::of(reading, &one.style, plan.sync.min_n),
                Some(_) if !dead => Figure { text: "open".to_owned(), ..Figure::default() },
                _ => Figure { text: "–".to_owned(), ..Figure::default() },
            }
        });
        let cells = cells.map(|figure| bare(figure, one)).collect();
        let id = one.metric.id().to_string();
        let by_week = one.found.is_some_and(|found| found.monthly.is_none() && found.weekly.is_some());
        let title = if by_week { format!("{}, by week in its block", one.title()) } else { one.title().to_owned() };
        TableRow { number: one.number, id, title, unit: unit(one), cells }
    });
    Table {
        months: months.iter().map(|month| month_name(month.start)).collect(),
        starts: months.iter().map(|month| month.start.to_string()).collect(),
        rows: rows.collect(),
    }
}

/// The unit stands once, in front of the row.
fn bare(figure: Figure, judged: &Judged<'_>) -> Figure {
    match figure.value.filter(|_| !figure.is_counts) {
        Some(value) => Figure { text: judged.style.label(value), ..figure },
        None => figure,
    }
}

fn unit(judged: &Judged<'_>) -> String {
    match judged.style.unit {
        ValueUnit::Share => "%".to_owned(),
        ValueUnit::Money => judged.style.currency.trim().to_owned(),
        ValueUnit::Count | ValueUnit::Number => String::new(),
    }
}

fn month_name(start: jiff::civil::Date) -> String {
    let name = &numbers::month(start)[..3];
    if start.month() == 1 { format!("{name} {}", start.year()) } else { name.to_owned() }
}
