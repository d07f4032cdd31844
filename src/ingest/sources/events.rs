//! Events of any tool: columns by their usual names, or as the declaration says.

use crate::ingest::source::{Clock, Kept, Layout, Rows, Telemetry, nothing_more};

/// Kind `events`.
pub(super) struct Events;

impl Layout for Events {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

pub(super) static TELEMETRY: Telemetry = Telemetry {
    event: &["event", "event_name", "name"],
    time: &["time", "timestamp", "occurred_at"],
    user: &["user", "user_id", "distinct_id"],
    account: &["account", "account_id"],
    id: &["id", "event_id", "uuid"],
    properties: &["properties"],
    kept: Kept::PropertiesOrRest,
    opened: None,
    clock: Clock::Written,
    tell: nothing_more,
};
