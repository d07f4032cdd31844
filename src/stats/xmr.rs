//! Signal or noise: Wheeler's XmR chart of one series, with what must hold before it may be believed (report.md).
//!
//! It says which points are out of the ordinary and when it cannot say; the words for it are the report's.

mod gate;
mod limits;
mod signals;

use std::ops::Range;

pub use gate::Refusal;
pub use limits::{Limits, MEAN_REACH, MEDIAN_REACH, MOST_REACH_OF_RANGES, Spread, limits, moving_ranges};
pub use signals::{Rule, Side, Signal, signals};

/// From so many points on there are limits, on trial.
pub const TRIAL_FROM: usize = 6;
/// From so many points on the limits are those of the first so many, and stay.
pub const FROZEN_FROM: usize = 12;

/// One settled reading of a series; a period that is missing or not settled is no point but a gap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Whether its denominator is under `min_n`: hollow, not judged, and a gap for its neighbours.
    pub small: bool,
    /// Whether what came before the data may be missing from it: neither baseline nor judged.
    pub left_truncated: bool,
}

/// How a series is charted.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// On which scale.
    pub scale: Scale,
    /// The smallest possible value, for instance 0.
    pub lowest: Option<f64>,
    /// The largest possible value, for instance 1.
    pub highest: Option<f64>,
    /// Indexes at which limits begin anew: breaks of definition, `[[rebase]]`.
    pub breaks: Vec<usize>,
}

/// The scale of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The values themselves.
    Level,
    /// The change of the logarithm from point to point; it cannot show a lasting step.
    LogChange,
    /// Log change where the logarithm of the first baseline has a clear slope, else level: for counts and money.
    BySlope,
}

/// A charted series.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The scale it was charted on, `Level` or `LogChange`.
    pub scale: Scale,
    /// What is charted at each index of the series; nothing at gaps and at points that are not judged.
    pub values: Vec<Option<f64>>,
    /// The stretches between breaks, in order; each has its own limits.
    pub segments: Vec<Segment>,
}

/// A stretch of a series with one set of limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The indexes of the series it covers.
    pub points: Range<usize>,
    /// How far its limits may be trusted.
    pub status: Status,
    /// Its limits, where they may be drawn.
    pub limits: Option<Limits>,
    /// What is out of the ordinary, in order of index; only with frozen limits.
    pub signals: Vec<Signal>,
    /// Indexes whose step from the point before is larger than ordinary: a note, no mark.
    pub wide_steps: Vec<usize>,
}

/// How far a segment's limits may be trusted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Status {
    /// So many more points are needed before there are limits.
    TooFew {
        /// How many.
        more: usize,
    },
    /// Limits on trial, without a verdict; so many more points are needed before they are frozen.
    Trial {
        /// How many.
        more: usize,
    },
    /// Limits of the first twelve points.
    Frozen,
    /// No limits and no verdict, for a reason.
    Refused(Refusal),
}

/// What the chart says of one point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// Within what is ordinary.
    Ordinary,
    /// Out of the ordinary, on that side of the centre.
    Special(Side),
    /// Nothing: no frozen limits, a gap, or a point that is not judged.
    None,
}

impl Chart {
    /// The segment that holds the newest point.
    pub fn current(&self) -> &Segment {
        self.segments.last().expect("a chart has at least one segment")
    }

    /// The signals at an index, one for each rule that holds there.
    pub fn signals_at(&self, index: usize) -> impl Iterator<Item = &Signal> {
        self.segments.iter().flat_map(|segment| &segment.signals).filter(move |signal| signal.at == index)
    }

    /// What the chart says of the point at an index.
    pub fn verdict(&self, index: usize) -> Verdict {
        let judged = self.segments.iter().find(|segment| segment.points.contains(&index));
        match judged.map(|segment| segment.status) {
            Some(Status::Frozen) if self.values[index].is_some() => {
                // All signals at one point are on the side on which the point lies.
                self.signals_at(index).next().map_or(Verdict::Ordinary, |signal| Verdict::Special(signal.side))
            }
            _ => Verdict::None,
        }
    }

    /// Whether a run of eight stands in any of these indexes: the condition under which a rebase is accepted.
    pub fn run_stands_in(&self, mut indexes: Range<usize>) -> bool {
        indexes.any(|index| self.signals_at(index).any(|signal| signal.rule == Rule::RunOfEight))
    }
}

