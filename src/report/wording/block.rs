//! What stands around a block's chart.

use jiff::civil::Date;

use crate::model::metric::{Metric, Pace};
use crate::plan::Plan;
use crate::report::chart::spec::SixTwelve;
use crate::report::inputs::Findings;
use crate::report::judged::Judged;
use crate::report::numbers::{self, count, percent, plural};
use crate::report::page::Rich;
use crate::stats::xmr::Status;

use super::signal;

/// For which outcome; target, pace and the owner's word; leadership's own goal.
pub(in super::super) fn lead(plan: &Plan, judged: &Judged<'_>) -> Rich {
    match judged.metric {
        Metric::Traction(_) => traction(plan, judged),
        Metric::Business(business) => {
            let owner = business.owner.as_ref().map_or(String::new(), |owner| format!("Answered for by {owner}. "));
            let goal = business.goal.as_ref().map_or(String::new(), |goal| {
                let value = judged.style.sentence(goal.value);
                format!("Leadership's own goal: {value} by {}.", numbers::day(goal.by))
            });
            match format!("{owner}{goal}").trim() {
                "" => Rich::default(),
                text => Rich::default().say(text),
            }
        }
    }
}

fn traction(_plan: &Plan, judged: &Judged<'_>) -> Rich {
    let Some((_, outcome)) = judged.place else { return Rich::default() };
    let text = Rich::default().say("For the outcome ").bold(outcome.statement.clone()).say(".");
    let Some(traction) = judged.traction() else { return text };
    let text = match &traction.target {
        None => text,
        Some(target) => {
            let value = judged.style.sentence(target.value);
            text.say(format!(" Target {value} by {}: {}.", numbers::day(target.by), pace(judged)))
        }
    };
    match &traction.owner_says {
        Some(says) => text.say(format!(" Its owner on {}: “{}”", numbers::day(says.on), says.text)),
        None => text,
    }
}

fn pace(judged: &Judged<'_>) -> String {
    let Some(pace) = &judged.pace else { return "no pace can be told".to_owned() };
    let path = judged.style.sentence(pace.path);
    match pace.pace {
        Pace::Ahead => format!("ahead of its path, which stands at {path}"),
        Pace::Behind => format!("behind its path, which stands at {path}"),
        Pace::On => format!("on path, within noise; the path stands at {path}"),
    }
}

/// The periods that a chart shows.
pub(in super::super) fn reads(judged: &Judged<'_>, chart: Option<&SixTwelve>) -> String {
    let cohorts = matches!(judged.metric.kind_name(), "activation" | "retention" | "funnel");
    let (weeks, months) = (chart.and_then(|chart| chart.weeks.as_ref()), chart.and_then(|chart| chart.months.as_ref()));
    let retention = judged.metric.kind_name() == "retention";
    match (weeks.is_some(), months.is_some(), cohorts) {
        (true, true, true) => "the last six and twelve closed cohorts, by week and by month of start".to_owned(),
        (true, true, false) => "last six full weeks, last twelve full months".to_owned(),
        (true, false, _) if retention => "the last twelve closed cohorts, by week of start".to_owned(),
        (true, false, true) => "the last six closed cohorts, by week of start".to_owned(),
        (true, false, false) => "last six full weeks".to_owned(),
        (false, true, true) => "the last twelve closed cohorts, by month of start".to_owned(),
        (false, true, false) => "last twelve full months".to_owned(),
        (false, false, _) => String::new(),
    }
}

/// What stands in place of a chart without points.
pub(in super::super) fn no_chart(findings: &Findings, judged: &Judged<'_>) -> String {
    if !judged.held().is_empty() {
        let behind = judged.held().join(" and ");
        return format!(
            "Held back: {behind} is behind, and this metric is defined through it. Its chart returns when it is read again."
        );
    }
    if let Some(dead) = judged.dead() {
        return format!(
            "{} The instrument stopped; there is no settled reading in the periods shown.",
            sentence(&no_reading_since(dead))
        );
    }
    let waiting = match judged.chart.as_ref().map(|chart| chart.current().status) {
        Ok(Status::TooFew { .. }) => signal::limits_due(findings, judged),
        _ => None,
    };
    let limits =
        waiting.map_or(String::new(), |day| format!(" First limits on {} at the earliest.", numbers::day(day)));
    format!("No settled reading yet in the periods that this block shows.{limits}")
}

fn sentence(text: &str) -> String {
    super::capital(text) + "."
}

/// Whom a block speaks for, where it is not whom the pack speaks for.
pub(in super::super) fn own_coverage(share: f64, of_revenue: bool) -> String {
    format!(" It speaks for {} of {}.", percent(share), if of_revenue { "ARR" } else { "accounts" })
}

/// Of an instrument that stopped.
pub(in super::super) fn no_reading_since(dead: Date) -> String {
    format!("no reading since {}", numbers::day(dead))
}

/// Why a reading from before the data proper is no base.
pub(in super::super) fn left_truncated(known_since: Date) -> String {
    format!("what came before {} is only partly known", numbers::day(known_since))
}

/// Why a reading of few actors is no base.
pub(in super::super) fn under_min_n(min_n: u32) -> String {
    format!("fewer than {min_n} stood behind one of the two figures")
}

/// Why there is nothing a year ago.
pub(in super::super) fn no_earlier(first_day: Date) -> String {
    format!("no earlier reading: the data begin on {}", numbers::day(first_day))
}

/// An outcome that nothing measures.
pub(in super::super) fn outcome_without_metric(statement: &str) -> String {
    format!("The outcome “{statement}” has no traction metric, so nothing here can say whether it happens.")
}

/// Who was kept, of the activated and of the others (R4.4).
pub(in super::super) fn kept(kept: [(u64, u64); 2], min_n: u64) -> String {
    let told = |(counted, eligible): (u64, u64)| {
        let counts = format!("{} of {}", count(counted), count(eligible));
        if eligible < min_n { counts } else { format!("{} ({counts})", percent(counted as f64 / eligible as f64)) }
    };
    format!("Still active after 90 days: {} of those that got there, {} of the others.", told(kept[0]), told(kept[1]))
}

/// A time to do something, in its natural unit.
pub(in super::super) fn duration(seconds: f64) -> String {
    let units = [
        (86_400.0, "day", "days"),
        (3_600.0, "hour", "hours"),
        (60.0, "minute", "minutes"),
        (1.0, "second", "seconds"),
    ];
    let (size, one, many) = units.into_iter().find(|unit| seconds >= 2.0 * unit.0).unwrap_or(units[3]);
    let text = numbers::significant(seconds / size, 2);
    format!("{text} {}", if text == "1" { one } else { many })
}

/// What billing is known from, where that is less than a month asks for (R7.6).
pub(in super::super) fn seldom_exported(days: &[Date]) -> String {
    let exports = plural(days.len(), "export", "exports");
    let of_year = days.iter().map(|day| numbers::short_day(*day)).collect::<Vec<_>>().join(", ");
    let when = if days.is_empty() { String::new() } else { format!(" ({of_year})") };
    format!(
        " Billing of these twelve months is known from {exports}{when}: what changed between two of them stands in the month of the later one."
    )
}
