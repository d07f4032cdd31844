//! Score intervals of shares and of differences between them: honest where counts are small or all alike.

/// The normal quantile of a two-sided 95 % interval.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Wilson's 95 % interval of `counted` out of `eligible` (E. B. Wilson 1927); nothing when nobody was eligible.
///
/// The textbook interval p ± 1.96 √(p q / n) has no width at 0 of 12; this one reaches to 24 %.
pub fn wilson(counted: u64, eligible: u64) -> Option<(f64, f64)> {
    if eligible == 0 {
        return None;
    }
    let (n, share) = (eligible as f64, counted as f64 / eligible as f64);
    let z2 = Z95 * Z95;
    let middle = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    // The limits at none and at all are exactly 0 and 1; rounding must not say otherwise.
    let low = if counted == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if counted >= eligible { 1.0 } else { (middle + half).min(1.0) };
    Some((low, high))
}

/// The difference of two shares, each `(counted, eligible)`, with Newcombe's 95 % score interval (1998, method 10).
///
/// It joins the two Wilson intervals, so that it cannot leave -1 to 1.
pub fn newcombe(first: (u64, u64), second: (u64, u64)) -> Option<(f64, f64, f64)> {
    let (low1, high1) = wilson(first.0, first.1)?;
    let (low2, high2) = wilson(second.0, second.1)?;
    let share1 = first.0 as f64 / first.1 as f64;
    let share2 = second.0 as f64 / second.1 as f64;
    let difference = share1 - share2;
    let down = (share1 - low1).hypot(high2 - share2);
    let up = (high1 - share1).hypot(share2 - low2);
    Some((difference, difference - down, difference + up))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_eligible_has_no_interval() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(newcombe((1, 2), (0, 0)), None);
    }

    #[test]
    fn none_and_all_are_exact_bounds() {
        for n in 1..200 {
            assert_eq!(wilson(0, n).unwrap().0, 0.0);
            assert_eq!(wilson(n, n).unwrap().1, 1.0);
            assert!(wilson(0, n).unwrap().1 < 1.0 && wilson(n, n).unwrap().0 > 0.0);
        }
    }

    #[test]
    fn a_difference_turned_round_has_its_interval_turned_round() {
        let (difference, low, high) = newcombe((9, 10), (3, 10)).unwrap();
        let (turned, turned_low, turned_high) = newcombe((3, 10), (9, 10)).unwrap();
        assert!((difference + turned).abs() < 1e-15);
        assert!((low + turned_high).abs() < 1e-15 && (high + turned_low).abs() < 1e-15);
    }
}
