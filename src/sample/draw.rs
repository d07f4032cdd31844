//! Chance that is the same on every machine: a ChaCha stream per component and account, and arithmetic without the platform's libm.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The draws of one component (a behaviour, the renewals, …) for one account.
///
/// Each has a stream of its own, so that a new behaviour or another account changes nobody else's draws.
pub(super) struct Draws(ChaCha8Rng);

impl Draws {
    pub(super) fn new(seed: u64, component: &str, account: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&xxhash_rust::xxh3::xxh3_64(component.as_bytes()).to_le_bytes());
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(account);
        Self(stream)
    }

    /// Uniform in `[0, 1)`.
    pub(super) fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with that probability.
    pub(super) fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A whole number in `[low, high)`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.uniform() * (high - low) as f64) as i64
    }

    /// An index below `len`.
    pub(super) fn index(&mut self, len: usize) -> usize {
        (self.uniform() * len as f64) as usize
    }

    /// An index, each as likely as its weight; the weights add up to 1.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }

    /// Standard normal, by Marsaglia's polar method.
    pub(super) fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * ln(square) / square).sqrt();
            }
        }
    }

    /// Exponential with mean 1.
    pub(super) fn exponential(&mut self) -> f64 {
        -ln(1.0 - self.uniform())
    }

    /// Poisson, by walking up the distribution; meant for means up to some hundreds.
    pub(super) fn poisson(&mut self, mean: f64) -> u32 {
        let draw = self.uniform();
        let mut probability = exp(-mean.clamp(0.0, 600.0));
        let mut below = probability;
        let mut count = 0;
        while draw >= below && count < 2_000 {
            count += 1;
            probability *= mean / f64::from(count);
            below += probability;
        }
        count
    }
}

/// `e^x` from additions and multiplications alone: libraries of different platforms differ in the last bit.
pub(super) fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    let twos = (x * std::f64::consts::LOG2_E + 0.5).floor();
    // ln 2 in two parts, the first short enough for the product to be exact.
    let rest = x - twos * 0.693_145_751_953_125 - twos * 1.428_606_820_309_417_2e-6;
    let series = (1..=14).rev().fold(1.0, |sum, n| 1.0 + sum * rest / f64::from(n));
    series * f64::from_bits(((twos as i64 + 1023) as u64) << 52)
}

/// The natural logarithm of a positive number, likewise.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.max(f64::MIN_POSITIVE).to_bits();
    let mut twos = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa /= 2.0;
        twos += 1;
    }
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let series = (0..=12).rev().fold(0.0, |sum, n| sum * square + 1.0 / f64::from(2 * n + 1));
    2.0 * ratio * series + twos as f64 * std::f64::consts::LN_2
}

/// The chance that belongs to log-odds.
pub(super) fn expit(log_odds: f64) -> f64 {
    1.0 / (1.0 + exp(-log_odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_exp_and_ln_agree_with_the_platforms() {
        for step in -400..400 {
            let x = f64::from(step) / 13.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-13, "exp({x})");
            assert!((ln(exp(x)) - x).abs() < 1e-12, "ln(exp({x}))");
        }
    }

    #[test]
    fn draws_have_the_moments_they_should() {
        let mut draws = Draws::new(1, "moments", 0);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let normal: Vec<f64> = (0..20_000).map(|_| draws.normal()).collect();
        let squares: Vec<f64> = normal.iter().map(|x| x * x).collect();
        assert!(mean(&normal).abs() < 0.03 && (mean(&squares) - 1.0).abs() < 0.04);
        let waits: Vec<f64> = (0..20_000).map(|_| draws.exponential()).collect();
        assert!((mean(&waits) - 1.0).abs() < 0.04);
        let counts: Vec<f64> = (0..20_000).map(|_| f64::from(draws.poisson(4.0))).collect();
        assert!((mean(&counts) - 4.0).abs() < 0.06);
    }

    #[test]
    fn a_stream_is_fixed_for_ever() {
        let mut draws = Draws::new(7, "renewals", 3);
        assert_eq!([draws.0.next_u64(), draws.0.next_u64()], [11_445_757_009_817_410_327, 18_043_713_590_383_833_661]);
    }

    #[test]
    fn another_component_or_account_draws_something_else() {
        let first = |seed, component, account| Draws::new(seed, component, account).uniform();
        assert_ne!(first(7, "renewals", 3), first(7, "renewals", 4));
        assert_ne!(first(7, "renewals", 3), first(7, "usage", 3));
        assert_ne!(first(7, "renewals", 3), first(8, "renewals", 3));
    }
}
