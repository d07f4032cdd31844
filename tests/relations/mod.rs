//! A small company in memory: events, readings and attributes, made into the relations that `shape` makes.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part of it")]
#![allow(clippy::unwrap_used, reason = "tests only")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use serde_json::Value as Json;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::model::column::{Type, Value};
use throughline::model::period::{Calendar, plus_days};
use throughline::model::reading::{Datum, Reading};
use throughline::model::scope::{Freshness, Scope, SourceSpan};
use throughline::plan::filter::{Comparison, Filter, Literal, Name};
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Matches, Plan, Signal};

/// One event, after identity.
#[derive(Debug, Clone)]
pub struct Event {
    pub user: Option<i64>,
    pub account: Option<i64>,
    pub name: String,
    pub us: i64,
    pub seq: i64,
    pub properties: BTreeMap<String, Json>,
}

/// One reading of a gauge.
#[derive(Debug, Clone)]
pub struct Gauged {
    pub account: i64,
    pub gauge: String,
    pub us: i64,
    pub value: f64,
}

/// A stretch of time in which an account has a value: segment, value, from, to, assumed.
pub type Attribute = (i64, String, Option<String>, i64, i64, bool);

/// A company.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub events: Vec<Event>,
    pub gauges: Vec<Gauged>,
    pub attributes: Vec<Attribute>,
    /// Accounts with the instant they end.
    pub ended: BTreeMap<i64, i64>,
    /// Accounts without an event or reading: they only exist.
    pub idle: BTreeMap<i64, i64>,
    /// Spans in which accounts pass a test.
    pub eligible: Vec<(String, i64, i64, i64)>,
    pub tie_us: i64,
    pub kept: Vec<String>,
    pub expects_daily: bool,
}

/// Reads a plan that must be right.
pub fn plan(text: &str) -> Plan {
    let (plan, problems) = resolve(text, Path::new("/"), date(2026, 1, 1), Needs::Metrics);
    plan.unwrap_or_else(|| panic!("the plan has problems: {problems:#?}\n{text}"))
}

pub fn engine() -> DuckDb {
    DuckDb::open(&Limits { threads: Some(2), ..Limits::default() }).unwrap()
}

const DAY: i64 = 86_400_000_000;
/// Long before and long after everything.
pub const ALWAYS: (i64, i64) = (-62_135_596_800_000_000, 9_000_000_000_000_000);

impl World {
    /// Makes the relations, and says how far they reach.
    pub fn attach(&self, engine: &dyn Engine, plan: &Plan, as_of: Date) -> Scope {
        let calendar = &plan.workspace.calendar;
        let end_us = calendar.start_us(plus_days(as_of, 1));
        self.signals(engine, plan);
        self.hits(engine, plan, end_us);
        self.gauges(engine, calendar, end_us);
        self.people(engine, end_us);
        self.attributes(engine);
        self.scope(plan, as_of, end_us)
    }

    fn signals(&self, engine: &dyn Engine, plan: &Plan) {
        let rows: Vec<_> = (0_i64..)
            .zip(&plan.signals)
            .map(|(index, signal)| vec![Value::Long(index), Value::Text(signal.id.to_string())])
            .collect();
        engine.relation("signals", &[("signal", Type::Int), ("id", Type::Text)], &rows).unwrap();
    }

    fn hits(&self, engine: &dyn Engine, plan: &Plan, end_us: i64) {
        let calendar = &plan.workspace.calendar;
        let mut rows = Vec::new();
        for (index, signal) in (0_i64..).zip(&plan.signals) {
            for event in self.events.iter().filter(|event| event.us < end_us && matches(signal, event)) {
                let property =
                    |name: &String| event.properties.get(name).and_then(text).map_or(Value::Null, Value::Text);
                let mut row = vec![
                    Value::Long(index),
                    event.user.into(),
                    event.account.into(),
                    Value::Long(event.us),
                    Value::Long(event.seq),
                    Value::Day(calendar.day(event.us)),
                    Value::Long(self.tie_us),
                    signal.distinct.as_ref().map_or(Value::Null, property),
                ];
                row.extend(self.kept.iter().map(property));
                row.resize(12, Value::Null);
                rows.push(row);
            }
        }
        let columns = [
            ("signal", Type::Int),
            ("usr", Type::Int),
            ("account", Type::Int),
            ("ts_us", Type::Long),
            ("seq", Type::Long),
            ("local_day", Type::Day),
            ("tie_us", Type::Long),
            ("value", Type::Text),
            ("kept_1", Type::Text),
            ("kept_2", Type::Text),
            ("kept_3", Type::Text),
            ("kept_4", Type::Text),
        ];
        engine.relation("hits", &columns, &rows).unwrap();
        // A week that begins with each day of use says the same as one of seven days.
        let weeks = "create or replace table week_parts as select signal, usr, account, local_day as week_start, \
            local_day as month_start, cast(count(*) as integer) as day_0, 0 as day_1, 0 as day_2, 0 as day_3, 0 as day_4, \
            0 as day_5, 0 as day_6 from hits group by signal, usr, account, local_day";
        engine.run(weeks, &[]).unwrap();
    }

