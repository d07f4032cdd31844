//! How often chance alone would do as much: exposures dealt out anew among rows that were as likely to have them.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::quantile::{quantile, sorted};

const DEALS: u32 = 499;
const STRATA: [f64; 4] = [0.2, 0.4, 0.6, 0.8];
/// Any number would do; that it is always the same one makes a run repeatable on every machine.
const SEED: u64 = 7;

/// The two-sided p value of exposure against residuals, permuted within quintiles of the propensity (evidence.md 4.2, 7).
///
/// The statistic is the mean difference within quintiles, each weighted by `n1 n0 / (n1 + n0)`.
pub fn p_value(exposed: &[bool], residuals: &[f64], propensity: &[f64]) -> f64 {
    let mut strata = strata(exposed, residuals, propensity);
    let observed = difference(&strata).abs();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut as_much = 1;
    for _ in 0..DEALS {
        strata.iter_mut().for_each(|stratum| stratum.residuals.shuffle(&mut random));
        // A deal that falls on the observed one again counts as one that does as much, whatever rounding says.
        as_much += u32::from(difference(&strata).abs() >= observed - 1e-12);
    }
    f64::from(as_much) / f64::from(DEALS + 1)
}

/// The residuals of one quintile, those of its exposed rows first.
struct Stratum {
    residuals: Vec<f64>,
    exposed: usize,
}

fn strata(exposed: &[bool], residuals: &[f64], propensity: &[f64]) -> Vec<Stratum> {
    let ordered = sorted(propensity);
    let cuts: Vec<f64> = STRATA.iter().filter_map(|share| quantile(&ordered, *share)).collect();
    let stratum_of = |row: usize| cuts.partition_point(|cut| *cut <= propensity[row]);
    let rows = |stratum: usize, is_exposed: bool| {
        let here = move |row: &usize| stratum_of(*row) == stratum && exposed[*row] == is_exposed;
        (0..exposed.len()).filter(here).map(|row| residuals[row])
    };
    let stratum = |index: usize| Stratum {
        residuals: rows(index, true).chain(rows(index, false)).collect(),
        exposed: rows(index, true).count(),
    };
    (0..=STRATA.len()).map(stratum).collect()
}

fn difference(strata: &[Stratum]) -> f64 {
    let (mut total, mut weights) = (0.0, 0.0);
    for stratum in strata {
        let (exposed, unexposed) = stratum.residuals.split_at(stratum.exposed);
        if exposed.is_empty() || unexposed.is_empty() {
            continue;
        }
        let (n1, n0) = (exposed.len() as f64, unexposed.len() as f64);
        let weight = n1 * n0 / (n1 + n0);
        total += weight * (exposed.iter().sum::<f64>() / n1 - unexposed.iter().sum::<f64>() / n0);
        weights += weight;
    }
    if weights > 0.0 { total / weights } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred rows, every other one exposed, with residuals that have nothing to do with it, and then some that do.
    fn p(effect: f64) -> f64 {
        let exposed: Vec<bool> = (0..100).map(|row| row % 2 == 0).collect();
        let propensity: Vec<f64> = (0..100).map(|row| f64::from(row) / 100.0).collect();
        let noise = |row: usize| ((row * 37) % 101) as f64 / 101.0 - 0.5;
        let residuals: Vec<f64> = (0..100).map(|row| noise(row) + effect * f64::from(u8::from(exposed[row]))).collect();
        p_value(&exposed, &residuals, &propensity)
    }

    #[test]
    fn what_is_there_is_rare_by_chance_and_what_is_not_is_common() {
        assert_eq!(p(2.0), 1.0 / 500.0);
        assert!(p(0.0) > 0.1);
        assert_eq!(p(0.1), p(0.1), "the same on every call");
    }

    #[test]
    fn nothing_to_compare_is_no_finding() {
        assert_eq!(p_value(&[true, true], &[0.1, 0.9], &[0.5, 0.5]), 1.0);
    }
}
