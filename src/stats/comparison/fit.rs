//! One fit of the comparison: three models, the weights, and the two adjusted means.

use super::{Rarer, Table};
use crate::stats::logistic;

/// Propensities beyond these would give a row nearly no weight, and its influence no bound.
const CLIP: (f64, f64) = (0.005, 0.995);
const MEAN_CLIP: (f64, f64) = (1e-3, 1.0 - 1e-3);

/// The rows a fit is made on.
pub(super) struct Sample<'a> {
    /// Standardised rows with a leading constant.
    pub(super) rows: Vec<&'a [f64]>,
    pub(super) exposed: Vec<bool>,
    pub(super) outcome: Vec<f64>,
}

impl<'a> Sample<'a> {
    /// All rows; nothing when an arm is empty.
    pub(super) fn all(table: &Table, rows: &'a [Vec<f64>]) -> Option<Self> {
        Self::of(table, rows, |_| true)
    }

    /// The rows whose index is kept; nothing when an arm is empty.
    pub(super) fn of(table: &Table, rows: &'a [Vec<f64>], keep: impl Fn(usize) -> bool) -> Option<Self> {
        let kept: Vec<usize> = (0..rows.len()).filter(|row| keep(*row)).collect();
        let sample = Self {
            rows: kept.iter().map(|row| rows[*row].as_slice()).collect(),
            exposed: kept.iter().map(|row| table.exposed[*row]).collect(),
            outcome: kept.iter().map(|row| table.outcome[*row]).collect(),
        };
        (sample.exposed.contains(&true) && sample.exposed.contains(&false)).then_some(sample)
    }

    fn arm_model(&self, exposed: bool, ridge: f64, start: Option<&[f64]>) -> Vec<f64> {
        let in_arm = || (0..self.rows.len()).filter(|row| self.exposed[*row] == exposed);
        let rows: Vec<&[f64]> = in_arm().map(|row| self.rows[row]).collect();
        let outcome: Vec<f64> = in_arm().map(|row| self.outcome[row]).collect();
        logistic::fit(&rows, &outcome, ridge, start)
    }

    fn probabilities(&self, coefficients: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| logistic::probability(row, coefficients)).collect()
    }
}

/// The coefficients of the three models.
pub(super) struct Models {
    propensity: Vec<f64>,
    exposed: Vec<f64>,
    unexposed: Vec<f64>,
}

/// What one fit found.
pub(super) struct Fit {
    pub(super) models: Models,
    /// How likely each row was to be exposed.
    pub(super) propensity: Vec<f64>,
    /// `h = e (1 - e)`: most where a row could have gone either way.
    overlap: Vec<f64>,
    exposed: Arm,
    unexposed: Arm,
}

/// One arm's weights and adjusted mean.
struct Arm {
    /// The arm's own rows by how likely they were to be in the other; 0 for the other's rows.
    weights: Vec<f64>,
    /// The outcome the arm's model predicts for every row.
    predicted: Vec<f64>,
    /// What is left of the outcome, row by row.
    residuals: Vec<f64>,
    /// The weighted mean prediction over all rows: `t`.
    standardised: f64,
    /// The weighted mean residual of its own rows: `r`.
    correction: f64,
}

/// Fits propensity and outcome models by ridge-logistic regression, warm from `start` if given.
pub(super) fn fit(sample: &Sample, ridge: f64, start: Option<&Models>) -> Fit {
    let exposed: Vec<f64> = sample.exposed.iter().map(|exposed| f64::from(u8::from(*exposed))).collect();
    let models = Models {
        propensity: logistic::fit(&sample.rows, &exposed, ridge, start.map(|start| start.propensity.as_slice())),
        exposed: sample.arm_model(true, ridge, start.map(|start| start.exposed.as_slice())),
        unexposed: sample.arm_model(false, ridge, start.map(|start| start.unexposed.as_slice())),
    };
    let clip = |probability: f64| probability.clamp(CLIP.0, CLIP.1);
    let propensity: Vec<f64> = sample.probabilities(&models.propensity).into_iter().map(clip).collect();
    let overlap: Vec<f64> = propensity.iter().map(|e| e * (1.0 - e)).collect();
    let weights = |weight: fn(f64, f64) -> f64| exposed.iter().zip(&propensity).map(|(a, e)| weight(*a, *e)).collect();
    Fit {
        exposed: Arm::of(sample, &overlap, weights(|a, e| a * (1.0 - e)), &models.exposed),
        unexposed: Arm::of(sample, &overlap, weights(|a, e| (1.0 - a) * e), &models.unexposed),
        models,
        propensity,
        overlap,
    }
}