    fn gauges(&self, engine: &dyn Engine, calendar: &Calendar, end_us: i64) {
        let mut days = BTreeMap::new();
        let mut readings = Vec::new();
        for (seq, reading) in (0_i64..).zip(self.gauges.iter().filter(|reading| reading.us < end_us)) {
            let day = calendar.day(reading.us);
            let row = |with_seq: bool| {
                let mut row = vec![Value::from(reading.gauge.as_str()), Value::Long(reading.account)];
                row.extend(if with_seq {
                    vec![Value::Long(reading.us), Value::Long(seq), Value::Day(day)]
                } else {
                    vec![Value::Day(day), Value::Long(reading.us)]
                });
                row.push(Value::Double(reading.value));
                row
            };
            readings.push(row(true));
            let last = days.entry((reading.gauge.clone(), reading.account, day)).or_insert((reading.us, row(false)));
            if last.0 <= reading.us {
                *last = (reading.us, row(false));
            }
        }
        let days: Vec<_> = days.into_values().map(|(_, row)| row).collect();
        let text = |name| (name, Type::Text);
        let long = |name| (name, Type::Long);
        let day = ("local_day", Type::Day);
        let (account, value) = (("account", Type::Int), ("value", Type::Double));
        engine.relation("gauge_days", &[text("gauge"), account, day, long("ts_us"), value], &days).unwrap();
        let columns = [text("gauge"), account, long("ts_us"), long("seq"), day, value];
        engine.relation("gauge_readings", &columns, &readings).unwrap();
    }

    fn people(&self, engine: &dyn Engine, end_us: i64) {
        let mut accounts: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        let mut users: BTreeMap<i64, (i64, i64, Option<i64>)> = BTreeMap::new();
        let mut see = |account: i64, us: i64| {
            let seen = accounts.entry(account).or_insert((us, us));
            *seen = (seen.0.min(us), seen.1.max(us));
        };
        let mut events: Vec<_> = self.events.iter().filter(|event| event.us < end_us).collect();
        events.sort_by_key(|event| (event.us, event.seq));
        for event in events {
            if let Some(account) = event.account {
                see(account, event.us);
            }
            if let Some(user) = event.user {
                let seen = users.entry(user).or_insert((event.us, event.us, None));
                *seen = (seen.0, event.us, event.account.or(seen.2));
            }
        }
        self.gauges.iter().filter(|reading| reading.us < end_us).for_each(|reading| see(reading.account, reading.us));
        self.idle.iter().for_each(|(account, us)| see(*account, *us));
        let rows: Vec<_> = accounts
            .iter()
            .map(|(account, (first, last))| {
                let id = Value::Text(format!("a{account}"));
                let ended = self.ended.get(account).copied();
                let times = [Value::Long(*first), Value::Long(*last), Value::Long(*first), ended.into()];
                [vec![Value::Long(*account), id, Value::Null, Value::Null], times.to_vec()].concat()
            })
            .collect();
        let columns = [
            ("account", Type::Int),
            ("account_id", Type::Text),
            ("company_id", Type::Text),
            ("matched_by", Type::Text),
            ("first_seen_us", Type::Long),
            ("last_seen_us", Type::Long),
            ("created_us", Type::Long),
            ("ended_us", Type::Long),
        ];
        engine.relation("accounts", &columns, &rows).unwrap();
        let rows: Vec<_> = users
            .iter()
            .map(|(user, (first, last, account))| {
                let id = Value::Text(format!("u{user}"));
                vec![Value::Long(*user), id, (*account).into(), Value::Null, Value::Long(*first), Value::Long(*last)]
            })
            .collect();
        let columns = [
            ("usr", Type::Int),
            ("user_id", Type::Text),
            ("account", Type::Int),
            ("email_domain", Type::Text),
            ("first_seen_us", Type::Long),
            ("last_seen_us", Type::Long),
        ];
        engine.relation("users", &columns, &rows).unwrap();
    }

    fn attributes(&self, engine: &dyn Engine) {
        let rows: Vec<_> = self
            .attributes
            .iter()
            .map(|(account, segment, value, from, to, assumed)| {
                let segment = Value::from(segment.as_str());
                vec![
                    Value::Long(*account),
                    segment,
                    value.clone().into(),
                    (*from).into(),
                    (*to).into(),
                    (*assumed).into(),
                ]
            })
            .collect();
        let columns = [
            ("account", Type::Int),
            ("segment", Type::Text),
            ("value", Type::Text),
            ("from_us", Type::Long),
            ("to_us", Type::Long),
            ("assumed", Type::Bool),
        ];
        engine.relation("attributes", &columns, &rows).unwrap();
        let rows: Vec<_> = self
            .eligible
            .iter()
            .map(|(test, account, from, to)| {
                vec![test.as_str().into(), (*account).into(), (*from).into(), (*to).into()]
            })
            .collect();
        let columns = [("test", Type::Text), ("account", Type::Int), ("from_us", Type::Long), ("to_us", Type::Long)];
        engine.relation("eligible_spans", &columns, &rows).unwrap();
    }

