//! The limits of an XmR chart, from the moving ranges of its baseline.

use crate::stats::quantile::median;

use super::{FROZEN_FROM, Point, TRIAL_FROM};

/// Limits reach so many mean moving ranges from the mean: 3 / d2, d2 = 1.128 for pairs (Wheeler).
pub const MEAN_REACH: f64 = 2.66;
/// ... or so many median moving ranges from the median, which a wild point does not widen.
pub const MEDIAN_REACH: f64 = 3.145;
/// A moving range is ordinary up to so many mean moving ranges: D4 for pairs.
pub const MOST_REACH_OF_RANGES: f64 = 3.268;
/// ... or so many median ones.
const MOST_REACH_OF_MEDIAN_RANGES: f64 = 3.865;
/// Student's t 97.5 % with the ten degrees of freedom of a line through twelve points.
const CLEAR_SLOPE: f64 = 2.23;

/// How centre and spread are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// The mean, and the mean moving range.
    Mean,
    /// The median, and the median moving range.
    Median,
}

/// The limits of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// How they were taken.
    pub spread: Spread,
    /// The centre.
    pub centre: f64,
    /// The lower limit, within the possible range.
    pub lower: f64,
    /// The upper limit, within the possible range.
    pub upper: f64,
    /// The mean or median moving range.
    pub range: f64,
    /// The largest ordinary moving range.
    pub widest: f64,
    /// Whether the lower limit was clipped: no point can lie outside or near it.
    pub clipped_below: bool,
    /// Whether the upper limit was clipped.
    pub clipped_above: bool,
}

impl Limits {
    /// The same limits within a possible range.
    pub fn clipped(self, lowest: Option<f64>, highest: Option<f64>) -> Self {
        let below = lowest.filter(|lowest| self.lower < *lowest);
        let above = highest.filter(|highest| self.upper > *highest);
        Self {
            lower: below.unwrap_or(self.lower),
            upper: above.unwrap_or(self.upper),
            clipped_below: below.is_some(),
            clipped_above: above.is_some(),
            ..self
        }
    }
}

/// The limits of a baseline, gaps included; nothing where no two points follow one another.
pub fn limits(values: &[Option<f64>], spread: Spread) -> Option<Limits> {
    let present: Vec<f64> = values.iter().flatten().copied().collect();
    let ranges: Vec<f64> = moving_ranges(values).into_iter().flatten().collect();
    let (centre, range, reach, most) = match spread {
        Spread::Mean => (mean(&present)?, mean(&ranges)?, MEAN_REACH, MOST_REACH_OF_RANGES),
        Spread::Median => (median(&present)?, median(&ranges)?, MEDIAN_REACH, MOST_REACH_OF_MEDIAN_RANGES),
    };
    Some(Limits {
        spread,
        centre,
        lower: centre - reach * range,
        upper: centre + reach * range,
        range,
        widest: most * range,
        clipped_below: false,
        clipped_above: false,
    })
}

/// How far each point lies from the one before; nothing across a gap.
pub fn moving_ranges(values: &[Option<f64>]) -> Vec<Option<f64>> {
    let before = std::iter::once(None).chain(values.iter().copied());
    before.zip(values).map(|(before, now)| Some((now.as_ref()? - before?).abs())).collect()
}

/// Whether the logarithms of the first twelve points (or as many as there are, from six on) have a clear slope.
///
/// Where one of them has no logarithm they have none, and the chart stays one of levels.
pub(super) fn log_baseline_slopes(points: &[Option<Point>]) -> bool {
    let usable = |point: &Point| !point.left_truncated;
    let baseline = points.iter().enumerate().filter_map(|(index, point)| Some((index, point.filter(usable)?)));
    let baseline: Vec<(f64, f64)> =
        baseline.take(FROZEN_FROM).map(|(index, point)| (index as f64, point.value.ln())).collect();
    let all_positive = baseline.iter().all(|(_, log)| log.is_finite());
    baseline.len() >= TRIAL_FROM && all_positive && t_of_slope(&baseline).abs() > CLEAR_SLOPE
}

/// Student's t of the slope of a least-squares line.
fn t_of_slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let middle_x = points.iter().map(|(x, _)| x).sum::<f64>() / n;
    let middle_y = points.iter().map(|(_, y)| y).sum::<f64>() / n;
    let sum =
        |product: fn(f64, f64) -> f64| -> f64 { points.iter().map(|(x, y)| product(x - middle_x, y - middle_y)).sum() };
    let (square_x, square_y, cross) = (sum(|x, _| x * x), sum(|_, y| y * y), sum(|x, y| x * y));
    let slope = cross / square_x;
    // The residuals of an exact line are 0 up to rounding; a tiny negative sum must not become NaN.
    let residual = (square_y - slope * cross).max(0.0);
    if slope == 0.0 { 0.0 } else { slope / (residual / (n - 2.0) / square_x).sqrt() }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
