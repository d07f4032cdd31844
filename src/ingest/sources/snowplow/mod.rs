//! Snowplow: enriched events, tab-separated, with JSON in three of the cells.

mod columns;

use std::borrow::Cow;

use indexmap::IndexMap;

use super::made;
use crate::ingest::rows::json::Tape;
use crate::ingest::rows::{Json, Record, Row, Shape};
use crate::ingest::source::{Clock, Event, Kept, Layout, Rows, Telemetry};

/// Kind `snowplow`.
pub(super) struct Snowplow;

impl Layout for Snowplow {
    fn rows(&self) -> Rows {
        Rows::Events(&TELEMETRY)
    }

    fn bare_columns(&self) -> Option<&'static [&'static str]> {
        Some(&columns::COLUMNS)
    }
}

static TELEMETRY: Telemetry = Telemetry {
    event: &["event_name"],
    time: &["derived_tstamp", "collector_tstamp"],
    user: &["user_id", "domain_userid", "network_userid"],
    account: &[],
    id: &["event_id"],
    properties: &["unstruct_event"],
    kept: Kept::Properties,
    opened: Some(opened),
    clock: Clock::Utc,
    tell,
};

/// A device and its user on one event are a link.
fn tell<'a>(row: &Row<'a>, event: &mut Event<'a>) {
    let text = |name| row.column(name).and_then(|field| field.text());
    event.links.extend(text("domain_userid").zip(text("user_id")));
}

/// A record as a JSON object: its cells by name, contexts by the name in their schema, and the event's own data.
fn opened(record: Record<'_>) -> String {
    let mut object: IndexMap<Cow<'_, str>, String> = IndexMap::new();
    let mut contexts: IndexMap<Cow<'_, str>, String> = IndexMap::new();
    let mut tape = Tape::default();
    for (name, cell) in record.cells() {
        let json = matches!(name, "contexts" | "derived_contexts" | "unstruct_event").then_some(cell);
        match json.filter(|cell| tape.lay(cell).is_ok_and(|end| cell[end..].trim().is_empty())) {
            None => {
                object.insert(Cow::Borrowed(name), made::quoted(cell));
            }
            Some(cell) if name == "unstruct_event" => {
                if let Some((_, data)) = tape.json(cell).get("data").and_then(described) {
                    object.insert(Cow::Borrowed(name), data.canonical());
                }
            }
            Some(cell) => {
                let all = tape.json(cell).get("data");
                for (name, data) in all.into_iter().flat_map(|all| all.items()).filter_map(described) {
                    contexts.entry(name.into()).or_insert_with(|| data.canonical());
                }
            }
        }
    }
    if !contexts.is_empty() {
        object.insert(Cow::Borrowed("contexts"), made::written(&contexts));
    }
    made::written(&object)
}

/// Data that describes itself: the name in its schema (`iglu:vendor/name/format/version`), and what it says.
fn described<'a>(value: Json<'a>) -> Option<(String, Json<'a>)> {
    let schema = value.get("schema")?.string().into_owned();
    let name = schema.split('/').nth(1)?.to_owned();
    value.get("data").filter(|data| data.shape() != Shape::Null).map(|data| (name, data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::rows::Header;

    /// A record of these cells, opened.
    fn check(cells: &[(&str, &str)], expected: &str) {
        let header = Header::new(cells.iter().map(|(name, _)| *name));
        let text: String = cells.iter().map(|(_, cell)| *cell).collect();
        let ends = cells.iter().scan(0, |end, (_, cell)| {
            *end += cell.len();
            Some(*end)
        });
        let ends: Vec<usize> = ends.collect();
        assert_eq!(opened(Record::new(&header, &text, &ends)), expected);
    }

    #[test]
    fn contexts_are_known_by_the_name_in_their_schema_and_the_first_of_several_counts() {
        check(
            &[
                ("event_name", "deployed"),
                (
                    "contexts",
                    r#"{"schema":"iglu:c/contexts/jsonschema/1-0-0","data":[
                    {"schema":"iglu:a/team/jsonschema/1-0-0","data":{"id":"t_1"}},
                    {"schema":"iglu:b/team/jsonschema/2-0-0","data":{"id":"t_2"}}]}"#,
                ),
                ("user_id", ""),
                (
                    "unstruct_event",
                    r#"{"schema":"iglu:c/unstruct_event/jsonschema/1-0-0",
                    "data":{"schema":"iglu:a/thing/jsonschema/1-0-0","data":{"stage":"production"}}}"#,
                ),
            ],
            r#"{"event_name":"deployed","unstruct_event":{"stage":"production"},"contexts":{"team":{"id":"t_1"}}}"#,
        );
    }

    #[test]
    fn cells_that_are_no_json_stay_text() {
        check(&[("contexts", "{oops"), ("unstruct_event", "{}")], r#"{"contexts":"{oops"}"#);
    }

    #[test]
    fn the_columns_stand_where_the_tool_writes_them() {
        let at = |place: usize| columns::COLUMNS[place - 1];
        assert_eq!((at(53), at(59), at(125), at(127)), ("contexts", "unstruct_event", "derived_tstamp", "event_name"));
    }
}
