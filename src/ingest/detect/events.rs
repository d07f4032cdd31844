//! Which events a source has, counted over all its files: the ones used most become signals.

use std::collections::BTreeMap;

use anyhow::Result;

use super::super::rows::Row;
use super::super::rows::open::Place;
use super::super::source::{Event, Rows, Telemetry};
use super::super::sources::layout;
use super::super::survey::{First, each_row, first};
use super::parquet;
use crate::plan::source::Source;

/// Of how many rows of a Parquet file events are counted.
const PARQUET: u64 = 200_000;

/// How often each event was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) names: BTreeMap<String, u64>,
    /// How many rows were read.
    pub(super) rows: u64,
}

impl Counts {
    fn take(&mut self, name: Option<String>) {
        self.rows += 1;
        if let Some(name) = name {
            *self.names.entry(name).or_default() += 1;
        }
    }
}

/// Counts the events in files of a source; nothing where it is none of events.
///
/// # Errors
/// If a file cannot be opened.
pub(super) fn count(source: &Source, places: &[&Place]) -> Result<Counts> {
    let layout = layout(source.kind);
    let Rows::Events(telemetry) = layout.rows() else { return Ok(Counts::default()) };
    let mut counts = Counts::default();
    for place in places {
        let mut ready = match first(place, source, layout.bare_columns())? {
            First::Ready(ready) => ready,
            First::Parquet => {
                parquet::each(place, PARQUET, &mut |row| counts.take(name(&row, telemetry, source)))?;
                continue;
            }
            First::PassedOver(_) | First::Page => continue,
        };
        // Reading may begin anew where a file is no JSON by line; what was counted of it until then is taken back.
        let before = counts.clone();
        let mut last = 0;
        each_row(&mut ready, &mut |piece| {
            if piece.offset < last {
                counts = before.clone();
            }
            last = piece.offset;
            counts.take(piece.row.as_ref().ok().and_then(|row| name(row, telemetry, source)));
        })?;
    }
    Ok(counts)
}

fn name(row: &Row<'_>, telemetry: &Telemetry, source: &Source) -> Option<String> {
    let usual = || telemetry.event.iter().find_map(|path| row.find_outside(path));
    let own = source.paths.event.as_deref().and_then(|path| row.find(path));
    let name = own.or_else(usual).and_then(|field| field.text());
    let mut event = Event { name, ..Event::default() };
    (telemetry.tell)(row, &mut event);
    event.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}
