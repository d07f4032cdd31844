//! How long until it happens, when for some it has not happened yet: Kaplan-Meier, its band, and the log-rank test.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::interval::Z95;

/// How long one was watched, and whether it happened then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// The time to the event, or to the end of watching.
    pub time: f64,
    /// Whether it ended with the event; otherwise it is censored.
    pub happened: bool,
}

/// The share for whom it has not happened yet, stepping down at each event's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The steps, in order of time.
    pub steps: Vec<Step>,
}

/// The curve from one event's time until the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// When.
    pub time: f64,
    /// How many were still waiting just before; those censored at this very time are among them.
    pub at_risk: u64,
    /// To how many it happened then.
    pub events: u64,
    /// The share for whom it has not happened by then.
    pub survival: f64,
    /// Its standard error by Greenwood (1926).
    pub standard_error: f64,
    /// Its 95 % band on the log(-log) scale, which stays within 0 and 1; nothing at 0.
    pub band: Option<(f64, f64)>,
}

impl Curve {
    /// The first time by which it has happened to the share `q`: S(t) <= 1 - q (R4.2). Nothing where it never does.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        // A product of fractions misses its exact value in the last digits: 0.9 × 8/9 is not quite 0.8.
        self.steps.iter().find(|step| step.survival <= 1.0 - q + 1e-12).map(|step| step.time)
    }

    /// The share for whom it has not happened by a time.
    pub fn survival_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// The last step at or before a time; nothing before the first.
    pub fn step_at(&self, time: f64) -> Option<&Step> {
        self.steps[..self.steps.partition_point(|step| step.time <= time)].last()
    }
}

/// Kaplan and Meier's curve (1958).
pub fn kaplan_meier(spells: &[Spell]) -> Curve {
    let group = Group::of(spells);
    let mut survival = 1.0;
    let mut greenwood = 0.0;
    let steps = group.event_times().into_iter().map(|time| {
        let (at_risk, events) = group.at(time);
        survival *= 1.0 - events as f64 / at_risk as f64;
        greenwood += events as f64 / (at_risk as f64 * (at_risk - events) as f64);
        let standard_error = if survival > 0.0 { survival * f64::sqrt(greenwood) } else { 0.0 };
        Step { time, at_risk, events, survival, standard_error, band: band(survival, greenwood) }
    });
    Curve { steps: steps.collect() }
}

/// Whether two groups wait equally long: the log-rank test's chi-squared and its p value (Mantel 1966).
///
/// Nothing when there is no time at which it could have gone either way.
pub fn log_rank(first: &[Spell], second: &[Spell]) -> Option<(f64, f64)> {
    let all = Group::of(&[first, second].concat());
    let first = Group::of(first);
    let (mut surplus, mut variance) = (0.0, 0.0);
    for time in all.event_times() {
        let (at_risk, events) = all.at(time);
        let (at_risk1, events1) = first.at(time);
        let (n, d, n1) = (at_risk as f64, events as f64, at_risk1 as f64);
        surplus += events1 as f64 - d * n1 / n;
        if at_risk > 1 {
            variance += d * (n1 / n) * (1.0 - n1 / n) * (n - d) / (n - 1.0);
        }
    }
    (variance > 0.0).then(|| {
        let chi_squared = surplus * surplus / variance;
        let one_degree = ChiSquared::new(1.0).expect("one degree of freedom is positive");
        (chi_squared, one_degree.sf(chi_squared))
    })
}

/// Spells as two sorted lists, so that a step is counted without walking over everyone.
struct Group {
    /// All ends, events or not.
    ends: Vec<f64>,
    /// The ends that are events.
    events: Vec<f64>,
}

impl Group {
    fn of(spells: &[Spell]) -> Self {
        let mut ends: Vec<f64> = spells.iter().map(|spell| spell.time).collect();
        let mut events: Vec<f64> = spells.iter().filter(|spell| spell.happened).map(|spell| spell.time).collect();
        ends.sort_by(f64::total_cmp);
        events.sort_by(f64::total_cmp);
        Self { ends, events }
    }

    /// The different times at which it happened to someone, ascending.
    fn event_times(&self) -> Vec<f64> {
        let mut times = self.events.clone();
        times.dedup();
        times
    }

    /// How many were waiting just before a time, and to how many it happened then.
    fn at(&self, time: f64) -> (u64, u64) {
        let at_risk = self.ends.len() - self.ends.partition_point(|end| *end < time);
        let until = self.events.partition_point(|event| *event <= time);
        let before = self.events.partition_point(|event| *event < time);
        (at_risk as u64, (until - before) as u64)
    }
}

/// S to the power exp(∓ 1.96 √greenwood / ln S): Kalbfleisch and Prentice's log(-log) band.
fn band(survival: f64, greenwood: f64) -> Option<(f64, f64)> {
    (survival > 0.0 && survival < 1.0).then(|| {
        let reach = Z95 * greenwood.sqrt() / survival.ln();
        (survival.powf((-reach).exp()), survival.powf(reach.exp()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spells(times: &[f64], happened: bool) -> Vec<Spell> {
        times.iter().map(|time| Spell { time: *time, happened }).collect()
    }

    #[test]
    fn one_censored_at_the_time_of_an_event_is_still_at_risk() {
        let curve = kaplan_meier(&[spells(&[2.0], true), spells(&[2.0, 3.0], false)].concat());
        assert_eq!((curve.steps[0].at_risk, curve.steps.len()), (3, 1));
        assert_eq!(curve.quantile(0.5), None);
        assert_eq!(curve.survival_at(1.9), 1.0);
    }

    #[test]
    fn a_quantile_is_reached_when_exactly_that_share_is_left() {
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        let curve = kaplan_meier(&spells(&ten, true));
        assert_eq!((curve.quantile(0.5), curve.quantile(0.9), curve.quantile(0.2)), (Some(5.0), Some(9.0), Some(2.0)));
        assert_eq!(curve.steps[9].band, None);
    }

    #[test]
    fn groups_that_are_alike_do_not_differ() {
        let group = spells(&[1.0, 4.0, 6.0], true);
        let (chi_squared, p) = log_rank(&group, &group).unwrap();
        assert!(chi_squared < 1e-15 && p > 0.999);
        assert_eq!(log_rank(&group, &[]), None);
    }
}
