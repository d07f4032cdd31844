//! Pure functions on numbers and slices: intervals, regressions, resampling, control limits. They know no metric.

pub mod interval;
pub mod quantile;

pub mod mix;
pub mod multiplicity;
pub mod survival;
pub mod xmr;

pub mod comparison;
pub mod linear;
pub mod logistic;
pub mod permutation;
