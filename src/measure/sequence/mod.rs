//! Attempts at a sequence of steps, found in one pass over a stream of events sorted by actor and time. It knows no
//! plan and no SQL: an event is a few integers, and what may follow what is told by [`Rules`].

mod any;
mod chain;
mod each;
mod exclude;
pub(in crate::measure) mod stream;

use crate::model::metric::{Excluded, FunnelEntry, FunnelOrder};

/// The bit of an event that is neither a step nor excluded.
pub(in crate::measure) const ANYTHING_ELSE: i64 = 62;

const DAY_US: i64 = 86_400_000_000;

/// One event of an actor.
#[derive(Debug, Clone, Default)]
pub(in crate::measure) struct Event {
    /// When, in microseconds.
    pub(in crate::measure) ts_us: i64,
    /// The local day, for ties of date-only data.
    pub(in crate::measure) day: i64,
    /// Its source's tie window.
    pub(in crate::measure) tie_us: i64,
    /// The account it stands on.
    pub(in crate::measure) account: i64,
    /// Bit n: it can be step n, from 0; after the steps, the exclusions in their order.
    pub(in crate::measure) bits: i64,
    /// The values it is split by; 0 for none.
    pub(in crate::measure) properties: [u32; 4],
    /// The values that must stay the same; 0 for none.
    pub(in crate::measure) same: [u32; 3],
}

impl Event {
    fn is_step(&self, step: usize) -> bool {
        self.bits >> step & 1 == 1
    }

    /// Whether the order of two events is not known (R3.6).
    fn is_tied_with(&self, other: &Self) -> bool {
        let window = self.tie_us.max(other.tie_us);
        if window >= DAY_US { self.day == other.day } else { (self.ts_us - other.ts_us).abs() < window }
    }
}

/// What makes an attempt.
#[derive(Debug, Clone)]
pub(in crate::measure) struct Rules {
    /// How many steps.
    pub(in crate::measure) steps: usize,
    /// How long after the entry.
    pub(in crate::measure) within_us: i64,
    /// How long after the step before, by step.
    pub(in crate::measure) step_within_us: Vec<Option<i64>>,
    /// What may stand between.
    pub(in crate::measure) order: FunnelOrder,
    /// Which attempts are wanted.
    pub(in crate::measure) entry: FunnelEntry,
    /// What must not stand between.
    pub(in crate::measure) exclude: Vec<Exclude>,
    /// How many of `same` must be shared.
    pub(in crate::measure) same: usize,
    /// Where each period of entry begins.
    pub(in crate::measure) periods_us: Vec<i64>,
    /// Entries lie in `[from, to)`.
    pub(in crate::measure) entries_us: (i64, i64),
}

/// An excluded event, by the steps it must not stand between, from 0.
#[derive(Debug, Clone, Copy)]
pub(in crate::measure) struct Exclude {
    pub(in crate::measure) bit: usize,
    pub(in crate::measure) after: usize,
    pub(in crate::measure) before: usize,
    pub(in crate::measure) then: Excluded,
}

/// An attempt: the places of the events that were its steps, in the order of the steps done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::measure) struct Attempt {
    /// Never empty: the entry comes first.
    pub(in crate::measure) path: Vec<usize>,
}

impl Attempt {
    /// The place of its entry.
    pub(in crate::measure) fn entry(&self) -> usize {
        *self.path.first().expect("an attempt begins with its entry")
    }
}

/// All attempts of one actor whose entry lies in the range and that are attempts still after the exclusions (R3.7), by
/// entry. Events are in order of time and sequence.
pub(in crate::measure) fn attempts(rules: &Rules, events: &[Event]) -> Vec<Attempt> {
    let places = Places::new(rules, events);
    let found = match (rules.entry, rules.order) {
        (FunnelEntry::Each, FunnelOrder::Ordered) => each::attempts(rules, events),
        (_, FunnelOrder::Any) => {
            entries(rules, events).map(|entry| any::attempt(rules, events, &places, entry)).collect()
        }
        (_, FunnelOrder::Ordered | FunnelOrder::Strict) => {
            entries(rules, events).map(|entry| chain::attempt(rules, events, &places, entry)).collect::<Vec<_>>()
        }
    };
    found.into_iter().filter_map(|attempt| exclude::kept(rules, events, attempt)).collect()
}

/// The places of events that can be an entry in the range: with `any`, at whichever step.
fn entries<'a>(rules: &'a Rules, events: &'a [Event]) -> impl Iterator<Item = usize> + 'a {
    let (from, to) = rules.entries_us;
    let most = if rules.entry == FunnelEntry::First { 1 } else { usize::MAX };
    let mask = match rules.order {
        FunnelOrder::Any => (1 << rules.steps) - 1,
        FunnelOrder::Ordered | FunnelOrder::Strict => 1,
    };
    let is_entry = move |event: &Event| event.bits & mask != 0 && event.ts_us >= from && event.ts_us < to;
    events.iter().enumerate().filter(move |(_, event)| is_entry(event)).map(|(place, _)| place).take(most)
}

/// Where each step's events are, so that no attempt walks over events that are nothing to it.
struct Places(Vec<Vec<usize>>);

impl Places {
    fn new(rules: &Rules, events: &[Event]) -> Self {
        let of_step = |step: usize| (0..events.len()).filter(|place| events[*place].is_step(step)).collect();
        Self((0..rules.steps).map(of_step).collect())
    }

    /// The places of a step's events after a place, in order.
    fn after(&self, step: usize, place: usize) -> &[usize] {
        let places = &self.0[step];
        &places[places.partition_point(|other| *other <= place)..]
    }

    /// The places of a step's events before a place, nearest first.
    fn before(&self, step: usize, place: usize) -> impl Iterator<Item = usize> {
        let places = &self.0[step];
        places[..places.partition_point(|other| *other < place)].iter().rev().copied()
    }
}

/// Whether two events share what must stay the same (R3.8): a missing value is shared with nobody.
fn shares(rules: &Rules, one: &Event, other: &Event) -> bool {
    (0..rules.same).all(|index| one.same[index] != 0 && one.same[index] == other.same[index])
}
