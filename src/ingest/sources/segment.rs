//! Segment and RudderStack: logs of whole calls on S3, and the warehouse's tables.

use std::borrow::Cow;

use super::made;
use crate::ingest::rows::{Field, Row, Shape};
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
    time: &["timestamp", "originalTimestamp", "original_timestamp", "receivedAt", "received_at"],
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
    if is_of_warehouse(row) {
        return of_warehouse(row, event);
    }
    let kind = text(row, &["type"]);
    match kind.as_deref() {
        None | Some("track") => {}
        Some("page" | "screen") => {
            event.properties = named(row);
            event.name = kind;
        }
        Some("group") => {
            event.joined = text(row, &["groupId"]).or_else(|| event.account.clone());
            event.account = event.account.take().or_else(|| event.joined.clone());
            event.name = kind;
        }
        Some(_) => event.name = kind,
    }
}

fn text<'a>(row: &Row<'a>, names: &[&str]) -> Option<Cow<'a, str>> {
    names.iter().find_map(|name| row.column(name)).and_then(|field| field.text())
}

/// A call has the id of its message and a type; a row of the warehouse has neither, and names of its own.
fn is_of_warehouse(row: &Row<'_>) -> bool {
    const OWN: [&str; 5] = ["received_at", "original_timestamp", "uuid_ts", "anonymous_id", "event_text"];
    let has = |name: &&str| row.column(name).is_some();
    !has(&"messageId") && (row.record().is_some() || (!has(&"type") && OWN.iter().any(has)))
}

fn of_warehouse<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    event.name = text(row, &["event_text", "event"]);
    event.of_table = true;
    event.user = event.user.take().or_else(|| text(row, &["user_id"])).or_else(|| text(row, &["anonymous_id"]));
    event.joined = text(row, &["group_id"]);
    event.account = event.account.take().or_else(|| event.joined.clone());
    event.properties = rest(row);
}

/// Any call with both ids links them, and an alias its earlier id.
fn link<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let Some(user) = text(row, &["userId", "user_id"]) else { return };
    let earlier = [text(row, &["anonymousId", "anonymous_id"]), text(row, &["previousId", "previous_id"])];
    event.links.extend(earlier.into_iter().flatten().map(|earlier| (earlier, user.clone())));
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
fn rest<'a>(row: &Row<'a>) -> Properties<'a> {
    let rest = row.columns().into_iter().filter(|(name, _)| !NAMED.contains(&name.to_lowercase().as_str()));
    made::object(rest.map(|(name, field)| match field {
        Field::Json(value) => (name, value.canonical()),
        Field::Cell(cell) => (name, made::quoted(cell)),
    }))
}
