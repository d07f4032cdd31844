//! What must hold before a chart's limits are believed.

use super::limits::{Limits, Spread, limits};
use super::signals::Signal;
use super::{Charted, FROZEN_FROM};

/// Points that follow their neighbours more closely than this are not read against limits made for independent ones.
const MOST_AUTOCORRELATION: f64 = 0.4;
const FEWEST_DISTINCT: usize = 6;
/// With so many wild points in it a baseline is not steady.
const TOO_MANY_WILD: usize = 3;

/// Why a series has no limits and no verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refusal {
    /// Baseline points with a denominator under `min_n`.
    SmallDenominators {
        /// How many.
        points: usize,
    },
    /// Baseline points of zero or less on a chart of log changes.
    NotPositive {
        /// How many.
        points: usize,
    },
    /// The points never move from one to the next, or no two of them follow one another.
    NoVariation,
    /// Three or more baseline points lie outside the baseline's own limits.
    NotSteady {
        /// How many.
        wild: usize,
    },
    /// Fewer than six different values.
    FewDistinctValues {
        /// How many there are.
        distinct: usize,
    },
    /// Neighbouring points are too much alike.
    Autocorrelated {
        /// The lag-1 autocorrelation of the points before the first signal.
        lag1: f64,
    },
}

/// The limits of a stretch's baseline: its first twelve points, or as many as there are.
///
/// One or two wild points, outside the limits they take part in, would widen these for good; the median does not mind.
pub(super) fn baseline_limits(stretch: &[Charted], possible: (Option<f64>, Option<f64>)) -> Result<Limits, Refusal> {
    let baseline = baseline(stretch);
    let count = |kind: Charted| baseline.iter().filter(|one| **one == kind).count();
    match (count(Charted::Small), count(Charted::NotPositive)) {
        (0, 0) => {}
        (0, points) => return Err(Refusal::NotPositive { points }),
        (points, _) => return Err(Refusal::SmallDenominators { points }),
    }
    let values: Vec<Option<f64>> = baseline.iter().map(|one| one.value()).collect();
    let moving = |limits: &Limits| limits.range > 0.0;
    let by_mean = limits(&values, Spread::Mean).filter(moving).ok_or(Refusal::NoVariation)?;
    let is_wild = |value: &&f64| **value < by_mean.lower || **value > by_mean.upper;
    let found = match values.iter().flatten().filter(is_wild).count() {
        0 => by_mean,
        wild if wild < TOO_MANY_WILD => limits(&values, Spread::Median).filter(moving).ok_or(Refusal::NoVariation)?,
        wild => return Err(Refusal::NotSteady { wild }),
    };
    Ok(found.clipped(possible.0, possible.1))
}

/// What must hold of all points for a verdict.
pub(super) fn whole_series(values: &[Option<f64>], signals: &[Signal]) -> Result<(), Refusal> {
    let mut distinct: Vec<f64> = values.iter().flatten().copied().collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() < FEWEST_DISTINCT {
        return Err(Refusal::FewDistinctValues { distinct: distinct.len() });
    }
    let before = signals.iter().map(|signal| signal.at).min().unwrap_or(values.len());
    match lag1(&values[..before]) {
        Some(lag1) if lag1 > MOST_AUTOCORRELATION => Err(Refusal::Autocorrelated { lag1 }),
        _ => Ok(()),
    }
}

/// The stretch up to its twelfth point, gaps between included.
fn baseline(stretch: &[Charted]) -> &[Charted] {
    let points = stretch.iter().enumerate().filter(|(_, one)| **one != Charted::Gap);
    let twelfth = points.map(|(index, _)| index).nth(FROZEN_FROM - 1);
    &stretch[..twelfth.map_or(stretch.len(), |index| index + 1)]
}

/// The lag-1 autocorrelation: neighbours' products around the mean over the squares; pairs across a gap are left out.
fn lag1(values: &[Option<f64>]) -> Option<f64> {
    let present: Vec<f64> = values.iter().flatten().copied().collect();
    let mean = present.iter().sum::<f64>() / present.len() as f64;
    let squares: f64 = present.iter().map(|value| (value - mean).powi(2)).sum();
    let pairs = values.windows(2).filter_map(|pair| Some((pair[0]?, pair[1]?)));
    let products: f64 = pairs.map(|(before, now)| (before - mean) * (now - mean)).sum();
    (squares > 0.0).then(|| products / squares)
}
