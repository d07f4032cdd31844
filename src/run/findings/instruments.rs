//! Instruments that died: events and gauges that stopped while their accounts are otherwise alive (R9.4).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;

use crate::engine::{Engine, queries};
use crate::measure::kinds;
use crate::model::column::{Type, Value};
use crate::model::metric::TractionKind;
use crate::plan::{Matches, Plan};
use crate::run::session::Session;

/// What stopped, and on which day each was last seen.
#[derive(Debug, Default)]
pub(super) struct Dead {
    events: BTreeMap<String, Date>,
    gauges: BTreeMap<String, Date>,
}

/// Looks for what stopped by the last day that is read, of all that the plan's metrics count.
pub(super) fn dead(session: &Session, plan: &Plan) -> Result<Dead> {
    let signals: BTreeSet<_> = plan.traction().flat_map(|traction| kinds::signals(&traction.kind)).collect();
    let names: BTreeSet<&str> = signals.into_iter().flat_map(|id| names(&plan.signal(id).matches)).collect();
    let rows: Vec<Vec<Value>> = names.into_iter().map(|name| vec![name.into()]).collect();
    session.engine.relation("asked_events", &[("event_name", Type::Text)], &rows)?;
    session.engine.load(queries::INSTRUMENTS)?;
    let named = |sql: &str, column: &str| -> Result<BTreeMap<String, Date>> {
        let frame = session.engine.query(sql, &[session.scope().as_of.into()])?;
        let row = |row| Some((frame.text(column, row)?, frame.day("last_day", row)?));
        Ok((0..frame.rows()).filter_map(row).collect())
    };
    let events = named("select * from dead_events(?) order by event_name", "event_name")?;
    Ok(Dead { events, gauges: named("select * from dead_gauges(?) order by gauge", "gauge")? })
}

fn names(matches: &Matches) -> Vec<&str> {
    match matches {
        Matches::Events(names) => names.iter().map(String::as_str).collect(),
        Matches::AnyEvent | Matches::Gauge(_) => Vec::new(),
    }
}

impl Dead {
    /// The last day on which all that a metric reads was still alive; nothing where all is.
    pub(super) fn since(&self, plan: &Plan, kind: &TractionKind) -> Option<Date> {
        let of_signal = |matches: &Matches| match matches {
            Matches::AnyEvent => None,
            // Of several names the signal lives as long as one does.
            Matches::Events(names) => {
                names.iter().map(|name| self.events.get(name).copied()).collect::<Option<Vec<_>>>()?.into_iter().max()
            }
            Matches::Gauge(gauge) => self.gauges.get(gauge).copied(),
        };
        let signals = kinds::signals(kind).into_iter().filter_map(|id| of_signal(&plan.signal(id).matches));
        let gauges = kinds::gauges(kind).into_iter().filter_map(|gauge| self.gauges.get(gauge).copied());
        signals.chain(gauges).min()
    }
}
