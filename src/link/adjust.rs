//! From a decision table to what is said of a link: the gates, then the raw and the adjusted difference.

use super::decision::Decision;
use super::issues::{self, Untestable};
use crate::model::evidence::{Comparison, Finding};
use crate::plan::Link;
use crate::stats::comparison::{self, Compared, RIDGE};
use crate::stats::interval::newcombe;

const SMALLEST_ARM: u64 = 15;
const FEWEST_OF_RARER: u64 = 15;
const FEWEST_CLUSTERS: u64 = 40;
const SMALLEST_EFFECTIVE: f64 = 20.0;
/// The smallest effect worth acting on, where the link names none: five points.
const SMALLEST_EFFECT: f64 = 0.05;

/// Compares the arms of a decision table, if the gates of evidence.md 5 let it.
///
/// # Errors
/// The gate that stands in the way, with its count.
pub fn compare(decision: &Decision, link: &Link) -> Result<Finding, Untestable> {
    let counts = Counts::of(decision);
    counts.gates()?;
    let table = decision.table();
    let clusters = table.clusters() as u64;
    if clusters < FEWEST_CLUSTERS {
        return Err(issues::few_clusters(clusters, FEWEST_CLUSTERS));
    }
    let compared = comparison::compare(&table, RIDGE).expect("neither arm is empty, the gate has seen to it");
    let effective = compared.effective.0.min(compared.effective.1);
    if effective < SMALLEST_EFFECTIVE {
        return Err(issues::too_different(effective, SMALLEST_EFFECTIVE));
    }
    Ok(Finding::Compared(Box::new(told(decision, link, &counts, clusters, &compared))))
}

/// How many rows each arm has, and how many of them renewed.
struct Counts {
    exposed: (u64, u64),
    unexposed: (u64, u64),
}

impl Counts {
    fn of(decision: &Decision) -> Self {
        let arm = |exposed: bool| {
            let rows = decision.rows.iter().filter(|row| row.exposed == exposed);
            rows.fold((0, 0), |(rows, renewed), row| (rows + 1, renewed + u64::from(row.renewed)))
        };
        Self { exposed: arm(true), unexposed: arm(false) }
    }

    fn gates(&self) -> Result<(), Untestable> {
        let rows = self.exposed.0 + self.unexposed.0;
        let renewed = self.exposed.1 + self.unexposed.1;
        if self.exposed.0.min(self.unexposed.0) < SMALLEST_ARM {
            return Err(issues::smaller_arm(self.exposed.0, self.unexposed.0, SMALLEST_ARM));
        }
        if renewed.min(rows - renewed) < FEWEST_OF_RARER {
            return Err(issues::rarer_outcome(rows, rows - renewed, FEWEST_OF_RARER));
        }
        Ok(())
    }
}

fn told(decision: &Decision, link: &Link, counts: &Counts, clusters: u64, compared: &Compared) -> Comparison {
    let smallest = link.smallest.unwrap_or(SMALLEST_EFFECT);
    let rows = decision.rows.len() as u64;
    let turned = |(rows, renewed): (u64, u64)| (renewed, rows);
    let raw = newcombe(turned(counts.exposed), turned(counts.unexposed)).expect("neither arm is empty");
    Comparison {
        rows,
        clusters,
        exposed: counts.exposed,
        unexposed: counts.unexposed,
        raw,
        effect: compared.effect,
        interval: compared.interval,
        standard_error: (compared.standard_error, compared.degrees),
        p: compared.p,
        means: compared.means,
        effective: compared.effective,
        imbalance: compared.imbalance,
        left_out: decision.left_out.clone(),
        needed: (rows_needed(rows, compared, smallest), smallest),
    }
}

/// `n (MDE80 / smallest)²` (evidence.md 4.6).
fn rows_needed(rows: u64, compared: &Compared, smallest: f64) -> u64 {
    let detectable = comparison::detectable(compared.standard_error, compared.degrees);
    (rows as f64 * (detectable / smallest).powi(2)).ceil() as u64
}
