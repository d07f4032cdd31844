//! Which part of a move is other rates, and which another mix (R9.8): parts that add up to the move exactly.

use std::collections::BTreeMap;

/// One segment's part of a whole at one time: what it counted, out of what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// The numerator.
    pub counted: f64,
    /// The denominator.
    pub eligible: f64,
}

/// What one segment adds to the move of the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// By its own rate having moved.
    pub rate: f64,
    /// By its share of the whole having moved.
    pub mix: f64,
}

impl Contribution {
    /// Both together.
    pub fn total(self) -> f64 {
        self.rate + self.mix
    }
}

/// Kitagawa's split (1955) of a share or ratio between two times, one contribution per segment, in the order given.
///
/// Each segment comes as it was before and as it is after; `None` where it was not there. The mix is centred on the
/// whole, `(w1 - w0) (r̄ - v̄)`, so that a growing segment with a rate above the whole pulls it up; the textbook form
/// `(w1 - w0) r̄` has the same sum and tells nothing segment by segment. A segment that is there only once is all mix.
/// Nothing when one of the wholes has no denominator.
pub fn kitagawa(segments: &[(Option<Part>, Option<Part>)]) -> Option<Vec<Contribution>> {
    let before = whole(segments.iter().filter_map(|segment| segment.0))?;
    let after = whole(segments.iter().filter_map(|segment| segment.1))?;
    let middle = (before.counted / before.eligible + after.counted / after.eligible) / 2.0;
    Some(segments.iter().map(|segment| contribution(*segment, before, after, middle)).collect())
}

/// What one account adds to the move of a share or ratio: `(n1 - m d1)/D1 - (n0 - m d0)/D0` (R9.8), m the middle of
/// the two wholes. Nothing when one of the wholes has no denominator.
pub fn of_account(before: Part, after: Part, whole_before: Part, whole_after: Part) -> Option<f64> {
    if whole_before.eligible <= 0.0 || whole_after.eligible <= 0.0 {
        return None;
    }
    let rate = |part: Part| part.counted / part.eligible;
    let middle = (rate(whole_before) + rate(whole_after)) / 2.0;
    let pull = |part: Part, whole: Part| (part.counted - middle * part.eligible) / whole.eligible;
    Some(pull(after, whole_after) - pull(before, whole_before))
}

/// What the parts of accounts make together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Their sum: a count or an amount.
    Sum,
    /// Sum over sum: a share, a mean or a ratio.
    Ratio,
}

/// Which of the two times a part belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The earlier.
    Before,
    /// The later.
    After,
}

/// The parts of accounts at two times.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    whole: Whole,
    accounts: BTreeMap<String, [Part; 2]>,
}

/// What an account adds to a move.
#[derive(Debug, Clone, PartialEq)]
pub struct Mover {
    /// The account.
    pub account: String,
    /// `joined`, `left`, `gained` or `lost`.
    pub moved: &'static str,
    /// How much, in the unit of the whole.
    pub contribution: f64,
}

impl Parts {
    /// No part yet.
    pub fn none(whole: Whole) -> Self {
        Self { whole, accounts: BTreeMap::new() }
    }

    /// Adds to an account's part at a time.
    pub fn add(&mut self, account: &str, when: When, part: Part) {
        let held = self.accounts.entry(account.to_owned()).or_insert([Part { counted: 0.0, eligible: 0.0 }; 2]);
        let held = &mut held[usize::from(when == When::After)];
        *held = Part { counted: held.counted + part.counted, eligible: held.eligible + part.eligible };
    }

    /// The whole at a time; nothing where it has no denominator.
    pub fn value(&self, when: When) -> Option<f64> {
        let whole = self.sum(when);
        match self.whole {
            Whole::Sum => Some(whole.counted),
            Whole::Ratio => (whole.eligible > 0.0).then(|| whole.counted / whole.eligible),
        }
    }

    /// Who moved it, in order of name: the contributions add up to the move of the whole. Who adds nothing is left out.
    pub fn movers(&self) -> Vec<Mover> {
        let (before, after) = (self.sum(When::Before), self.sum(When::After));
        let mover = |(account, [first, second]): (&String, &[Part; 2])| {
            let contribution = match self.whole {
                Whole::Sum => second.counted - first.counted,
                Whole::Ratio => of_account(*first, *second, before, after)?,
            };
            let there = |part: &Part| match self.whole {
                Whole::Sum => part.counted != 0.0,
                Whole::Ratio => part.eligible != 0.0,
            };
            let moved = match (there(first), there(second)) {
                (false, true) => "joined",
                (true, false) => "left",
                (true, true) | (false, false) if contribution < 0.0 => "lost",
                (true, true) | (false, false) => "gained",
            };
            (contribution != 0.0).then(|| Mover { account: account.clone(), moved, contribution })
        };
        self.accounts.iter().filter_map(mover).collect()
    }

