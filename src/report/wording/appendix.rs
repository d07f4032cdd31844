//! Methods, what luck would flag, and how to get the pack again.

use crate::plan::Plan;
use crate::report::inputs::Findings;
use crate::report::numbers::{self, plural};

/// How figures are made, as far as a reader needs it to doubt them.
pub(in super::super) fn methods(plan: &Plan) -> Vec<(String, String)> {
    let min_n = plan.sync.min_n;
    let zone = &plan.workspace.timezone;
    let week = format!("{:?}", plan.workspace.calendar.week_starts);
    let all = [
        (
            "Days",
            format!("Days, weeks and months are cut in {zone}; weeks begin on {week}. A week is compared with the one 364 days before, all else with the same dates a year before."),
        ),
        (
            "Settled",
            "A figure counts once its last window has closed. What is still open is kept apart, and is in no comparison and no verdict.".to_owned(),
        ),
        (
            "Shares",
            format!("Shares are sums over sums with Wilson 95 % intervals. Under {min_n} actors the pack prints counts, a hollow marker, and no change. Changes of shares are in percentage points (pp)."),
        ),
        (
            "Signal or noise",
            "An XmR chart (Wheeler): the centre is the mean of the first twelve settled points, the ordinary range reaches 2.66 mean moving ranges to either side, and both stay; where one or two of the twelve lie outside, medians stand in for the means. A signal is one point outside, three of four consecutive nearer the same limit than the centre, or eight in a row on one side. Under six points there are no limits, under twelve they are on trial.".to_owned(),
        ),
        (
            "Pace",
            "A metric is ahead of or behind its path only if the path at the period's end lies outside the value's interval, or else outside its ordinary range.".to_owned(),
        ),
        (
            "The line",
            "An arrow is by definition where the metric counts the outcome's own behaviour. No other arrow is graded yet. What was compared stands below as compared, not yet tested; it is not an experiment.".to_owned(),
        ),
        (
            "Who moved it",
            "Parts add up to the move exactly: by segment, rates and mix (Kitagawa); by account, its part of numerator and denominator.".to_owned(),
        ),
    ];
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

/// How often luck alone raises a flag.
pub(in super::super) fn false_alarms(weekly: u32, monthly: u32, quarterly: u32) -> String {
    let charts = weekly + monthly + quarterly;
    if charts == 0 {
        return "No chart has frozen limits yet, so no flag can be raised, by luck or otherwise.".to_owned();
    }
    let a_week = 0.03 * (f64::from(weekly) + f64::from(monthly) * 12.0 / 52.0 + f64::from(quarterly) * 4.0 / 52.0);
    let every = numbers::round(1.0 / a_week, 0);
    let weeks = plural(every.max(1.0) as usize, "week", "weeks");
    format!(
        "With {} with frozen limits ({weekly} weekly, {monthly} monthly, {quarterly} quarterly), luck alone raises about one new flag every {weeks}.",
        plural(charts as usize, "chart", "charts")
    )
}

/// A p value for the appendix.
pub(in super::super) fn p(p: f64) -> String {
    if p < 0.001 { "below 0.001".to_owned() } else { numbers::significant(p, 2) }
}

/// How to get this pack again.
pub(in super::super) fn reproduce(findings: &Findings) -> Vec<String> {
    vec![
        format!("`throughline report --as-known {}` writes this pack again from what the run knew.", findings.run),
        "`throughline explain METRIC --period DAY` shows where a number comes from, down to the rows.".to_owned(),
        format!("Everything up to {} is taken into account, and nothing after it.", numbers::long_day(findings.as_of)),
    ]
}
