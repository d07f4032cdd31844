//! What a chart says, on the smallest series that shows it.

use super::*;

/// Twelve points around 10 with a mean moving range of 1: limits 10 ± 2.66 but for rounding, no pattern.
const QUIET: [f64; 12] = [10.2, 9.4, 10.5, 9.7, 10.8, 9.9, 10.3, 9.1, 10.1, 9.6, 10.6, 9.8];

fn series(later: &[f64]) -> Vec<Option<Point>> {
    QUIET.iter().chain(later).map(|value| Some(point(*value))).collect()
}

fn point(value: f64) -> Point {
    Point { value, small: false, left_truncated: false }
}

fn level(breaks: Vec<usize>) -> Rules {
    Rules { scale: Scale::Level, lowest: None, highest: None, breaks }
}

fn flags(chart: &Chart) -> Vec<(usize, Rule, bool)> {
    chart.current().signals.iter().map(|signal| (signal.at, signal.rule, signal.new)).collect()
}

#[test]
fn six_points_have_trial_limits_and_twelve_have_frozen_ones() {
    let status = |length: usize| chart(&series(&[])[..length], &level(vec![])).current().status;
    assert_eq!(status(5), Status::TooFew { more: 1 });
    assert_eq!(status(6), Status::Trial { more: 6 });
    assert_eq!(status(11), Status::Trial { more: 1 });
    assert_eq!(status(12), Status::Frozen);
    assert_eq!(chart(&[], &level(vec![])).current().status, Status::TooFew { more: 6 });
}

#[test]
fn frozen_limits_stay_whatever_comes_later() {
    let before = chart(&series(&[]), &level(vec![])).current().limits;
    let after = chart(&series(&[10.0, 20.0, 10.0, 9.5]), &level(vec![]));
    assert_eq!(after.current().limits, before);
    assert_eq!(flags(&after), vec![(13, Rule::Outside, true)]);
    assert_eq!(after.verdict(13), Verdict::Special(Side::Above));
    assert_eq!(after.verdict(14), Verdict::Ordinary);
    assert_eq!(after.current().wide_steps, vec![13, 14]);
}

#[test]
fn a_run_is_flagged_from_its_eighth_point_on_and_counts_once() {
    let chart = chart(&series(&[10.4; 9]), &level(vec![]));
    assert_eq!(flags(&chart), vec![(19, Rule::RunOfEight, true), (20, Rule::RunOfEight, false)]);
    assert_eq!(chart.current().signals[1].since, 12);
    assert!(chart.run_stands_in(19..20) && !chart.run_stands_in(0..19));
}

#[test]
fn a_point_on_the_centre_or_a_gap_breaks_a_run() {
    let centre = chart(&series(&[]), &level(vec![])).current().limits.unwrap().centre;
    let on_centre = series(&[10.4, 10.4, 10.4, 10.4, centre, 10.4, 10.4, 10.4, 10.4]);
    assert!(flags(&chart(&on_centre, &level(vec![]))).is_empty());
    let mut with_gap = series(&[10.4; 9]);
    with_gap[15] = None;
    assert!(flags(&chart(&with_gap, &level(vec![]))).is_empty());
}

#[test]
fn three_of_four_near_a_limit_signal_only_if_the_last_is_near() {
    let near = 12.2;
    let rules = |later: &[f64]| flags(&chart(&series(later), &level(vec![])));
    assert_eq!(rules(&[near, near, 9.9, near]), vec![(15, Rule::ThreeOfFour, true)]);
    assert!(rules(&[near, near, 9.9, 9.8]).is_empty());
    let signals = chart(&series(&[near, near, near, 9.9]), &level(vec![])).current().signals.clone();
    assert_eq!((signals.len(), signals[0].at, signals[0].since), (1, 14, 12));
}

#[test]
fn two_wild_points_make_the_limits_those_of_the_median_and_three_refuse() {
    let with = |wild: &[usize]| {
        let mut values: Vec<f64> = QUIET.iter().chain(&QUIET).copied().collect();
        wild.iter().for_each(|index| values[*index] = 60.0);
        let points: Vec<Option<Point>> = values.into_iter().map(|value| Some(point(value))).collect();
        chart(&points, &level(vec![])).current().clone()
    };
    assert_eq!(with(&[]).limits.unwrap().spread, Spread::Mean);
    assert_eq!(with(&[5]).limits.unwrap().spread, Spread::Median);
    assert!(with(&[5]).limits.unwrap().upper < 15.0);
    assert_eq!(with(&[5]).signals[0].at, 5);
    // A single stretch of wild points moves the mean range only at its two ends.
    assert_eq!(with(&[0, 1, 2]).status, Status::Refused(Refusal::NotSteady { wild: 3 }));
}