impl Arm {
    fn of(sample: &Sample, overlap: &[f64], weights: Vec<f64>, model: &[f64]) -> Self {
        let predicted = sample.probabilities(model);
        let residuals: Vec<f64> = sample.outcome.iter().zip(&predicted).map(|(y, m)| y - m).collect();
        let standardised = weighted_mean(&predicted, overlap);
        let correction = weighted_mean(&residuals, &weights);
        Self { weights, predicted, residuals, standardised, correction }
    }

    fn mean(&self) -> f64 {
        (self.standardised + self.correction).clamp(MEAN_CLIP.0, MEAN_CLIP.1)
    }

    /// `f = h (m - t) / mean(h) + w (Y - m - r) / mean(w)`.
    fn influence(&self, overlap: &[f64]) -> Vec<f64> {
        let (mean_overlap, mean_weight) = (mean(overlap), mean(&self.weights));
        let of = |row: usize| {
            overlap[row] * (self.predicted[row] - self.standardised) / mean_overlap
                + self.weights[row] * (self.residuals[row] - self.correction) / mean_weight
        };
        (0..overlap.len()).map(of).collect()
    }

    fn effective(&self) -> f64 {
        self.weights.iter().sum::<f64>().powi(2) / self.weights.iter().map(|weight| weight * weight).sum::<f64>()
    }

    fn share_of_heaviest(&self, cluster: &[usize], clusters: usize, count: usize) -> f64 {
        let mut sums = vec![0.0; clusters];
        self.weights.iter().zip(cluster).for_each(|(weight, cluster)| sums[*cluster] += weight);
        sums.sort_by(|first, second| f64::total_cmp(second, first));
        sums.iter().take(count).sum::<f64>() / sums.iter().sum::<f64>()
    }
}

impl Fit {
    /// The adjusted means of exposed and unexposed.
    pub(super) fn means(&self) -> (f64, f64) {
        (self.exposed.mean(), self.unexposed.mean())
    }

    pub(super) fn effect(&self) -> f64 {
        self.exposed.mean() - self.unexposed.mean()
    }

    pub(super) fn influence_of_difference(&self) -> Vec<f64> {
        let (exposed, unexposed) = self.influences();
        exposed.iter().zip(&unexposed).map(|(one, other)| one - other).collect()
    }

    /// By the delta method: each arm's influence over its risk.
    pub(super) fn influence_of_log_ratio(&self, rarer: Rarer) -> Vec<f64> {
        let (exposed, unexposed) = self.influences();
        let ((risk1, sign), (risk0, _)) = (rarer.risk(self.exposed.mean()), rarer.risk(self.unexposed.mean()));
        exposed.iter().zip(&unexposed).map(|(one, other)| sign * (one / risk1 - other / risk0)).collect()
    }

    pub(super) fn by_weights(&self, sample: &Sample) -> f64 {
        weighted_mean(&sample.outcome, &self.exposed.weights) - weighted_mean(&sample.outcome, &self.unexposed.weights)
    }

    pub(super) fn by_models(&self) -> f64 {
        self.exposed.standardised - self.unexposed.standardised
    }

    pub(super) fn effective(&self) -> (f64, f64) {
        (self.exposed.effective(), self.unexposed.effective())
    }

    pub(super) fn imbalance(&self, sample: &Sample) -> f64 {
        let factors = 1..sample.rows[0].len();
        let difference = |factor: usize| {
            let column: Vec<f64> = sample.rows.iter().map(|row| row[factor]).collect();
            (weighted_mean(&column, &self.exposed.weights) - weighted_mean(&column, &self.unexposed.weights)).abs()
        };
        factors.map(difference).fold(0.0, f64::max)
    }

    pub(super) fn heaviest(&self, cluster: &[usize], clusters: usize, count: usize) -> (f64, f64) {
        let share = |arm: &Arm| arm.share_of_heaviest(cluster, clusters, count);
        (share(&self.exposed), share(&self.unexposed))
    }

    fn influences(&self) -> (Vec<f64>, Vec<f64>) {
        (self.exposed.influence(&self.overlap), self.unexposed.influence(&self.overlap))
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn weighted_mean(values: &[f64], weights: &[f64]) -> f64 {
    values.iter().zip(weights).map(|(value, weight)| value * weight).sum::<f64>() / weights.iter().sum::<f64>()
}
