//! Amplitude: the Export API's zips of JSON lines.

use std::borrow::Cow;

use crate::ingest::rows::Row;
use crate::ingest::source::{Clock, Event, Kept, Layout, Rows, Telemetry};

/// Kind `amplitude`.
pub(super) struct Amplitude;

impl Layout for Amplitude {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

static TELEMETRY: Telemetry = Telemetry {
    event: &["event_type"],
    time: &["event_time"],
    user: &["user_id", "device_id"],
    account: &[],
    id: &["uuid"],
    properties: &["event_properties"],
    kept: Kept::Properties,
    opened: None,
    clock: Clock::Utc,
    tell,
};

/// An insert id is unique only per device; a row with device and user is a link.
fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let text = |name| row.column(name).and_then(|field| field.text());
    let (device, user) = (text("device_id"), text("user_id"));
    if event.id.is_none()
        && let Some(insert) = text("$insert_id")
    {
        let device: &str = device.as_deref().unwrap_or_default();
        event.identity = Some(format!("{device}\u{1f}{insert}"));
        event.id = Some(insert);
    }
    if let (Some(device), Some(user)) = (device, user)
        && device != user
    {
        event.links.push((device, user) as (Cow<'a, str>, Cow<'a, str>));
    }
}
