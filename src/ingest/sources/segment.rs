//! Segment and RudderStack: logs of whole calls on S3, and the warehouse's tables.

use std::borrow::Cow;

use super::made;
use crate::ingest::rows::{Field, Record, Row, Shape};
use crate::ingest::source::{Clock, Event, Kept, Layout, Properties, Rows, Telemetry};

/// Kind `segment`.
pub(super) struct Segment;

impl Layout for Segment {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }
}

// A table's names are found without `_` and case, so that `userId` is also the warehouse's `user_id`.
static TELEMETRY: Telemetry = Telemetry {
    event: &["event_text", "event", "type"],
    time: &["timestamp", "originalTimestamp", "receivedAt"],
    user: &["userId", "anonymousId"],
    account: &["groupId", "context.groupId", "context_group_id"],
    id: &["messageId", "id"],
    properties: &["properties", "traits"],
    kept: Kept::Properties,
    opened: None,
    clock: Clock::Written,
    tell,
};

/// Columns of the warehouse that are no properties.
const NAMED: &[&str] = &[
    "id",
    "event",
    "event_text",
    "timestamp",
    "original_timestamp",
    "received_at",
    "sent_at",
    "uuid",
    "uuid_ts",
    "loaded_at",
    "user_id",
    "anonymous_id",
];

fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    link(row, event);
    if let Some(record) = row.record() {
        event.properties = rest(record);
        return;
    }
    let kind = row.column("type").and_then(|kind| kind.text());
    match kind.as_deref() {
        None | Some("track") => {}
        Some("page" | "screen") => {
            event.properties = named(row);
            event.name = kind;
        }
        Some("group") => {
            event.joins = true;
            event.name = kind;
        }
        Some(_) => event.name = kind,
    }
}

/// Any call with both ids links them, and an alias its earlier id.
fn link<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let text = |name| row.column(name).and_then(|field| field.text());
    let Some(user) = text("userId") else { return };
    for earlier in [text("anonymousId"), text("previousId")].into_iter().flatten() {
        if earlier != user {
            event.links.push((earlier, user.clone()));
        }
    }
}

/// The properties of a page or screen, with its name and category.
fn named<'a>(row: &Row<'a>) -> Properties<'a> {
    let Some(call) = row.json() else { return Properties::None };
    let properties = row.properties().filter(|properties| properties.shape() == Shape::Object);
    let own = properties.into_iter().flat_map(|properties| properties.entries());
    let said = ["name", "category"].into_iter().filter_map(|name| {
        let there = properties.is_some_and(|properties| properties.get(name).is_some());
        Some((Cow::Borrowed(name), call.get(name).filter(|value| !there && value.shape() == Shape::Text)?))
    });
    made::object(own.chain(said).map(|(name, value)| (name, value.canonical())))
}

/// The columns of a warehouse table that name nothing.
fn rest<'a>(record: Record<'a>) -> Properties<'a> {
    let rest = record.cells().filter(|(name, _)| !NAMED.contains(&name.to_lowercase().as_str()));
    made::object(rest.map(|(name, cell)| (Cow::Borrowed(name), made::quoted(&Field::Cell(cell).verbatim()))))
}
