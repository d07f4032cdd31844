//! From values to places: a scale whose gridlines stand at round numbers.

/// A linear scale, upwards.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    top: f64,
    bottom: f64,
    pub(super) ticks: Vec<f64>,
}

impl Scale {
    /// A scale that holds all values with a little room, about `wanted` gridlines apart.
    pub(super) fn around(values: impl Iterator<Item = f64>, place: (f64, f64), wanted: f64) -> Self {
        let (mut low, mut high) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if !low.is_finite() {
            (low, high) = (0.0, 1.0);
        }
        let never_below_zero = low >= 0.0;
        let room = if high > low { (high - low) * 0.12 } else { high.abs().max(1.0) * 0.1 };
        let step = step((high - low + 2.0 * room) / wanted);
        let from = ((low - room) / step).floor();
        let from = if never_below_zero { from.max(0.0) } else { from };
        let to = ((high + room * 0.4) / step).ceil();
        let ticks = (0..=(to - from) as usize).map(|at| (from + at as f64) * step).collect();
        Self { low: from * step, high: to * step, top: place.0, bottom: place.1, ticks }
    }

    /// A scale from zero to at least a value.
    pub(super) fn from_zero(high: f64, place: (f64, f64), wanted: f64) -> Self {
        let step = step(high.max(1e-9) / wanted);
        let to = (high / step).ceil().max(1.0);
        let ticks = (0..=to as usize).map(|at| at as f64 * step).collect();
        Self { low: 0.0, high: to * step, top: place.0, bottom: place.1, ticks }
    }

    /// The place of a value.
    pub(super) fn y(&self, value: f64) -> f64 {
        self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)
    }
}

/// The round step nearest above: 1, 2, 2.5 or 5 times a power of ten.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * 0.999)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gridlines_stand_at_round_numbers_and_hold_every_value() {
        let scale = Scale::around([0.262, 0.438].into_iter(), (0.0, 100.0), 5.0);
        assert!(scale.ticks.first().unwrap() <= &0.262 && scale.ticks.last().unwrap() >= &0.438);
        assert_eq!(scale.y(*scale.ticks.first().unwrap()), 100.0);
        let counts = Scale::around([3.0, 9.0].into_iter(), (0.0, 100.0), 5.0);
        assert_eq!(counts.ticks.first(), Some(&2.0));
        let flat = Scale::around([5.0, 5.0].into_iter(), (0.0, 100.0), 5.0);
        assert!(flat.y(5.0) > 0.0 && flat.y(5.0) < 100.0);
    }
}
