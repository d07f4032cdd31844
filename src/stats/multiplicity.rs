//! What many tests at once do to a p value.

/// Benjamini and Hochberg's q values (1995), in the order of the p values given.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|first, second| p_values[*first].total_cmp(&p_values[*second]));
    let mut q_values = vec![1.0; p_values.len()];
    let mut smallest = 1.0_f64;
    for (rank, index) in order.into_iter().enumerate().rev() {
        smallest = smallest.min(p_values[index] * p_values.len() as f64 / (rank + 1) as f64);
        q_values[index] = smallest;
    }
    q_values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_q_value_is_never_below_its_p_value_and_keeps_the_order() {
        let p = [0.04, 0.001, 0.03, 0.9];
        let q = benjamini_hochberg(&p);
        assert_eq!(q, vec![0.04 * 4.0 / 3.0, 0.004, 0.04 * 4.0 / 3.0, 0.9]);
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
