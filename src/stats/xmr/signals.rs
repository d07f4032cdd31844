//! What is out of the ordinary: Wheeler's three signals against given limits.

use super::limits::{Limits, moving_ranges};

const RUN: usize = 8;
const NEARBY: usize = 4;
const NEAR: usize = 3;

/// A point that is out of the ordinary by one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signal {
    /// The index of the flagged point.
    pub at: usize,
    /// The index where what it shows began: the run's first point, the first near point, or the point itself.
    pub since: usize,
    /// By which rule.
    pub rule: Rule,
    /// On which side of the centre.
    pub side: Side,
    /// Whether the point before was not flagged by the same rule on the same side: the count goes by these.
    pub new: bool,
}

impl Signal {
    /// Moves it so many indexes on.
    pub(super) fn shift(&mut self, by: usize) {
        self.at += by;
        self.since += by;
    }
}

/// A rule by which a point is out of the ordinary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Outside a limit.
    Outside,
    /// The last of four in a row of which three are nearer the same limit than the centre, itself among them.
    ThreeOfFour,
    /// The eighth or a later one in a row on one side of the centre.
    RunOfEight,
}

/// A side of the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// All signals of a series against its limits, by index, then by rule. A gap ends every run.
///
/// A clipped limit is no limit: no point can lie outside it or near it. A run beside it still shows, since a run is
/// measured from the centre.
pub fn signals(values: &[Option<f64>], limits: &Limits) -> Vec<Signal> {
    let mut found: Vec<Signal> = Vec::new();
    for at in 0..values.len() {
        for (rule, side, since) in at_point(values, at, limits) {
            let before = |signal: &&Signal| signal.at + 1 == at && signal.rule == rule && signal.side == side;
            let continued = found.iter().rev().take_while(|signal| signal.at + 1 >= at).find(before).copied();
            let since = continued.map_or(since, |signal| signal.since);
            found.push(Signal { at, since, rule, side, new: continued.is_none() });
        }
    }
    found
}

/// Indexes whose distance from the point before is more than ordinary.
pub(super) fn wide_steps(values: &[Option<f64>], limits: &Limits) -> Vec<usize> {
    let ranges = moving_ranges(values).into_iter().enumerate();
    ranges.filter_map(|(index, range)| (range? > limits.widest).then_some(index)).collect()
}

fn at_point(values: &[Option<f64>], at: usize, limits: &Limits) -> Vec<(Rule, Side, usize)> {
    let Some(side) = values[at].and_then(|value| side(value, limits)) else { return Vec::new() };
    let outside = values[at].is_some_and(|value| is_outside(value, side, limits)).then_some(at);
    let rules = [
        (Rule::Outside, outside),
        (Rule::ThreeOfFour, three_of_four(values, at, side, limits)),
        (Rule::RunOfEight, run_of_eight(values, at, side, limits)),
    ];
    rules.into_iter().filter_map(|(rule, since)| Some((rule, side, since?))).collect()
}

/// The side a value lies on; none on the centre itself.
fn side(value: f64, limits: &Limits) -> Option<Side> {
    if value > limits.centre { Some(Side::Above) } else { (value < limits.centre).then_some(Side::Below) }
}

fn is_outside(value: f64, side: Side, limits: &Limits) -> bool {
    match side {
        Side::Above => !limits.clipped_above && value > limits.upper,
        Side::Below => !limits.clipped_below && value < limits.lower,
    }
}

/// Nearer the limit of that side than the centre; what lies beyond the limit is.
fn is_near(value: f64, side: Side, limits: &Limits) -> bool {
    match side {
        Side::Above => !limits.clipped_above && value > f64::midpoint(limits.centre, limits.upper),
        Side::Below => !limits.clipped_below && value < f64::midpoint(limits.centre, limits.lower),
    }
}

fn three_of_four(values: &[Option<f64>], at: usize, side: Side, limits: &Limits) -> Option<usize> {
    let first = (at + 1).checked_sub(NEARBY)?;
    let four: Option<Vec<f64>> = values[first..=at].iter().copied().collect();
    let near: Vec<bool> = four?.into_iter().map(|value| is_near(value, side, limits)).collect();
    let enough = near.iter().filter(|near| **near).count() >= NEAR && near.last() == Some(&true);
    enough.then(|| first + near.iter().position(|near| *near).expect("three of them are near"))
}

fn run_of_eight(values: &[Option<f64>], at: usize, run_side: Side, limits: &Limits) -> Option<usize> {
    let same = |value: &&Option<f64>| value.and_then(|value| side(value, limits)) == Some(run_side);
    let length = values[..=at].iter().rev().take_while(same).count();
    (length >= RUN).then(|| at + 1 - length)
}
