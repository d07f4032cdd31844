//! Events that must not stand between two steps (R3.7).

use super::{Attempt, Event, Exclude, Rules};
use crate::model::metric::{Excluded, FunnelOrder};

/// What is left of an attempt: itself, less of it, or nothing.
pub(super) fn kept(rules: &Rules, events: &[Event], mut attempt: Attempt) -> Option<Attempt> {
    let whole = attempt.path.clone();
    for exclude in &rules.exclude {
        let Some(place) = met(rules, events, &whole, exclude) else { continue };
        match exclude.then {
            Excluded::Remove => return None,
            Excluded::Drop => {
                let done = whole.iter().take_while(|step| events[**step].ts_us <= events[place].ts_us).count();
                attempt.path.truncate(done.max(1));
            }
        }
    }
    Some(attempt)
}

/// The first excluded event after the one step and before the other; where the other never came, inside the window. What
/// is tied with a step does not stand between (R3.6).
fn met(rules: &Rules, events: &[Event], path: &[usize], exclude: &Exclude) -> Option<usize> {
    // With `any` an event is excluded from the whole funnel only: from the entry to the last step.
    let (after, before) = match rules.order {
        FunnelOrder::Any => (0, rules.steps - 1),
        FunnelOrder::Ordered | FunnelOrder::Strict => (exclude.after, exclude.before),
    };
    let from = *path.get(after)?;
    let to = path.get(before).copied();
    let closes_us = events[path[0]].ts_us + rules.within_us;
    let is_inside = |place: &usize| to.map_or(events[*place].ts_us <= closes_us, |to| *place < to);
    let is_met = |place: &usize| {
        let event = &events[*place];
        event.is_step(exclude.bit)
            && !event.is_tied_with(&events[from])
            && to.is_none_or(|to| !event.is_tied_with(&events[to]))
    };
    (from + 1..events.len()).take_while(is_inside).find(is_met)
}
