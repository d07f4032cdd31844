//! Steps in order, with anything or nothing between: from one entry as far as it gets (R3.1 to R3.3).

use std::collections::BTreeSet;

use super::{Attempt, Event, Places, Rules, shares};
use crate::model::metric::FunnelOrder;

/// The attempt from an entry: the longest way through the steps, and of several the one that is earliest at each.
pub(super) fn attempt(rules: &Rules, events: &[Event], places: &Places, entry: usize) -> Attempt {
    let closes_us = events[entry].ts_us + rules.within_us;
    let mut walk =
        Walk { rules, events, places, closes_us, path: vec![entry], best: vec![entry], dead: BTreeSet::new() };
    walk.go_on();
    Attempt { path: walk.best }
}

/// A search from one entry. Without ties and without windows between steps the first candidate is always the right one, so
/// that it never turns back.
struct Walk<'a> {
    rules: &'a Rules,
    events: &'a [Event],
    places: &'a Places,
    closes_us: i64,
    path: Vec<usize>,
    best: Vec<usize>,
    /// Step and place from which nothing further was found; only where nothing is tied, as then the way there is no matter.
    dead: BTreeSet<(usize, usize)>,
}

impl Walk<'_> {
    /// Goes on from the path so far; true once all steps are done.
    fn go_on(&mut self) -> bool {
        if self.path.len() > self.best.len() {
            self.best.clone_from(&self.path);
        }
        if self.path.len() == self.rules.steps {
            return true;
        }
        let last = *self.path.last().expect("a path begins with its entry");
        let step = self.path.len();
        if self.dead.contains(&(step, last)) {
            return false;
        }
        for candidate in self.candidates(step, last) {
            self.path.push(candidate);
            if self.go_on() {
                return true;
            }
            self.path.pop();
        }
        if self.events[last].tie_us == 0 {
            self.dead.insert((step, last));
        }
        false
    }

    /// The events that could be the next step, the most promising first: those tied with the last one that came earlier,
    /// then those after it. Of several that are alike only one.
    fn candidates(&self, step: usize, last: usize) -> Vec<usize> {
        let mut candidates = Vec::new();
        let here = &self.events[last];
        let tied = self.places.before(step, last).take_while(|place| self.events[*place].is_tied_with(here));
        for place in tied {
            self.consider(place, &mut candidates);
        }
        candidates.reverse();
        let limit_us = self.limit_us(step, here);
        let mut first = None::<&Event>;
        let other = (self.rules.order == FunnelOrder::Strict).then(|| self.next_untied(last)).flatten();
        for &place in self.places.after(step, last) {
            let event = &self.events[place];
            if event.ts_us > limit_us {
                break;
            }
            let is_near = event.is_tied_with(here) || first.is_none_or(|first| event.is_tied_with(first));
            if !is_near && !self.turns_back() {
                break;
            }
            if other.is_some_and(|other| other < place && !self.events[other].is_tied_with(event)) {
                break;
            }
            let before = candidates.len();
            self.consider(place, &mut candidates);
            if first.is_none() && candidates.len() > before && !event.is_tied_with(here) {
                first = Some(event);
            }
        }
        candidates
    }

    /// Whether a later event can be better than the first: where the next step counts its time from this one.
    fn turns_back(&self) -> bool {
        self.rules.step_within_us.iter().any(Option::is_some)
    }

    fn limit_us(&self, step: usize, here: &Event) -> i64 {
        let of_step = self.rules.step_within_us.get(step).copied().flatten();
        of_step.map_or(self.closes_us, |within| self.closes_us.min(here.ts_us + within))
    }

    fn consider(&self, place: usize, candidates: &mut Vec<usize>) {
        let event = &self.events[place];
        let entry = &self.events[self.path[0]];
        let is_alike = |other: &usize| {
            let other = &self.events[*other];
            other.ts_us == event.ts_us && other.bits == event.bits && other.tie_us == event.tie_us
        };
        if !self.path.contains(&place) && shares(self.rules, entry, event) && !candidates.iter().any(is_alike) {
            candidates.push(place);
        }
    }

    /// The first event of the actor that is surely after a place: with `strict`, nothing surely after that may follow.
    fn next_untied(&self, last: usize) -> Option<usize> {
        let is_after = |place: &usize| !self.events[*place].is_tied_with(&self.events[last]);
        (last + 1..self.events.len()).find(is_after)
    }
}
