//! Mixpanel: the raw export's JSON lines.

use std::borrow::Cow;

use crate::ingest::rows::{Row, Shape};
use crate::ingest::source::{Clock, Event, Kept, Layout, Properties, Rows, Telemetry};

/// Kind `mixpanel`.
pub(super) struct Mixpanel;

impl Layout for Mixpanel {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

static TELEMETRY: Telemetry = Telemetry {
    event: &["event"],
    time: &["properties.time"],
    user: &["properties.distinct_id"],
    account: &[],
    id: &["properties.$insert_id"],
    properties: &["properties"],
    kept: Kept::Properties,
    opened: None,
    // In projects made before 2023 the seconds are those of the project's own clock.
    clock: Clock::WallClock,
    tell,
};

/// An insert id is one event's only together with its name, user and time; a device with a user is a link.
fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    if event.id.is_some() {
        let time = event.time.and_then(|time| time.text());
        let parts = [event.name.as_deref(), event.user.as_deref(), time.as_deref(), event.id.as_deref()];
        event.identity = Some(parts.map(Option::unwrap_or_default).join("\u{1f}"));
    }
    if let Some(properties) = row.properties().filter(|properties| properties.shape() == Shape::Object) {
        event.properties = Properties::Object(properties, &["time", "distinct_id", "$insert_id"]);
    }
    let text = |name| row.find(name).and_then(|field| field.text());
    if let (Some(device), Some(user)) = (text("properties.$device_id"), text("properties.$user_id")) {
        link(device, user, event);
    }
}

/// Links a device, which stands as `distinct_id` with or without a mark before it.
fn link<'a>(device: Cow<'a, str>, user: Cow<'a, str>, event: &mut Event<'a>) {
    let bare = device.strip_prefix("$device:").unwrap_or(&device).to_owned();
    for anonymous in [format!("$device:{bare}"), bare] {
        if anonymous != user {
            event.links.push((Cow::Owned(anonymous), user.clone()));
        }
    }
}