/// Charts a series; `None` is a gap.
///
/// ```
/// use throughline::stats::xmr::{Point, Rules, Scale, Verdict, chart};
///
/// let values = [4.0, 5.0, 6.0, 4.5, 5.5, 4.8, 5.2, 4.1, 5.9, 5.0, 4.4, 5.6, 9.0];
/// let points = values.map(|value| Some(Point { value, small: false, left_truncated: false }));
/// let rules = Rules { scale: Scale::Level, lowest: Some(0.0), highest: None, breaks: vec![] };
/// assert!(matches!(chart(&points, &rules).verdict(12), Verdict::Special(_)));
/// ```
pub fn chart(points: &[Option<Point>], rules: &Rules) -> Chart {
    let segments = stretches(points.len(), &rules.breaks);
    let scale = settled_scale(points, rules.scale, segments.last());
    let charted: Vec<Charted> = segments.iter().flat_map(|segment| charted(&points[segment.clone()], scale)).collect();
    let possible = if scale == Scale::Level { (rules.lowest, rules.highest) } else { (None, None) };
    let segments = segments.into_iter().map(|segment| judge(&charted, segment, possible)).collect();
    Chart { scale, values: charted.iter().map(|one| one.value()).collect(), segments }
}

/// What stands at one index of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Charted {
    /// Nothing to chart.
    Gap,
    /// A point that counts towards the baseline's twelve, but cannot be used: its denominator is small.
    Small,
    /// A point that counts towards the baseline's twelve, but has no logarithm.
    NotPositive,
    /// A value.
    Value(f64),
}

impl Charted {
    fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            Self::Gap | Self::Small | Self::NotPositive => None,
        }
    }
}

/// The stretches that breaks cut a series into.
fn stretches(length: usize, breaks: &[usize]) -> Vec<Range<usize>> {
    let mut edges: Vec<usize> = breaks.iter().copied().filter(|edge| *edge > 0 && *edge < length).collect();
    edges.sort_unstable();
    edges.dedup();
    let starts = std::iter::once(0).chain(edges.iter().copied());
    starts.zip(edges.iter().copied().chain([length])).map(|(start, end)| start..end).collect()
}

/// The scale, the baseline's slope having decided where it was left to it.
fn settled_scale(points: &[Option<Point>], scale: Scale, newest: Option<&Range<usize>>) -> Scale {
    match scale {
        Scale::Level | Scale::LogChange => scale,
        Scale::BySlope => {
            let points = newest.map_or(points, |segment| &points[segment.clone()]);
            if limits::log_baseline_slopes(points) { Scale::LogChange } else { Scale::Level }
        }
    }
}

fn charted(points: &[Option<Point>], scale: Scale) -> Vec<Charted> {
    let level = points.iter().map(|point| match point {
        None => Charted::Gap,
        Some(point) if point.left_truncated => Charted::Gap,
        Some(point) if point.small => Charted::Small,
        Some(point) => Charted::Value(point.value),
    });
    let level: Vec<Charted> = level.collect();
    if scale == Scale::Level { level } else { log_changes(&level) }
}

/// The change of the logarithm from one point to the next; none from or to a gap.
fn log_changes(level: &[Charted]) -> Vec<Charted> {
    let before = std::iter::once(Charted::Gap).chain(level.iter().copied());
    let changes = before.zip(level).map(|(before, now)| match (before, *now) {
        (_, Charted::Gap) | (Charted::Gap, _) => Charted::Gap,
        (Charted::Small | Charted::NotPositive, _) | (_, Charted::Small | Charted::NotPositive) => Charted::Small,
        (Charted::Value(before), Charted::Value(now)) if before > 0.0 && now > 0.0 => {
            Charted::Value(now.ln() - before.ln())
        }
        (Charted::Value(_), Charted::Value(_)) => Charted::NotPositive,
    });
    changes.collect()
}

fn judge(charted: &[Charted], points: Range<usize>, possible: (Option<f64>, Option<f64>)) -> Segment {
    let stretch = &charted[points.clone()];
    let refused = |why| Segment { status: Status::Refused(why), ..empty(points.clone()) };
    let present = stretch.iter().filter(|one| **one != Charted::Gap).count();
    if present < TRIAL_FROM {
        return Segment { status: Status::TooFew { more: TRIAL_FROM - present }, ..empty(points) };
    }
    let found = match gate::baseline_limits(stretch, possible) {
        Ok(found) => found,
        Err(why) => return refused(why),
    };
    if present < FROZEN_FROM {
        let status = Status::Trial { more: FROZEN_FROM - present };
        return Segment { status, limits: Some(found), ..empty(points) };
    }
    let values: Vec<Option<f64>> = stretch.iter().map(|one| one.value()).collect();
    let mut found_signals = signals(&values, &found);
    if let Err(why) = gate::whole_series(&values, &found_signals) {
        return refused(why);
    }
    found_signals.iter_mut().for_each(|signal| signal.shift(points.start));
    let wide_steps = signals::wide_steps(&values, &found).into_iter().map(|index| index + points.start).collect();
    Segment { status: Status::Frozen, limits: Some(found), signals: found_signals, wide_steps, points }
}

fn empty(points: Range<usize>) -> Segment {
    Segment { points, status: Status::Frozen, limits: None, signals: Vec::new(), wide_steps: Vec::new() }
}

#[cfg(test)]
mod tests;
