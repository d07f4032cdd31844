//! Every metric of the plan with its block number, its control chart and its pace: worked out once, told in many places.

use jiff::civil::Date;

use crate::model::metric::{Better, Metric, Pace, Target, TargetPath, Traction};
use crate::model::period::{Unit, days_between, plus_days};
use crate::model::reading::{Reading, ValueUnit};
use crate::plan::{Lane, Outcome, Plan};
use crate::report::figure::Letter;
use crate::report::inputs::{Findings, MetricFindings};
use crate::report::numbers::Style;
use crate::report::xmr::{self, Chart, Standing};

/// A metric, judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// Its block's number.
    pub number: usize,
    /// The metric.
    pub metric: &'a Metric,
    /// What was found of it.
    pub found: Option<&'a MetricFindings>,
    /// Its lane and outcome; nothing for business metrics.
    pub place: Option<(&'a Lane, &'a Outcome)>,
    /// How its figures are written.
    pub style: Style,
    /// Its control chart, or why it has none.
    pub chart: Result<Chart, String>,
    /// What its last point says; nothing where it is ordinary, held or dead.
    pub standing: Option<Standing>,
    /// Whether the last review has shown the signal already, and since when it stood.
    pub seen_since: Option<Date>,
    /// Where it stands on its path.
    pub pace: Option<PaceReading>,
}

/// Where a metric stands on the path to its target.
#[derive(Debug, Clone)]
pub struct PaceReading {
    /// Ahead, behind, or on path within noise.
    pub pace: Pace,
    /// The path's value at the end of the period that the value describes.
    pub path: f64,
    /// The day the path is read at.
    pub on: Date,
    /// The value.
    pub reading: Reading,
}

impl<'a> Judged<'a> {
    /// The metric's title.
    pub fn title(&self) -> &'a str {
        match self.metric {
            Metric::Traction(traction) => &traction.title,
            Metric::Business(business) => &business.title,
        }
    }

    /// Its traction, where it is one.
    pub fn traction(&self) -> Option<&'a Traction> {
        match self.metric {
            Metric::Traction(traction) => Some(traction),
            Metric::Business(_) => None,
        }
    }

    /// The stale sources that hold it back.
    pub fn held(&self) -> &'a [String] {
        self.found.and_then(MetricFindings::series).map_or(&[], |series| &series.held)
    }

    /// Since when its instrument is dead.
    pub fn dead(&self) -> Option<Date> {
        self.found.and_then(|found| found.dead_since)
    }

    /// Its last settled reading in its own period, with that period's size.
    pub fn last(&self) -> Option<(Unit, &'a Reading)> {
        last_settled(self.metric, self.found?)
    }

    /// The mark of its last point: none where nothing can be said of it.
    pub fn letter(&self) -> Letter {
        match (&self.standing, &self.chart) {
            (Some(standing), _) => Letter::of(standing),
            (None, Ok(chart)) if chart.frozen() => Letter::ORDINARY,
            (None, _) => Letter::UNJUDGED,
        }
    }

    /// Whether its signal is new since the last review.
    pub fn newly(&self) -> Option<&Standing> {
        self.standing.as_ref().filter(|_| self.seen_since.is_none())
    }
}

/// All metrics in block order: lane by lane, outcome by outcome, then business.
pub fn judged<'a>(findings: &'a Findings, plan: &'a Plan) -> Vec<Judged<'a>> {
    let traction = plan.lanes.iter().flat_map(|lane| {
        let outcomes = plan.outcomes.iter().filter(move |outcome| outcome.lane == lane.id);
        outcomes.flat_map(move |outcome| {
            let of_outcome = plan
                .metrics
                .iter()
                .filter(move |metric| matches!(metric, Metric::Traction(traction) if traction.outcome == outcome.id));
            of_outcome.map(move |metric| (metric, Some((lane, outcome))))
        })
    });
    let business =
        plan.metrics.iter().filter(|metric| matches!(metric, Metric::Business(_))).map(|metric| (metric, None));
    traction
        .chain(business)
        .enumerate()
        .map(|(at, (metric, place))| judge(findings, plan, at + 1, metric, place))
        .collect()
}

fn judge<'a>(
    findings: &'a Findings,
    plan: &'a Plan,
    number: usize,
    metric: &'a Metric,
    place: Option<(&'a Lane, &'a Outcome)>,
) -> Judged<'a> {
    let found = findings.metric(metric.id());
    let chart = found.map_or_else(|| Err("it has no reading".to_owned()), |found| xmr::chart(plan, metric, found));
    let series = found.and_then(MetricFindings::series);
    let silent =
        series.is_some_and(|series| !series.held.is_empty()) || found.is_some_and(|found| found.dead_since.is_some());
    let standing = chart.as_ref().ok().filter(|_| !silent).and_then(|chart| chart.standing(metric.better()));
    let seen_since = standing.and_then(|standing| seen_since(findings, metric, &standing));
    let style = Style::new(series.map_or(ValueUnit::Number, |series| series.unit), plan.workspace.currency.as_deref());
    let pace = found.filter(|_| !silent).and_then(|found| pace(metric, found, chart.as_ref().ok()));
    Judged { number, metric, found, place, style, chart, standing, seen_since, pace }
}

