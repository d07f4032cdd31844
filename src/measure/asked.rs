//! Which signals a metric asks for, in which role, and how each is counted (R0.11): the relations `asked` and `uses`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use jiff::civil::date;

use super::Asking;
use crate::engine::Frame;
use crate::engine::queries::{MEASURE, Query};
use crate::model::column::{Type, Value};
use crate::model::ids::SignalId;
use crate::model::metric::Use;
use crate::model::period::Unit;

/// A signal in a role of its metric, with how it is counted.
#[derive(Debug, Clone)]
pub(crate) struct Role {
    number: i64,
    signal: SignalId,
    needed: u32,
    per: Option<Unit>,
    is_distinct: bool,
    is_first: bool,
}

impl Asking<'_> {
    /// A signal as a metric uses it.
    pub(crate) fn used(&self, number: i64, used: &Use) -> Role {
        let signal = self.plan.signal(&used.signal);
        Role {
            number,
            signal: used.signal.clone(),
            needed: used.at_least,
            per: used.per.or(signal.per),
            is_distinct: signal.distinct.is_some(),
            is_first: signal.first_time,
        }
    }

    /// A signal by itself, counted as it says.
    pub(crate) fn own(&self, number: i64, id: &SignalId) -> Role {
        let at_least = self.plan.signal(id).at_least;
        self.used(number, &Use { signal: id.clone(), at_least, per: None })
    }

    /// Each match of a signal, whatever it counts: for windows in which the metric counts by itself.
    pub(crate) fn matches(&self, number: i64, id: &SignalId) -> Role {
        let signal = self.plan.signal(id);
        let is_counted_per = signal.per.is_some();
        Role {
            number,
            signal: id.clone(),
            needed: if is_counted_per { signal.at_least } else { 1 },
            per: signal.per,
            is_distinct: is_counted_per && signal.distinct.is_some(),
            is_first: signal.first_time,
        }
    }

    /// Makes `asked`, and `uses` of it: those of the question before stand where it asked for the same.
    pub(crate) fn ask(&self, roles: &[Role], same: &[String]) -> Result<()> {
        let numbers = self.signal_numbers()?;
        let zero = self.plan.workspace.calendar.period(Unit::Week, date(1900, 1, 10)).start;
        let mut rows = Vec::with_capacity(roles.len());
        for role in roles {
            let number = numbers.get(role.signal.as_str());
            let number =
                *number.with_context(|| format!("could not find the signal `{}` among `signals`", role.signal))?;
            let mut row = vec![
                Value::Long(role.number),
                Value::Long(number),
                Value::from(self.traction.actor.word()),
                Value::from(role.needed),
                Value::from(role.per.map(Unit::word)),
                Value::Day(zero),
                Value::Bool(role.is_distinct),
                Value::Bool(role.is_first),
            ];
            row.extend(self.properties().map(Value::Long));
            row.extend(self.kept(same)?.map(Value::Long));
            rows.push(row);
        }
        if self.engine.renew("asked", &COLUMNS, &rows)? {
            self.engine.load(&queries(&["happenings"]))?;
            self.engine.run("create or replace table uses as select * from happenings()", &[])?;
        }
        Ok(())
    }

    /// The place of each held property among those that `hits` keep; 0 for none.
    fn kept(&self, same: &[String]) -> Result<[i64; 3]> {
        let mut places = [0; 3];
        for (index, name) in same.iter().enumerate() {
            let place = self.scope.kept.iter().position(|kept| kept == name);
            let place = place.with_context(|| format!("could not hold `{name}` constant: the hits do not keep it"))?;
            *places.get_mut(index).context("could not hold more than three properties constant")? =
                i64::try_from(place)? + 1;
        }
        Ok(places)
    }

    fn signal_numbers(&self) -> Result<BTreeMap<String, i64>> {
        let frame = self.engine.query("select signal, id from signals", &[])?;
        let pair = |row| frame.text("id", row).zip(frame.long("signal", row));
        Ok((0..frame.rows()).filter_map(pair).collect())
    }

    /// Makes `units` by a query of the kind's own.
    pub(crate) fn make_units(&self, kind: &str, call: &str, parameters: &[Value]) -> Result<()> {
        self.engine.load(&queries(&["actors", &format!("{kind}_units")]))?;
        self.engine.run(&format!("create or replace table units as select * from {call}"), parameters)
    }

    /// The rows of the kind's query over `units` and `cells`.
    pub(crate) fn answer(&self, kind: &str, call: &str, parameters: &[Value]) -> Result<Frame> {
        self.engine.load(&queries(&[kind]))?;
        self.engine.query(&format!("select * from {call}"), parameters)
    }
}

/// Query files of this stage by name.
pub(super) fn queries(names: &[&str]) -> Vec<Query> {
    let find = |name: &&str| {
        let path = format!("measure/{name}.sql");
        *MEASURE.iter().find(|query| query.path == path).expect("every query that is named is compiled in")
    };
    names.iter().map(find).collect()
}

const COLUMNS: [(&str, Type); 15] = [
    ("role", Type::Long),
    ("signal", Type::Long),
    ("actor", Type::Text),
    ("needed", Type::Long),
    ("per", Type::Text),
    ("week_zero", Type::Day),
    ("is_distinct", Type::Bool),
    ("is_first", Type::Bool),
    ("property_1", Type::Long),
    ("property_2", Type::Long),
    ("property_3", Type::Long),
    ("property_4", Type::Long),
    ("same_1", Type::Long),
    ("same_2", Type::Long),
    ("same_3", Type::Long),
];