    fn sum(&self, when: When) -> Part {
        let parts = self.accounts.values().map(|parts| parts[usize::from(when == When::After)]);
        parts.fold(Part { counted: 0.0, eligible: 0.0 }, |sum, part| Part {
            counted: sum.counted + part.counted,
            eligible: sum.eligible + part.eligible,
        })
    }
}

fn whole(parts: impl Iterator<Item = Part>) -> Option<Part> {
    let whole = parts.fold(Part { counted: 0.0, eligible: 0.0 }, |sum, part| Part {
        counted: sum.counted + part.counted,
        eligible: sum.eligible + part.eligible,
    });
    (whole.eligible > 0.0).then_some(whole)
}

fn contribution(segment: (Option<Part>, Option<Part>), before: Part, after: Part, middle: f64) -> Contribution {
    let there = |part: Option<Part>| part.filter(|part| part.eligible != 0.0);
    let rate = |part: Part| part.counted / part.eligible;
    let (rate0, rate1) = match (there(segment.0), there(segment.1)) {
        (Some(part0), Some(part1)) => (rate(part0), rate(part1)),
        (Some(only), None) | (None, Some(only)) => (rate(only), rate(only)),
        (None, None) => return Contribution { rate: 0.0, mix: 0.0 },
    };
    let weight0 = there(segment.0).map_or(0.0, |part| part.eligible / before.eligible);
    let weight1 = there(segment.1).map_or(0.0, |part| part.eligible / after.eligible);
    Contribution {
        rate: (weight0 + weight1) / 2.0 * (rate1 - rate0),
        mix: (weight1 - weight0) * ((rate0 + rate1) / 2.0 - middle),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(counted: f64, eligible: f64) -> Option<Part> {
        Some(Part { counted, eligible })
    }

    #[test]
    fn contributions_add_up_to_the_move_also_when_a_segment_comes_or_goes() {
        let segments = [(part(10.0, 40.0), part(30.0, 50.0)), (part(9.0, 10.0), None), (None, part(1.0, 30.0))];
        let contributions = kitagawa(&segments).unwrap();
        let sum: f64 = contributions.iter().map(|one| one.total()).sum();
        assert!((sum - (31.0 / 80.0 - 19.0 / 50.0)).abs() < 1e-15);
        assert_eq!((contributions[1].rate, contributions[2].rate), (0.0, 0.0));
        assert!(contributions[1].mix < 0.0, "one with a high rate left");
    }

    #[test]
    fn accounts_add_up_to_the_move() {
        let of = |counted, eligible| Part { counted, eligible };
        let (before, after) = (of(3.0, 7.0), of(5.0, 8.0));
        let accounts = [(of(1.0, 4.0), of(3.0, 4.0)), (of(2.0, 3.0), of(0.0, 0.0)), (of(0.0, 0.0), of(2.0, 4.0))];
        let sum: f64 = accounts.iter().filter_map(|(first, second)| of_account(*first, *second, before, after)).sum();
        assert!((sum - (5.0 / 8.0 - 3.0 / 7.0)).abs() < 1e-15);
        assert_eq!(kitagawa(&[(part(0.0, 0.0), part(1.0, 2.0))]), None);
    }

    #[test]
    fn movers_are_told_by_how_they_moved_and_add_up() {
        let of = |counted, eligible| Part { counted, eligible };
        let mut parts = Parts::none(Whole::Ratio);
        for (account, when, part) in [
            ("stays", When::Before, of(1.0, 1.0)),
            ("stays", When::After, of(1.0, 1.0)),
            ("drops", When::Before, of(1.0, 1.0)),
            ("drops", When::After, of(0.0, 1.0)),
            ("goes", When::Before, of(1.0, 1.0)),
            ("comes", When::After, of(0.0, 1.0)),
        ] {
            parts.add(account, when, part);
        }
        let movers = parts.movers();
        let told: Vec<_> = movers.iter().map(|mover| (mover.account.as_str(), mover.moved)).collect();
        assert_eq!(told, [("comes", "joined"), ("drops", "lost"), ("goes", "left")]);
        let sum: f64 = movers.iter().map(|mover| mover.contribution).sum();
        assert!((sum - (1.0 / 3.0 - 1.0)).abs() < 1e-15);
        assert_eq!(parts.value(When::Before), Some(1.0));
    }
}
