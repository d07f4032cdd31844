//! What a control chart says, in words.

use jiff::civil::Date;

use crate::model::metric::Pace;
use crate::model::period::{Unit, days_between, plus_days};
use crate::report::inputs::Findings;
use crate::report::judged::Judged;
use crate::report::numbers::{self, plural};
use crate::report::xmr::{Chart, Standing};
use crate::stats::xmr::{Refusal, Rule, Side, Status};

/// A metric's title in a sentence.
pub(super) fn quoted(judged: &Judged<'_>) -> String {
    format!("“{}”", judged.title())
}

fn periods(unit: Unit, count: usize) -> String {
    let word = unit.word();
    plural(count, word, &format!("{word}s"))
}

/// `stands above its ordinary range`, without a verdict on why; where changes are charted, it is growth that stands so.
pub(super) fn verb(judged: &Judged<'_>, standing: &Standing) -> &'static str {
    if charts_growth(judged) {
        return growth(standing);
    }
    match (standing.rule, standing.side) {
        (Rule::Outside, Side::Above) => "stands above its ordinary range",
        (Rule::Outside, Side::Below) => "stands below its ordinary range",
        (Rule::ThreeOfFour, Side::Above) => "stands near the top of its ordinary range",
        (Rule::ThreeOfFour, Side::Below) => "stands near the bottom of its ordinary range",
        (Rule::RunOfEight, Side::Above) => "has stayed above its centre",
        (Rule::RunOfEight, Side::Below) => "has stayed below its centre",
    }
}

/// `fell below its ordinary range`, for a new signal.
pub(super) fn happened(judged: &Judged<'_>, standing: &Standing) -> &'static str {
    if charts_growth(judged) {
        return growth(standing);
    }
    match (standing.rule, standing.side) {
        (Rule::Outside, Side::Above) => "rose above its ordinary range",
        (Rule::Outside, Side::Below) => "fell below its ordinary range",
        (Rule::ThreeOfFour, Side::Above) => "came near the top of its ordinary range",
        (Rule::ThreeOfFour, Side::Below) => "came near the bottom of its ordinary range",
        (Rule::RunOfEight, Side::Above) => "stayed above its centre",
        (Rule::RunOfEight, Side::Below) => "stayed below its centre",
    }
}

fn charts_growth(judged: &Judged<'_>) -> bool {
    judged.chart.as_ref().is_ok_and(Chart::log)
}

/// Where changes are charted, a point above the limit may well lie below the one before.
fn growth(standing: &Standing) -> &'static str {
    match (standing.rule, standing.side) {
        (Rule::Outside, Side::Above) => "grew more than was ordinary for it",
        (Rule::Outside, Side::Below) => "grew less than was ordinary for it",
        (Rule::ThreeOfFour, Side::Above) => "grew near the most that is ordinary for it",
        (Rule::ThreeOfFour, Side::Below) => "grew near the least that is ordinary for it",
        (Rule::RunOfEight, Side::Above) => "kept growing more than its centre",
        (Rule::RunOfEight, Side::Below) => "kept growing less than its centre",
    }
}

/// `against the 19 to 27 % that is ordinary for it`.
pub(super) fn against(judged: &Judged<'_>) -> Option<String> {
    let chart = judged.chart.as_ref().ok()?;
    let limits = chart.level_limits()?;
    Some(format!("against the {} that is ordinary for it", judged.style.range(limits.lower, limits.upper)))
}

/// What was seen, for the table of what needs attention.
pub(in super::super) fn seen(judged: &Judged<'_>, segment: Option<&str>) -> String {
    let (Some(standing), Ok(chart)) = (judged.standing.as_ref(), judged.chart.as_ref()) else { return String::new() };
    let segment = segment.map_or(String::new(), |segment| format!("; {segment}"));
    format!("{}{segment}", shown(chart, standing, "its ordinary range"))
}

/// What the last point shows, by which rule and for how long; and since when there were signals, where that is longer.
fn shown(chart: &Chart, standing: &Standing, range: &str) -> String {
    let (above, word) = (standing.side == Side::Above, chart.unit.word());
    let what = match (standing.rule, chart.log()) {
        (Rule::Outside, false) => format!("{} {range}", if above { "above" } else { "below" }),
        (Rule::Outside, true) => growth(standing).to_owned(),
        (Rule::ThreeOfFour, false) => {
            format!("three of four {word}s near its {} limit", if above { "upper" } else { "lower" })
        }
        (Rule::ThreeOfFour, true) => format!("{} in three of four {word}s", growth(standing)),
        (Rule::RunOfEight, false) => {
            format!("{} {word}s in a row {} its centre", standing.in_a_row, if above { "above" } else { "below" })
        }
        (Rule::RunOfEight, true) => format!("{} {} {word}s in a row", growth(standing), standing.in_a_row),
    };
    let first = |in_a_row: usize| chart.points[standing.at + 1 - in_a_row].period.start;
    let outside = standing.rule == Rule::Outside;
    let how_long = match standing.in_a_row {
        1 => format!(", {}", told_period(chart.unit, chart.points[standing.at].period.start)),
        many if outside => format!(" for {}, since {}", periods(chart.unit, many), day_since(chart, first(many))),
        many => format!(", since {}", day_since(chart, first(many))),
    };
    let longer = standing.periods > standing.in_a_row;
    let before =
        if longer { format!("; signals since {}", day_since(chart, standing.since.start)) } else { String::new() };
    format!("{what}{how_long}{before}")
}

/// `week of 22 Jun`, `June 2026`.
fn told_period(unit: Unit, start: Date) -> String {
    match unit {
        Unit::Week => format!("week of {}", numbers::short_day(start)),
        Unit::Day | Unit::Month | Unit::Quarter | Unit::Year => format!("{} {}", numbers::month(start), start.year()),
    }
}

/// The beginning of a stretch that lasts; a month or a day without its year is last year's at the most.
fn day_since(chart: &Chart, start: Date) -> String {
    let long_ago = days_between(start, chart.points.last().map_or(start, |point| point.period.end)) > 366;
    let year = if long_ago { format!(" {}", start.year()) } else { String::new() };
    match chart.unit {
        Unit::Week => format!("{}{year}", numbers::short_day(start)),
        Unit::Day | Unit::Month | Unit::Quarter | Unit::Year => format!("{}{year}", numbers::month(start)),
    }
}

/// A signal that the last review has seen.
pub(in super::super) fn still(judged: &Judged<'_>, standing: &Standing, since: Date) -> String {
    let side = if standing.side == Side::Above { "above" } else { "below" };
    format!("{} {}: still {side} since {}", judged.number, judged.title(), numbers::day(since))
}

/// The owner's word against the pace.
pub(in super::super) fn owner_differs(judged: &Judged<'_>) -> String {
    let word = |pace: Pace| match pace {
        Pace::Ahead => "ahead of its path",
        Pace::On => "on its path, within noise",
        Pace::Behind => "behind its path",
    };
    let said = judged.traction().and_then(|traction| traction.owner_says.as_ref()).and_then(|says| says.status);
    match (said, judged.pace.as_ref()) {
        (Some(said), Some(pace)) => format!(
            "{}; its owner says {}",
            word(pace.pace),
            match said {
                Pace::Ahead => "ahead",
                Pace::On => "on track",
                Pace::Behind => "behind",
            }
        ),
        _ => String::new(),
    }
}

/// The verdict under a block's numbers.
pub(in super::super) fn verdict(judged: &Judged<'_>) -> String {
    let chart = match &judged.chart {
        Ok(chart) => chart,
        Err(why) => return format!("Not judged: {why}."),
    };
    match chart.current().status {
        Status::TooFew { more } => {
            format!("Signal or noise: {} more until there are limits.", periods(chart.unit, more))
        }
        Status::Trial { more } => format!(
            "Limits on trial, {} no status yet; {} more until they are frozen.",
            range(judged, chart).map_or(String::new(), |range| format!("{range},")),
            periods(chart.unit, more)
        ),
        Status::Refused(refusal) => format!("Signal or noise cannot be told: {}.", refused(refusal)),
        Status::Frozen => frozen(judged, chart),
    }
}

fn frozen(judged: &Judged<'_>, chart: &Chart) -> String {
    let range = range(judged, chart).unwrap_or_default();
    let rests = match chart.current().points.start {
        0 => format!("set on the first {}", periods(chart.unit, 12)),
        at => {
            let begun = told_period(chart.unit, chart.points[at].period.start);
            format!("set anew on the {} from {begun} on", periods(chart.unit, 12))
        }
    };
    let clipped = clipped(chart);
    let log = if chart.log() { " Changes are charted, which cannot show a lasting step." } else { "" };
    if let Some(dead) = judged.dead() {
        let silent = super::capital(&super::no_reading_since(dead));
        return format!("{silent}: its instrument stopped. Before, ordinary was {range}, {rests}.{clipped}{log}");
    }
    match judged.standing.as_ref() {
        None => format!("Ordinary: within {range}, {rests}.{clipped}{log}"),
        Some(standing) => {
            let what = super::capital(&shown(chart, standing, &format!("its ordinary range of {range}")));
            let beside = if what.contains(&range) { String::new() } else { format!("; ordinary is {range}") };
            format!("{what}{beside}. Limits {rests}.{clipped}{log}")
        }
    }
}

/// The ordinary range in the chart's own terms.
fn range(judged: &Judged<'_>, chart: &Chart) -> Option<String> {
    let limits = chart.current().limits.as_ref()?;
    Some(if chart.log() {
        let change = |value: f64| numbers::signed(value.exp_m1() * 100.0, 0);
        format!("{} to {} % of change a {}", change(limits.lower), change(limits.upper), chart.unit.word())
    } else {
        judged.style.range(limits.lower, limits.upper)
    })
}

fn clipped(chart: &Chart) -> &'static str {
    match chart.current().limits.map(|limits| (limits.clipped_below, limits.clipped_above)) {
        Some((true, true)) => " Both sides are cut off at the possible range, and cannot signal.",
        Some((true, false)) => " The lower side is cut off at the possible range, and cannot signal.",
        Some((false, true)) => " The upper side is cut off at the possible range, and cannot signal.",
        Some((false, false)) | None => "",
    }
}