/// Since when the last review has shown a signal; one that began after it is another, and new.
fn seen_since(findings: &Findings, metric: &Metric, standing: &Standing) -> Option<Date> {
    let review = findings.last_review.as_ref().filter(|review| standing.since.start <= review.on)?;
    review.signals.iter().find(|(id, _)| id == metric.id()).map(|(_, since)| *since)
}

/// The size of the periods a metric is told in: its own, or the one that has readings.
fn own_unit(metric: &Metric, found: &MetricFindings) -> Unit {
    let own = match metric {
        Metric::Traction(traction) => traction.kind.period().unwrap_or(Unit::Month),
        Metric::Business(_) => Unit::Month,
    };
    match own {
        Unit::Day | Unit::Week if found.weekly.is_some() => Unit::Week,
        Unit::Month | Unit::Quarter | Unit::Year if found.monthly.is_none() => Unit::Week,
        Unit::Day | Unit::Week | Unit::Month | Unit::Quarter | Unit::Year => Unit::Month,
    }
}

/// The last settled reading with a value, in the metric's own period, with that period's size.
pub fn last_settled<'a>(metric: &Metric, found: &'a MetricFindings) -> Option<(Unit, &'a Reading)> {
    let unit = own_unit(metric, found);
    let series = if unit == Unit::Week { found.weekly.as_ref() } else { found.monthly.as_ref() };
    let alive = |reading: &&Reading| found.dead_since.is_none_or(|dead| reading.period.end <= dead);
    let told = |reading: &&Reading| alive(reading) && reading.settled && reading.value.is_some();
    xmr::headline(series?).into_iter().rfind(told).map(|reading| (unit, reading))
}

fn pace(metric: &Metric, found: &MetricFindings, chart: Option<&Chart>) -> Option<PaceReading> {
    let Metric::Traction(Traction { target: Some(target), better, .. }) = metric else { return None };
    let (_, reading) = last_settled(metric, found)?;
    let on = plus_days(reading.period.end, -1);
    let path = path(target, on)?;
    let limits = chart.and_then(Chart::level_limits).map(|limits| (limits.lower, limits.upper));
    let (low, high) = reading.share.and_then(|share| share.interval).or(limits)?;
    let lower_is_better = *better == Better::Lower;
    let pace = match (path < low, path > high) {
        (true, _) => {
            if lower_is_better {
                Pace::Behind
            } else {
                Pace::Ahead
            }
        }
        (_, true) => {
            if lower_is_better {
                Pace::Ahead
            } else {
                Pace::Behind
            }
        }
        (false, false) => Pace::On,
    };
    Some(PaceReading { pace, path, on, reading: reading.clone() })
}

/// Where the path to a target stands on a day; nothing without `from`, before its day, or on a step before `by`.
pub(super) fn path(target: &Target, on: Date) -> Option<f64> {
    let from = target.from.filter(|(_, begin)| on > *begin);
    match &target.path {
        _ if on >= target.by => Some(target.value),
        TargetPath::Step => None,
        TargetPath::Linear => from.map(|from| between((from.1, from.0), (target.by, target.value), on)),
        TargetPath::Points(points) => {
            let all = target.from.map(|(value, day)| (day, value)).into_iter().chain(points.iter().copied());
            let all: Vec<(Date, f64)> = all.chain([(target.by, target.value)]).collect();
            all.windows(2).find(|pair| pair[0].0 <= on && on < pair[1].0).map(|pair| between(pair[0], pair[1], on))
        }
    }
}

fn between(from: (Date, f64), to: (Date, f64), on: Date) -> f64 {
    let part = days_between(from.0, on) as f64 / days_between(from.0, to.0) as f64;
    from.1 + (to.1 - from.1) * part
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_linear_path_is_half_way_at_half_time_and_a_step_has_none() {
        let target = |path| Target { value: 0.3, by: date(2026, 12, 31), from: Some((0.1, date(2026, 1, 1))), path };
        let half = path(&target(TargetPath::Linear), date(2026, 7, 2)).unwrap();
        assert!((half - 0.2).abs() < 1e-9);
        assert_eq!(path(&target(TargetPath::Step), date(2026, 7, 2)), None);
        assert_eq!(path(&target(TargetPath::Step), date(2026, 12, 31)), Some(0.3));
        let points = TargetPath::Points(vec![(date(2026, 7, 2), 0.12)]);
        assert_eq!(path(&target(points), date(2026, 7, 2)), Some(0.12));
    }
}