    fn scope(&self, plan: &Plan, as_of: Date, as_of_end_us: i64) -> Scope {
        let calendar = &plan.workspace.calendar;
        let mut sources = Vec::new();
        for source in &plan.sources {
            let moments: Vec<i64> = if source.kind.is_telemetry() {
                self.events.iter().map(|event| event.us).collect()
            } else {
                self.gauges.iter().map(|reading| reading.us).collect()
            };
            let read = moments.into_iter().filter(|us| *us < as_of_end_us);
            let days: BTreeSet<Date> = read.map(|us| calendar.day(us)).collect();
            sources.push(SourceSpan {
                due: None,
                source: source.name.clone(),
                first_day: days.first().copied(),
                last_day: days.last().copied(),
                freshness: Freshness::Fresh,
                tie_us: self.tie_us,
                missing_days: if self.expects_daily { SourceSpan::days_without(&days, as_of) } else { Vec::new() },
            });
        }
        let first_day = sources.iter().filter_map(|source| source.first_day).min();
        Scope {
            as_of,
            as_of_end_us,
            as_of_is_explicit: true,
            first_day,
            known_since: plan.workspace.known_since.or(first_day.map(|day| plus_days(day, 28))),
            sources,
            kept: self.kept.clone(),
        }
    }
}

/// A moment as an exports' row writes it; a bare day is its local midnight.
pub fn moment(text: &str, calendar: &Calendar) -> i64 {
    match text.parse::<Timestamp>() {
        Ok(moment) => moment.as_microsecond(),
        Err(_) => calendar.start_us(text.parse().unwrap()),
    }
}

/// The tie window that times written like these have (R3.6).
pub fn tie_us<'a>(times: impl Iterator<Item = &'a str>) -> i64 {
    let times: Vec<_> = times.collect();
    match (times.iter().all(|time| time.len() == 10), times.iter().any(|time| time.contains('.'))) {
        (true, _) => DAY,
        (false, true) => 0,
        (false, false) => 1_000_000,
    }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn matches(signal: &Signal, event: &Event) -> bool {
    let named = match &signal.matches {
        Matches::AnyEvent => true,
        Matches::Events(names) => names.contains(&event.name),
        Matches::Gauge(_) => false,
    };
    named && signal.filter.as_ref().is_none_or(|filter| passes(filter, event))
}

/// The few tests that the cases use.
fn passes(filter: &Filter, event: &Event) -> bool {
    match filter {
        Filter::And(all) => all.iter().all(|filter| passes(filter, event)),
        Filter::Or(any) => any.iter().any(|filter| passes(filter, event)),
        Filter::Compare { name: Name::Plain(name), comparison, literal } => {
            let Some(found) = event.properties.get(name).and_then(text) else { return false };
            let order = match literal {
                Literal::Text(wanted) => found.cmp(wanted),
                Literal::Number(wanted) => {
                    let (Ok(found), Ok(wanted)) = (found.parse::<f64>(), wanted.parse::<f64>()) else { return false };
                    found.total_cmp(&wanted)
                }
                Literal::Bool(wanted) => found.cmp(&wanted.to_string()),
            };
            match comparison {
                Comparison::Equal => order.is_eq(),
                Comparison::NotEqual => order.is_ne(),
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Greater => order.is_gt(),
                Comparison::GreaterOrEqual => order.is_ge(),
            }
        }
        other => panic!("no case uses this test: {other:?}"),
    }
}

/// A reading as the columns of output.md.
pub fn columns(reading: &Reading) -> BTreeMap<String, Json> {
    let mut columns = BTreeMap::new();
    let segment: serde_json::Map<_, _> =
        reading.segment.parts.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let mut put = |name: &str, value: Json| columns.insert(name.to_owned(), value);
    put("period_start", reading.period.start.to_string().into());
    put("period_end", reading.period.end.to_string().into());
    put("segment", segment.into());
    put("value", reading.value.into());
    put("settled", reading.settled.into());
    if let Some(share) = reading.share {
        put("eligible", share.eligible.into());
        put("counted", share.counted.into());
        put("low", share.interval.map(|interval| interval.0).into());
        put("high", share.interval.map(|interval| interval.1).into());
    }
    for (name, datum) in &reading.rest {
        put(
            name,
            match datum {
                Datum::Null => Json::Null,
                Datum::Count(count) => (*count).into(),
                Datum::Number(number) => (*number).into(),
                Datum::Money(micros) => (*micros as f64 / 1e6).into(),
                Datum::Text(text) => text.clone().into(),
                Datum::Day(day) => day.to_string().into(),
            },
        );
    }
    columns
}
