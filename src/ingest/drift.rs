//! How the events of a source drift: new names, names that stopped, properties whose type changed.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::civil::Date;

use super::batch::Around;
use super::settle;
use super::source::Rows;
use crate::engine::Engine;
use crate::lake::Vector;
use crate::lake::tables::EVENTS;
use crate::model::column::{Type, Value};

/// About so many events are looked at for their properties, of the lake and of a batch.
const LOOKED_AT: u64 = 100_000;
/// So many of the lake's newest months say which events there are, so that a night costs the same however long the history.
const YEAR: usize = 12;
/// So many say of which types properties are.
const QUARTER: usize = 3;

/// What the events of a source were before a call, and what the call's batches bring.
pub(super) struct Drift<'a> {
    around: Around<'a>,
}

/// What has drifted.
#[derive(Debug, Default)]
pub(super) struct Drifted {
    /// Events that were not seen in the year before, by name.
    pub(super) new: Vec<String>,
    /// Events that have stopped, when they were seen last, and whether they had stopped before the call.
    pub(super) stopped: Vec<(String, Date, bool)>,
    pub(super) retyped: Vec<Retyped>,
}

/// A property that comes in a type it never had.
#[derive(Debug)]
pub(super) struct Retyped {
    pub(super) event: String,
    pub(super) property: String,
    pub(super) was: String,
    pub(super) is: String,
    /// In how many of the events looked at.
    pub(super) events: u64,
}

/// Makes the relations that what is seen is put in.
///
/// # Errors
/// If the engine refuses.
pub(super) fn prepare(engine: &dyn Engine) -> Result<()> {
    let named = ("event_name", Type::Text);
    engine.relation("event_days", &[named, ("local_day", Type::Day), ("incoming", Type::Bool)], &[])?;
    let typed = [("property", Type::Text), ("type", Type::Text), ("incoming", Type::Bool), ("events", Type::Long)];
    engine.relation("property_types", &[&[named][..], &typed].concat(), &[])
}

impl<'a> Drift<'a> {
    /// Looks at what the lake has of the source. Nothing where it tells no events, or none was read before: then all is new.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn begin(around: Around<'a>, vector: &Vector, has_rows: bool) -> Result<Option<Self>> {
        if !has_rows || !matches!(around.layout.rows(), Rows::Events(_)) {
            return Ok(None);
        }
        prepare(around.engine)?;
        let drift = Self { around };
        let months: BTreeSet<_> =
            around.lake.files_in(&EVENTS, vector)?.into_iter().filter_map(|file| file.month).collect();
        let newest: Vec<_> = months.into_iter().rev().take(YEAR).collect();
        settle::attach(around.lake, around.engine, vector, &EVENTS, Some(&newest))?;
        drift.days()?;
        let newest = &newest[..newest.len().min(QUARTER)];
        settle::attach(around.lake, around.engine, vector, &EVENTS, Some(newest))?;
        drift.types("select count(*) as n from lake_events where source = ?", &[around.source.name.as_str().into()])?;
        Ok(Some(drift))
    }

    /// Looks at the incoming events.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn look(&self, vector: &Vector) -> Result<()> {
        settle::attach(self.around.lake, self.around.engine, vector, &EVENTS, Some(&[]))?;
        self.days()?;
        self.types("select count(*) as n from incoming_events", &[])
    }

    fn days(&self) -> Result<()> {
        let source = self.around.source.name.as_str();
        self.around.engine.run("insert into event_days select * from days_of_events(?)", &[source.into()])
    }

    fn types(&self, counted: &str, parameters: &[Value]) -> Result<()> {
        let engine = self.around.engine;
        let every = (engine.query(counted, parameters)?.count("n", 0) / LOOKED_AT).max(1);
        let every = Value::Long(i64::try_from(every).unwrap_or(i64::MAX));
        let told = "select event_name, property, type, incoming, events from types_of_properties(?, ?)";
        engine.run(&format!("insert into property_types {told}"), &[self.around.source.name.as_str().into(), every])
    }

    /// What has drifted.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn told(&self) -> Result<Drifted> {
        let engine = self.around.engine;
        let mut drifted = Drifted::default();
        let frame = engine.query("select * from drifted_events() order by event_name", &[])?;
        for row in 0..frame.rows() {
            let name = frame.text("event_name", row).unwrap_or_default();
            if frame.flag("stopped", row) {
                let last = frame.day("last_seen", row).unwrap_or_default();
                drifted.stopped.push((name, last, frame.flag("had_stopped", row)));
            } else if frame.flag("is_new", row) {
                drifted.new.push(name);
            }
        }
        let frame = engine.query("select * from retyped_properties() order by event_name, property", &[])?;
        let text = |column, row| frame.text(column, row).unwrap_or_default();
        let retyped = |row| Retyped {
            event: text("event_name", row),
            property: text("property", row),
            was: text("was", row),
            is: text("has", row),
            events: frame.count("events", row),
        };
        drifted.retyped = (0..frame.rows()).map(retyped).collect();
        Ok(drifted)
    }
}
