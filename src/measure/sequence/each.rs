//! Every entry by itself: an event is consumed once over all entries, by the latest that can use it (R3.4).

use super::{Attempt, Event, Rules, shares};

/// The attempts of an actor, by entry. Tied events are taken in the order of the steps, which helps the actor most.
pub(super) fn attempts(rules: &Rules, events: &[Event]) -> Vec<Attempt> {
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut start = 0;
    while start < events.len() {
        let tied = |pair: &[Event]| pair[0].is_tied_with(&pair[1]);
        let mut end = start + 1;
        while end < events.len() && tied(&events[end - 1..=end]) {
            end += 1;
        }
        let mut group: Vec<_> = (start..end).collect();
        group.sort_by_key(|place| (events[*place].bits.trailing_zeros(), *place));
        for place in group {
            take(rules, events, &mut attempts, place);
        }
        start = end;
    }
    let (from, to) = rules.entries_us;
    attempts.retain(|attempt| (from..to).contains(&events[attempt.entry()].ts_us));
    attempts.sort_by_key(Attempt::entry);
    attempts
}

/// Gives an event to the latest attempt that waits for it; what nobody can use, and is a first step, is an entry.
fn take(rules: &Rules, events: &[Event], attempts: &mut Vec<Attempt>, place: usize) {
    let event = &events[place];
    let waits = |attempt: &&mut Attempt| {
        let (entry, step) = (&events[attempt.entry()], attempt.path.len());
        let last = &events[*attempt.path.last().expect("an attempt begins with its entry")];
        let limit = rules.step_within_us.get(step).copied().flatten().map_or(i64::MAX, |within| last.ts_us + within);
        step < rules.steps
            && event.is_step(step)
            && event.ts_us <= (entry.ts_us + rules.within_us).min(limit)
            && shares(rules, entry, event)
    };
    // Attempts are opened in time; the ones whose window has passed are behind all that can still use an event.
    let is_open = |attempt: &&mut Attempt| events[attempt.entry()].ts_us + rules.within_us >= event.ts_us;
    match attempts.iter_mut().rev().take_while(is_open).find(waits) {
        Some(attempt) => attempt.path.push(place),
        None if event.is_step(0) => attempts.push(Attempt { path: vec![place] }),
        None => {}
    }
}
