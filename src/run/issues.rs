//! What a run has to say of itself, one function per code.

use jiff::civil::Date;

use super::ledger::Moved;
use crate::diag::Diagnostic;
use crate::model::ids::MetricId;
use crate::model::period::Calendar;
use crate::plan::Plan;
use crate::report::inputs::Restated;
use crate::report::numbers::{count, period_name, plural};

/// Every code of a run, with what it means.
pub fn codes() -> Vec<(&'static str, &'static str)> {
    vec![
        ("late-data", "rows came in for months that an earlier run has published"),
        ("published-changed", "settled values of an earlier run read differently now"),
        ("published-in-use", "the tables for BI tools could not be replaced: something holds them open"),
        ("values-restated", "values that the last review published moved by more than their limit"),
    ]
}

/// How many metrics are named.
const SHOWN: usize = 5;

/// Rows came in for months that were published: how many, and which settled values they changed.
pub(super) fn late_data(plan: &Plan, run: &str, months: &[(String, i64)], moved: &[Moved]) -> Diagnostic {
    let names: Vec<&str> = months.iter().map(|(month, _)| month.as_str()).collect();
    let what = format!(
        "rows came in for {} that run `{run}` has published: {}",
        plural(months.len(), "month", "months"),
        listed(&names)
    );
    let rows: Vec<String> = months
        .iter()
        .map(|(month, rows)| match rows {
            0 => format!("as many as before in {month}, of other content"),
            rows => format!("{} {} in {month}", count(rows.unsigned_abs()), if *rows > 0 { "more" } else { "fewer" }),
        })
        .take(SHOWN)
        .collect();
    let told = Diagnostic::note("late-data", what).because(rows.join(", "));
    match changed(&plan.workspace.calendar, moved) {
        lines if lines.is_empty() => told.because("no settled value of a published metric changed"),
        lines => lines.into_iter().fold(told, Diagnostic::because),
    }
}

/// Settled values read differently though no old month was touched: who is who, or what an account is, changed.
pub(super) fn published_changed(plan: &Plan, run: &str, moved: &[Moved]) -> Option<Diagnostic> {
    let lines = changed(&plan.workspace.calendar, moved);
    if lines.is_empty() {
        return None;
    }
    let what = format!("settled values read differently than in run `{run}`");
    Some(lines.into_iter().fold(Diagnostic::note("published-changed", what), Diagnostic::because))
}

/// A line per metric of which settled values changed: how many, and from when to when.
fn changed(calendar: &Calendar, moved: &[Moved]) -> Vec<String> {
    let cells: Vec<&Restated> = moved.iter().filter(|one| one.is_same_definition).map(|one| &one.cell).collect();
    let mut metrics: Vec<&MetricId> = cells.iter().map(|cell| &cell.metric).collect();
    metrics.sort();
    metrics.dedup();
    let line = |metric: &&MetricId| {
        let of: Vec<&Restated> = cells.iter().filter(|cell| cell.metric == **metric).copied().collect();
        let first = of.iter().min_by_key(|cell| cell.period.start)?;
        let last = of.iter().max_by_key(|cell| cell.period.start)?;
        let name = |cell: &Restated| period_name(calendar, cell.unit, cell.period);
        let span = if of.len() == 1 { name(first) } else { format!("{} to {}", name(first), name(last)) };
        Some(format!("`{metric}`: {} changed, {span}", plural(of.len(), "settled value", "settled values")))
    };
    let mut lines: Vec<String> = metrics.iter().take(SHOWN).filter_map(line).collect();
    if metrics.len() > SHOWN {
        lines.push(format!("and {} more", plural(metrics.len() - SHOWN, "metric", "metrics")));
    }
    lines
}

/// Values of the last review moved by more than `[limits] restated`.
pub(super) fn restated(plan: &Plan, on: Date, cells: &[Restated]) -> Option<Diagnostic> {
    let first = cells.first()?;
    let name = period_name(&plan.workspace.calendar, first.unit, first.period);
    let what = format!(
        "{} published at the review of {on} moved by more than {}",
        plural(cells.len(), "value", "values"),
        plan.limits.restated
    );
    let told = Diagnostic::warning("values-restated", what)
        .because(format!("the first is `{}`, {name}", first.metric))
        .hint("the pack's ledger prints old and new; `[limits] restated` says from when on");
    Some(told)
}

/// The tables for BI tools could not be replaced.
pub(super) fn published_in_use(fresh: &str, problem: &std::io::Error) -> Diagnostic {
    Diagnostic::warning("published-in-use", "`published.duckdb` could not be replaced")
        .because(format!("{problem}; what is new stands in `{fresh}`"))
        .hint("close what holds it open; the next run replaces it")
}

fn listed(names: &[&str]) -> String {
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} and {} more", names.len() - SHOWN) } else { shown }
}
