//! Ridge-penalised logistic regression by Newton's steps (evidence.md 4.2).

use super::linear::{Symmetric, dot};

/// The intercept is free; so little keeps the system solvable where an arm is all alike.
const RIDGE_OF_INTERCEPT: f64 = 1e-8;
const LONGEST_STEP: f64 = 5.0;
const TOLERANCE: f64 = 1e-8;
const MOST_STEPS: usize = 50;

/// The coefficients that maximise the likelihood less `ridge / 2` times their squared length, the first (the intercept)
/// left out of the penalty.
///
/// Newton on `g = Z'(y - mu) - P b` and `H = Z' diag(mu (1 - mu)) Z + P`; a step is scaled so that no coefficient moves
/// by more than 5, without which separated arms overshoot. It begins at `start`, or at the logit of the mean.
pub fn fit(rows: &[&[f64]], outcome: &[f64], ridge: f64, start: Option<&[f64]>) -> Vec<f64> {
    let size = rows.first().map_or(0, |row| row.len());
    let mut coefficients = start.map_or_else(|| at_the_mean(size, outcome), <[f64]>::to_vec);
    let penalty: Vec<f64> = (0..size).map(|index| if index == 0 { RIDGE_OF_INTERCEPT } else { ridge }).collect();
    for _ in 0..MOST_STEPS {
        let Some(mut step) = newton_step(rows, outcome, &penalty, &coefficients) else { break };
        let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
        if longest > LONGEST_STEP {
            step.iter_mut().for_each(|part| *part *= LONGEST_STEP / longest);
        }
        coefficients.iter_mut().zip(&step).for_each(|(coefficient, part)| *coefficient += part);
        if longest < TOLERANCE {
            break;
        }
    }
    coefficients
}

/// The probability a fit gives a row.
pub fn probability(row: &[f64], coefficients: &[f64]) -> f64 {
    1.0 / (1.0 + (-dot(row, coefficients).clamp(-30.0, 30.0)).exp())
}

fn at_the_mean(size: usize, outcome: &[f64]) -> Vec<f64> {
    let mean = (outcome.iter().sum::<f64>() / outcome.len() as f64).clamp(1e-3, 1.0 - 1e-3);
    let mut coefficients = vec![0.0; size];
    if let Some(intercept) = coefficients.first_mut() {
        *intercept = (mean / (1.0 - mean)).ln();
    }
    coefficients
}

fn newton_step(rows: &[&[f64]], outcome: &[f64], penalty: &[f64], coefficients: &[f64]) -> Option<Vec<f64>> {
    let mut hessian = Symmetric::diagonal(penalty);
    let mut gradient: Vec<f64> = penalty.iter().zip(coefficients).map(|(ridge, value)| -ridge * value).collect();
    for (row, happened) in rows.iter().zip(outcome) {
        let expected = probability(row, coefficients);
        hessian.add_outer(row, expected * (1.0 - expected));
        gradient.iter_mut().zip(*row).for_each(|(part, value)| *part += value * (happened - expected));
    }
    hessian.solve(gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_intercept_alone_gives_the_share() {
        let rows: Vec<&[f64]> = vec![&[1.0]; 10];
        let outcome = [1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        assert!((probability(&[1.0], &fit(&rows, &outcome, 1.0, None)) - 0.3).abs() < 1e-8);
    }

    #[test]
    fn separated_groups_have_finite_coefficients() {
        let rows: Vec<&[f64]> = vec![&[1.0, -1.0], &[1.0, -1.0], &[1.0, 1.0], &[1.0, 1.0]];
        let coefficients = fit(&rows, &[0.0, 0.0, 1.0, 1.0], 1.0, None);
        // With s = sum of |z| (y - mu) = 4 (1 - mu) and ridge 1, the slope solves b = 4 / (1 + e^b).
        let slope = coefficients[1];
        assert!((slope - 4.0 / (1.0 + slope.exp())).abs() < 1e-8);
        assert!(coefficients[0].abs() < 1e-6);
    }
}
