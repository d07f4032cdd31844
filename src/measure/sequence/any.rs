//! Steps in whatever order: how many different ones were done within the window, one event each (R3.1, R3.2).

use super::{Attempt, Event, Places, Rules, shares};

/// The attempt from an entry: the n-th event of its path is the one with which n different steps were done.
pub(super) fn attempt(rules: &Rules, events: &[Event], places: &Places, entry: usize) -> Attempt {
    let mut matching = Matching { events, by_step: vec![None; rules.steps] };
    let mut path = Vec::new();
    for place in in_window(rules, events, places, entry) {
        if matching.take(place) {
            path.push(place);
        }
    }
    Attempt { path }
}

/// The events that can matter, the entry first, then in time. As many of each step as there are steps are enough: with so
/// many, that step is never the one that lacks an event.
fn in_window(rules: &Rules, events: &[Event], places: &Places, entry: usize) -> Vec<usize> {
    let here = &events[entry];
    let closes_us = here.ts_us + rules.within_us;
    let mut found = Vec::new();
    for step in 0..rules.steps {
        let tied = places.before(step, entry).take_while(|place| events[*place].is_tied_with(here));
        let is_inside = |place: &usize| events[*place].ts_us <= closes_us;
        let later = places.after(step, entry).iter().copied().take_while(is_inside);
        let is_shared = |place: &usize| shares(rules, here, &events[*place]);
        found.extend(tied.chain(later).filter(is_shared).take(rules.steps));
    }
    found.sort_unstable();
    found.dedup();
    let mut ordered = vec![entry];
    ordered.extend(found.into_iter().filter(|place| *place != entry));
    ordered
}

/// Which event stands for which step; events already taken may change their step, but are never given up.
struct Matching<'a> {
    events: &'a [Event],
    by_step: Vec<Option<usize>>,
}

impl Matching<'_> {
    /// Takes one more event, if there is a step for it.
    fn take(&mut self, place: usize) -> bool {
        let mut tried = vec![false; self.by_step.len()];
        self.place(place, &mut tried)
    }

    fn place(&mut self, place: usize, tried: &mut [bool]) -> bool {
        for step in 0..self.by_step.len() {
            if tried[step] || !self.events[place].is_step(step) {
                continue;
            }
            tried[step] = true;
            let is_free = match self.by_step[step] {
                None => true,
                Some(other) => self.place(other, tried),
            };
            if is_free {
                self.by_step[step] = Some(place);
                return true;
            }
        }
        false
    }
}
