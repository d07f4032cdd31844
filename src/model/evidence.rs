//! What is known of a link: the comparison of accounts that had the traction with comparable ones that had not.

use super::ids::MetricId;

/// What was found for one link of the plan.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// The metric that is meant to lead.
    pub from: MetricId,
    /// The metric that is meant to follow.
    pub to: MetricId,
    /// How it is tested: `renewal`, `expansion`, `signup`, or `by definition`.
    pub design: &'static str,
    /// What came of it.
    pub finding: Finding,
}

/// What came of testing a link.
#[derive(Debug, Clone)]
pub enum Finding {
    /// Compared; not graded yet.
    Compared(Box<Comparison>),
    /// A gate or a lint stands in the way: why, in words, with the count.
    NotTestable {
        /// The gate's code.
        gate: &'static str,
        /// Why, with the count.
        because: String,
    },
    /// The metric counts the outcome's own signal: it measures it.
    ByDefinition,
}

/// Raw and adjusted figures of a comparison, with what is needed to doubt them.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Rows of the decision table.
    pub rows: u64,
    /// The accounts (or companies) that are its clusters.
    pub clusters: u64,
    /// Exposed: how many rows, and how many of them had the outcome.
    pub exposed: (u64, u64),
    /// Not exposed: the same.
    pub unexposed: (u64, u64),
    /// The raw difference with its Newcombe interval.
    pub raw: (f64, f64, f64),
    /// The adjusted difference.
    pub effect: f64,
    /// Its 95 % interval.
    pub interval: (f64, f64),
    /// Its standard error, and the degrees of freedom it is read with.
    pub standard_error: (f64, f64),
    /// Its p value, for the appendix only.
    pub p: f64,
    /// Adjusted mean result of the exposed and the unexposed.
    pub means: (f64, f64),
    /// Effective sample size of each weighted arm.
    pub effective: (f64, f64),
    /// Largest standardised difference after weighting.
    pub imbalance: f64,
    /// Covariates that were left out, with the reason.
    pub left_out: Vec<(String, String)>,
    /// Rows that would be needed for the smallest effect of interest, and that effect.
    pub needed: (u64, f64),
}
