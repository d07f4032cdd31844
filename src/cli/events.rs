//! `throughline events`: what is in the data, by event, and by property of an event.

use anyhow::{Context, Result};
use polars::prelude::DataFrame;
use serde_json::{Value, json};

use super::args::{Common, Table};
use super::issues::{self, Noun};
use super::printer::Printer;
use super::{Exit, output, question, workspace};
use crate::engine::{Engine, Frame, queries};
use crate::ingest::seen;
use crate::plan::resolve::Needs;

/// How many of a property's values are told.
const TOP: u32 = 5;
/// A property with more different values than these is told by its type: its values name things, they are no words.
const WORDS: u64 = 12;

/// An event name of a source, and what its properties hold.
struct Seen {
    source: String,
    name: String,
    events: u64,
    users: u64,
    accounts: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    days_seen: u64,
    stopped: bool,
    properties: Vec<Property>,
}

/// A property of an event.
struct Property {
    name: String,
    events: u64,
    distinct: u64,
    types: String,
    top: String,
    top_json: String,
}

/// `throughline events [NAME…]`
pub(super) fn events(common: &Common, printer: Printer, names: &[String], table: &Table) -> Result<Exit> {
    let Some(workspace) = workspace::open(common, printer, Needs::Sources)? else { return Ok(Exit::Nothing) };
    let session = question::open(common, printer, &workspace, None, Vec::new())?;
    session.engine.load(queries::SEEN)?;
    let (properties, every) = seen::properties(&session.engine, TOP)?;
    let all = asked(gathered(&seen::events(&session.engine)?, &properties), names)?;
    let mut frame = if names.is_empty() { by_event(&all) } else { by_property(&all) }?;
    output::write(printer, table, &mut frame, || document(&all))?;
    for event in all.iter().filter(|event| event.stopped) {
        let last = event.last_seen.as_deref().unwrap_or_default();
        printer.say(&format!("`{}` of `{}` has stopped: it was last seen on {last}", event.name, event.source));
    }
    if every > 1 {
        printer.say(&format!("properties are told from one in {every} events, always the same ones"));
    }
    Ok(Exit::Done)
}

/// The events of these names; all without any.
fn asked(all: Vec<Seen>, names: &[String]) -> Result<Vec<Seen>> {
    let known: Vec<&str> = all.iter().map(|event| event.name.as_str()).collect();
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(issues::unknown(Noun::Event, name, &known));
    }
    Ok(all.into_iter().filter(|event| names.is_empty() || names.contains(&event.name)).collect())
}

fn gathered(events: &Frame, properties: &Frame) -> Vec<Seen> {
    let event = |row: usize| {
        let (source, name) = (events.text("source", row)?, events.text("event_name", row)?);
        let day = |column| events.day(column, row).map(|day| day.to_string());
        Some(Seen {
            properties: properties_of(properties, &source, &name),
            source,
            name,
            events: events.count("events", row),
            users: events.count("users", row),
            accounts: events.count("accounts", row),
            first_seen: day("first_seen"),
            last_seen: day("last_seen"),
            days_seen: events.count("days_seen", row),
            stopped: events.flag("stopped", row),
        })
    };
    (0..events.rows()).filter_map(event).collect()
}

fn properties_of(properties: &Frame, source: &str, name: &str) -> Vec<Property> {
    let text = |column: &str, row| properties.text(column, row).unwrap_or_default();
    let is_of = |row: &usize| text("source", *row) == source && text("event_name", *row) == name;
    let property = |row| Property {
        name: text("property", row),
        events: properties.count("events", row),
        distinct: properties.count("distinct_values", row),
        types: text("types", row),
        top: text("top_values", row),
        top_json: text("top_values_json", row),
    };
    (0..properties.rows()).filter(is_of).map(property).collect()
}

fn by_event(all: &[Seen]) -> Result<DataFrame> {
    let columns = vec![
        output::texts("source", all.iter().map(|event| Some(&event.source))),
        output::texts("event_name", all.iter().map(|event| Some(&event.name))),
        output::counts("events", all.iter().map(|event| event.events)),
        output::counts("users", all.iter().map(|event| event.users)),
        output::counts("accounts", all.iter().map(|event| event.accounts)),
        output::texts("first_seen", all.iter().map(|event| event.first_seen.as_ref())),
        output::texts("last_seen", all.iter().map(|event| event.last_seen.as_ref())),
        output::counts("days_seen", all.iter().map(|event| event.days_seen)),
        output::flags("stopped", all.iter().map(|event| event.stopped)),
        output::texts("properties", all.iter().map(|event| Some(in_words(&event.properties)))),
    ];
    DataFrame::new(all.len(), columns).context("could not lay out the events")
}

/// `stage: production, test; duration_ms (number)`
fn in_words(properties: &[Property]) -> String {
    let one = |property: &Property| match property.distinct {
        few if few <= WORDS && !property.types.contains("object") => format!("{}: {}", property.name, property.top),
        _ => format!("{} ({})", property.name, property.types),
    };
    properties.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn by_property(all: &[Seen]) -> Result<DataFrame> {
    let rows: Vec<(&Seen, &Property)> =
        all.iter().flat_map(|event| event.properties.iter().map(move |property| (event, property))).collect();
    let columns = vec![
        output::texts("source", rows.iter().map(|(event, _)| Some(&event.source))),
        output::texts("event_name", rows.iter().map(|(event, _)| Some(&event.name))),
        output::texts("property", rows.iter().map(|(_, property)| Some(&property.name))),
        output::counts("events", rows.iter().map(|(_, property)| property.events)),
        output::counts("distinct_values", rows.iter().map(|(_, property)| property.distinct)),
        output::texts("types", rows.iter().map(|(_, property)| Some(&property.types))),
        output::texts("top_values", rows.iter().map(|(_, property)| Some(&property.top))),
    ];
    DataFrame::new(rows.len(), columns).context("could not lay out the properties")
}

/// The document of `events --format json`: every event with its properties.
fn document(all: &[Seen]) -> String {
    let property = |property: &Property| {
        json!({
            "property": property.name, "events": property.events, "distinct_values": property.distinct,
            "types": property.types.split(", ").collect::<Vec<_>>(),
            "top_values": serde_json::from_str(&property.top_json).unwrap_or(Value::Null),
        })
    };
    let event = |event: &Seen| {
        json!({
            "source": event.source, "event_name": event.name, "events": event.events, "users": event.users,
            "accounts": event.accounts, "first_seen": event.first_seen, "last_seen": event.last_seen,
            "days_seen": event.days_seen, "stopped": event.stopped,
            "properties": event.properties.iter().map(property).collect::<Vec<_>>(),
        })
    };
    let document = json!({ "shape": 1, "events": all.iter().map(event).collect::<Vec<_>>() });
    serde_json::to_string_pretty(&document).expect("values of JSON can be written") + "\n"
}
