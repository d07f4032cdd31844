//! PostHog: batch exports, table exports, answers of the API.

use crate::ingest::rows::Row;
use crate::ingest::source::{Clock, Event, Kept, Layout, Rows, Telemetry};

/// Kind `posthog`.
pub(super) struct Posthog;

impl Layout for Posthog {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

pub(super) static TELEMETRY: Telemetry = Telemetry {
    event: &["event"],
    time: &["timestamp"],
    user: &["distinct_id"],
    account: &[],
    id: &["uuid", "id"],
    properties: &["properties"],
    kept: Kept::Properties,
    opened: None,
    clock: Clock::Written,
    tell,
};

/// Links of anonymous ids; and an event of a group has no account of its own.
fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let linked = match event.name.as_deref() {
        Some("$identify") => "$anon_distinct_id",
        Some("$create_alias" | "$merge_dangerously") => "alias",
        _ => return,
    };
    let anonymous = row.properties().and_then(|properties| properties.get(linked));
    let anonymous = anonymous.and_then(crate::ingest::rows::Field::of_json).and_then(|field| field.text());
    let anonymous = anonymous.or_else(|| row.record()?.flattened(linked).map(|cell| cell.trim().into()));
    if let (Some(anonymous), Some(user)) = (anonymous, event.user.clone()) {
        event.links.push((anonymous, user));
    }
}