#[test]
fn a_clipped_side_has_no_outside_but_still_has_runs() {
    let rules = Rules { lowest: Some(9.0), ..level(vec![]) };
    let low = chart(&series(&[9.0; 7]), &rules);
    let limits = low.current().limits.unwrap();
    assert!(limits.clipped_below && !limits.clipped_above);
    assert_eq!(limits.lower, 9.0);
    assert_eq!(flags(&low), vec![(18, Rule::RunOfEight, true)]);
}

#[test]
fn a_break_begins_anew_with_trial_limits() {
    let chart = chart(&series(&[20.2, 19.4, 20.5, 19.7, 20.8, 19.9]), &level(vec![12]));
    assert_eq!(chart.segments.len(), 2);
    assert_eq!(chart.segments[0].status, Status::Frozen);
    assert_eq!(chart.current().status, Status::Trial { more: 6 });
    assert_eq!(chart.current().points, 12..18);
    assert!(chart.current().limits.unwrap().lower > 15.0);
    assert_eq!(chart.verdict(17), Verdict::None);
}

#[test]
fn small_denominators_refuse_in_the_baseline_and_are_gaps_later() {
    let mut points = series(&[30.0, 10.0]);
    points[12].as_mut().unwrap().small = true;
    let later = chart(&points, &level(vec![]));
    assert_eq!((later.verdict(12), later.verdict(13)), (Verdict::None, Verdict::Ordinary));
    assert!(later.current().wide_steps.is_empty());
    points[3].as_mut().unwrap().small = true;
    let refused = chart(&points, &level(vec![])).current().status;
    assert_eq!(refused, Status::Refused(Refusal::SmallDenominators { points: 1 }));
}

#[test]
fn left_truncated_points_are_no_baseline() {
    let mut points = series(&[10.0, 9.0]);
    points[..2].iter_mut().flatten().for_each(|point| point.left_truncated = true);
    let chart = chart(&points, &level(vec![]));
    assert_eq!((chart.current().status, chart.values[1]), (Status::Frozen, None));
    assert_eq!(chart.verdict(0), Verdict::None);
}

#[test]
fn a_series_that_does_not_move_or_moves_by_steps_is_refused() {
    let refused = |values: &[f64]| {
        let points: Vec<Option<Point>> = values.iter().map(|value| Some(point(*value))).collect();
        chart(&points, &level(vec![])).current().status
    };
    assert_eq!(refused(&[3.0; 14]), Status::Refused(Refusal::NoVariation));
    let two: Vec<f64> = (0..14).map(|index| f64::from(index % 2)).collect();
    assert_eq!(refused(&two), Status::Refused(Refusal::FewDistinctValues { distinct: 2 }));
    let waves: Vec<f64> = (0..40).map(|index| (f64::from(index) * 1.2).sin() + f64::from(index % 3) * 0.1).collect();
    assert_eq!(refused(&waves[..12]), Status::Frozen);
    let slow = [1.0, 2.0, 2.5, 2.8, 2.2, 1.2, 0.5, 0.2, 0.9, 1.8, 2.6, 2.4, 1.5, 0.6];
    assert!(matches!(refused(&slow), Status::Refused(Refusal::Autocorrelated { lag1 }) if lag1 > 0.4));
}

#[test]
fn a_growing_count_is_charted_by_the_change_of_its_logarithm() {
    let growing: Vec<Option<Point>> =
        QUIET.iter().enumerate().map(|(index, noise)| Some(point(noise * 1.1_f64.powi(index as i32)))).collect();
    let by_slope = Rules { scale: Scale::BySlope, lowest: Some(0.0), ..level(vec![]) };
    let chart_of_growth = chart(&growing, &by_slope);
    assert_eq!(chart_of_growth.scale, Scale::LogChange);
    assert_eq!(chart_of_growth.values[0], None);
    assert!(!chart_of_growth.current().limits.unwrap().clipped_below);
    assert_eq!(chart_of_growth.current().status, Status::Trial { more: 1 });
    assert_eq!(chart(&series(&[]), &by_slope).scale, Scale::Level);
    let forced = Rules { scale: Scale::LogChange, ..level(vec![]) };
    let mut with_zero = series(&[10.0]);
    with_zero[4] = Some(point(0.0));
    let refused = chart(&with_zero, &forced).current().status;
    assert_eq!(refused, Status::Refused(Refusal::NotPositive { points: 2 }));
}