fn refused(refusal: Refusal) -> String {
    match refusal {
        Refusal::SmallDenominators { points } => {
            format!("{} of the first twelve points rest on too few actors", numbers::in_words(points))
        }
        Refusal::NotPositive { points } => {
            format!("{} of the first twelve points are zero, which have no rate of change", numbers::in_words(points))
        }
        Refusal::NoVariation => "the first twelve points do not vary".to_owned(),
        Refusal::NotSteady { wild } => {
            format!("the baseline is not steady, {wild} of its points lie outside their own limits")
        }
        Refusal::FewDistinctValues { distinct } => {
            format!("there are only {distinct} different values, six are needed")
        }
        Refusal::Autocorrelated { lag1 } => {
            format!("each point follows the one before too closely (autocorrelation {lag1:.2}; up to 0.40 would do)")
        }
    }
}

/// The day on which a series of periods without limits yet will have its first.
pub(super) fn limits_due(findings: &Findings, judged: &Judged<'_>) -> Option<Date> {
    let chart = judged.chart.as_ref().ok()?;
    let Status::TooFew { more } = chart.current().status else { return None };
    let days = match chart.unit {
        Unit::Day | Unit::Week => 7,
        Unit::Month => 30,
        Unit::Quarter => 91,
        Unit::Year => 365,
    };
    Some(plus_days(findings.as_of, days * i64::try_from(more).ok()?))
}
