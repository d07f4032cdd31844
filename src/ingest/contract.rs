//! What a source promises (`[sources.x.contract]`), held against the rows of a batch.

use std::collections::BTreeMap;

use anyhow::Result;

use super::batch::Around;
use super::source::Rows;
use crate::engine::Frame;
use crate::model::column::{Type, Value};
use crate::plan::source::Contract;

/// The columns of the relation that a contract's terms are put in.
pub(super) const TERMS: &[(&str, Type)] = &[("event_name", Type::Text), ("property", Type::Text), ("kind", Type::Text)];
/// The columns of what a contract looks at.
pub(super) const PROMISED: &[(&str, Type)] = &[
    ("event_name", Type::Text),
    ("properties", Type::Text),
    ("is_table", Type::Bool),
    ("file_no", Type::Int),
    ("position", Type::Long),
];

/// How the rows looked at keep a term of the contract.
#[derive(Default)]
pub(super) struct Term {
    /// The event, or the kind of record.
    pub(super) event: String,
    pub(super) property: String,
    /// The type that is promised; nothing: that the property is there.
    pub(super) kind: Option<String>,
    /// How many rows of that name there are.
    pub(super) events: u64,
    /// How many of them break it.
    pub(super) broken: u64,
    /// The file and the position of the first that does.
    pub(super) first: Option<(i32, u64)>,
}

/// What a source promises, and how the rows looked at keep it.
#[derive(Default)]
pub(super) struct Promises(BTreeMap<(String, String, Option<String>), Term>);

impl Promises {
    /// Looks at the rows that are incoming.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn look(&mut self, around: Around<'_>) -> Result<()> {
        let Some(contract) = &around.source.contract else { return Ok(()) };
        let looked_at = match around.layout.rows() {
            Rows::Events(_) => "promised_events",
            Rows::Records(_) => "promised_records",
            Rows::Readings => "promised_readings",
        };
        let engine = around.engine;
        engine.relation("contract_terms", TERMS, &terms(contract))?;
        // It is a view already where rows were looked at before.
        let _is_view = engine.run("drop table if exists promised", &[]);
        engine.run(&format!("create or replace view promised as select * from {looked_at}()"), &[])?;
        let frame = engine.query("select * from promises_kept() order by event_name, property, kind", &[])?;
        for row in 0..frame.rows() {
            self.add(told(&frame, row));
        }
        Ok(())
    }

    fn add(&mut self, term: Term) {
        let key = (term.event.clone(), term.property.clone(), term.kind.clone());
        let known = self.0.entry(key).or_default();
        let (events, broken) = (known.events + term.events, known.broken + term.broken);
        let first = known.first.into_iter().chain(term.first).min();
        *known = Term { events, broken, first, ..term };
    }

    /// The terms that are broken, in order of name.
    pub(super) fn broken(&self) -> impl Iterator<Item = &Term> {
        self.0.values().filter(|term| term.broken > 0)
    }
}

fn told(frame: &Frame, row: usize) -> Term {
    let file = frame.long("file_no", row).and_then(|number| i32::try_from(number).ok());
    Term {
        event: frame.text("event_name", row).unwrap_or_default(),
        property: frame.text("property", row).unwrap_or_default(),
        kind: frame.text("kind", row),
        events: frame.count("events", row),
        broken: frame.count("broken", row),
        first: file.map(|file| (file, frame.count("position", row))),
    }
}

/// Event, property and type of each term. Both names may have points, so a typed property stands under every event that it
/// may be of; only those that occur are looked at.
fn terms(contract: &Contract) -> Vec<Vec<Value>> {
    let required = contract.required.iter().flat_map(|(event, names)| {
        names.iter().map(move |name| vec![Value::from(event.as_str()), Value::from(name.as_str()), Value::Null])
    });
    let types = contract.types.iter().flat_map(|(path, kind)| {
        let ends = path.match_indices('.').map(move |(end, _)| (&path[..end], &path[end + 1..]));
        ends.map(move |(event, property)| vec![event.into(), property.into(), Value::from(kind.as_str())])
    });
    required.chain(types).collect()
}
