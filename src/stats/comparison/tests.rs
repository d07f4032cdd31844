//! What holds of every comparison; its figures are held to reference cases in `tests/reference.rs`.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rows with one factor that moves both exposure and outcome, none of which the exposure moves.
fn confounded(rows: usize) -> Table {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut share = || random.random::<f64>();
    let size: Vec<f64> = (0..rows).map(|_| share()).collect();
    Table {
        exposed: size.iter().map(|size| share() < 0.2 + 0.6 * size).collect(),
        outcome: size.iter().map(|size| f64::from(u8::from(share() < 0.3 + 0.5 * size))).collect(),
        covariates: size.iter().map(|size| vec![*size]).collect(),
        cluster: (0..rows).collect(),
    }
}

fn raw_difference(table: &Table) -> f64 {
    let mean = |exposed: bool| {
        let arm: Vec<f64> = (0..table.outcome.len())
            .filter(|row| table.exposed[*row] == exposed)
            .map(|row| table.outcome[row])
            .collect();
        arm.iter().sum::<f64>() / arm.len() as f64
    };
    mean(true) - mean(false)
}

#[test]
fn a_measured_factor_no_longer_passes_for_an_effect() {
    let table = confounded(3_000);
    let compared = compare(&table, RIDGE).unwrap();
    assert!(raw_difference(&table) > 0.07, "{}", raw_difference(&table));
    assert!(compared.effect.abs() < 2.0 * compared.standard_error, "{compared:?}");
    assert!(compared.imbalance < 0.02);
    assert_eq!(compared.p_by_permutation, None);
}

#[test]
fn an_empty_arm_cannot_be_compared() {
    let mut table = confounded(60);
    table.exposed.fill(true);
    assert_eq!(compare(&table, RIDGE), None);
}

#[test]
fn few_rows_are_held_to_the_permutation_too() {
    let compared = compare(&confounded(300), RIDGE).unwrap();
    assert!(compared.p >= compared.p_by_permutation.unwrap());
}

#[test]
fn the_same_table_gives_the_same_bits_on_every_run() {
    let table = confounded(500);
    assert_eq!(compare(&table, RIDGE), compare(&table, RIDGE));
}

#[test]
fn arms_that_change_places_turn_the_effect_round() {
    let table = confounded(500);
    let mut turned = table.clone();
    turned.exposed.iter_mut().for_each(|exposed| *exposed = !*exposed);
    let (compared, turned) = (compare(&table, RIDGE).unwrap(), compare(&turned, RIDGE).unwrap());
    assert!((compared.effect + turned.effect).abs() < 1e-9);
    assert!((compared.p - turned.p).abs() < 1e-9);
}
