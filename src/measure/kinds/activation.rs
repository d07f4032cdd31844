//! `activation`: the share of a start cohort that reaches enough in time, and how long that took (section 4).

use anyhow::Result;

use super::{Found, count, number, over, share};
use crate::engine::{Engine, Frame};
use crate::measure::{Asking, issues};
use crate::model::column::{Type, Value};
use crate::model::metric::{Activation, Actor, Count, Criterion, Traction, TractionKind};
use crate::model::period::Period;
use crate::model::question::Question;
use crate::model::reading::{Cell, Reading};
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::stats::survival::{Spell, kaplan_meier};

const DAY_US: f64 = 86_400_000_000.0;

/// How the share that has reached grows with the days since the start, for one cohort.
#[derive(Debug, Clone)]
pub struct Curve {
    /// The cohort.
    pub period: Period,
    /// Whom it describes.
    pub segment: Cell,
    /// How many started.
    pub starters: u64,
    /// Whether every window of the cohort has closed.
    pub settled: bool,
    /// Days since the start, and the share that had reached by then (Kaplan-Meier over all starters).
    pub points: Vec<(f64, f64)>,
}

/// The share reached by days since the start, per cohort and segment; nothing for other kinds.
///
/// # Errors
/// As for `measure`.
pub fn activation_curve(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
    question: &Question,
) -> Result<Vec<Curve>> {
    let TractionKind::Activation(activation) = &traction.kind else { return Ok(Vec::new()) };
    let asking = Asking::new(engine, plan, scope, traction, question)?;
    let (cells, found) = find(&asking, activation)?;
    let curves = asking.grid(&cells).map(|(index, period, place, cell)| {
        let complete_at_us = asking.start_us(period.end) + activation.within.micros();
        let (frame, rows) = found.of(index, place);
        let spells = spells(frame, rows);
        let steps = kaplan_meier(&spells).steps;
        Curve {
            period,
            segment: cell.clone(),
            starters: spells.len() as u64,
            settled: complete_at_us <= scope.as_of_end_us,
            points: steps.iter().map(|step| (step.time, 1.0 - step.survival)).collect(),
        }
    });
    let mut curves: Vec<_> = curves.collect();
    curves.sort_by_cached_key(|curve| (curve.period.start, crate::measure::parts::rank(&asking.parts, &curve.segment)));
    Ok(curves)
}

pub(super) fn readings(asking: &Asking, activation: &Activation) -> Result<Vec<Reading>> {
    let (cells, found) = find(asking, activation)?;
    let within_us = activation.within.micros();
    let mut readings = Vec::new();
    for (index, period, place, cell) in asking.grid(&cells) {
        let mut reading = asking.reading(period, cell, asking.start_us(period.end) + within_us);
        let (frame, rows) = found.of(index, place);
        fill(&mut reading, frame, rows);
        reading.left_truncated = asking.before_known(period.start);
        reading.segment_assumed = found.any(index, place, "assumed");
        reading.missing_days = asking.missing_days(Period { start: period.start, end: asking.read_end(period) });
        readings.push(reading);
    }
    Ok(readings)
}

/// Fills in the counts, apart by whether windows have closed, and the times over all starters.
fn fill(reading: &mut Reading, frame: &Frame, rows: &[usize]) {
    let sum = |is_closed: bool, only_reached: bool| {
        let is_counted = |row: &&usize| {
            frame.flag("is_closed", **row) == is_closed && (!only_reached || frame.flag("is_reached", **row))
        };
        rows.iter().filter(is_counted).map(|row| frame.count("starters", *row)).sum::<u64>()
    };
    let found = share(sum(true, true), sum(true, false));
    let curve = kaplan_meier(&spells(frame, rows));
    reading.value = over(found.counted, found.eligible);
    reading.share = Some(found);
    reading.rest = vec![
        ("open", count(sum(false, false))),
        ("open_counted", count(sum(false, true))),
        ("median_days", number(curve.quantile(0.5))),
        ("p90_days", number(curve.quantile(0.9))),
    ];
}

/// How long each starter took or has been waiting, in days.
fn spells(frame: &Frame, rows: &[usize]) -> Vec<Spell> {
    let spells = rows.iter().flat_map(|row| {
        let time = frame.long("time_us", *row).unwrap_or(0) as f64 / DAY_US;
        let spell = Spell { time, happened: frame.flag("is_reached", *row) };
        std::iter::repeat_n(spell, usize::try_from(frame.count("starters", *row)).unwrap_or(0))
    });
    spells.collect()
}

fn find(asking: &Asking, activation: &Activation) -> Result<(Vec<Cell>, Found)> {
    make_units(asking, activation)?;
    let cells = asking.make_cells()?;
    let end = Value::Long(asking.scope.as_of_end_us);
    // The order makes the spells, and with them every sum of fractions, the same on any number of threads.
    let frame = asking.answer("activation", "activation(?) order by all", &[end])?;
    Ok((cells, Found::new(frame)))
}

/// Makes `units`: a row per starter of the range, with when it had reached enough.
pub(in crate::measure) fn make_units(asking: &Asking, activation: &Activation) -> Result<()> {
    if activation.ordered {
        let because = "the criteria of an activation are counted in whatever order";
        return Err(issues::not_built(asking.traction.id.as_str(), "order", because));
    }
    let (enough, criteria) = activation.reach.needed();
    ask(asking, activation, criteria)?;
    asking.make_periods(None)?;
    let parameters = [
        Value::Long(activation.within.micros()),
        Value::Long(i64::try_from(enough)?),
        Value::Bool(activation.by_same_user),
    ];
    asking.make_units("activation", "activation_units(?, ?, ?)", &parameters)
}

/// Makes `asked` and `criteria`: the start in role 0, each criterion in its own.
fn ask(asking: &Asking, activation: &Activation, criteria: &[Criterion]) -> Result<()> {
    let columns = [
        ("role", Type::Long),
        ("counts", Type::Text),
        ("needed", Type::Long),
        ("gauge", Type::Text),
        ("floor_value", Type::Double),
    ];
    let mut roles = vec![asking.used(0, &activation.start)];
    let mut rows = Vec::new();
    for (number, criterion) in (1_i64..).zip(criteria) {
        rows.push(match criterion {
            Criterion::Signal { signal, count, at_least } => {
                roles.push(asking.matches(number, signal));
                let counts = word(*count);
                vec![Value::Long(number), Value::from(counts), Value::from(*at_least), Value::Null, Value::Null]
            }
            Criterion::Gauge { gauge, at_least } => {
                refuse_users(asking)?;
                let (gauge, floor) = (Value::from(gauge.as_str()), Value::Double(*at_least));
                vec![Value::Long(number), Value::Null, Value::Long(1), gauge, floor]
            }
        });
    }
    asking.engine.relation("criteria", &columns, &rows)?;
    asking.ask(&roles, &[])
}

/// Readings belong to accounts; no user ever reaches one.
fn refuse_users(asking: &Asking) -> Result<()> {
    match asking.traction.actor {
        Actor::Account => Ok(()),
        Actor::User => {
            let because = "a gauge is read of accounts, and the metric counts users";
            Err(issues::not_built(asking.traction.id.as_str(), "gauge", because))
        }
    }
}

fn word(count: Count) -> &'static str {
    match count {
        Count::Times => "times",
        Count::Days => "days",
        Count::Users => "users",
        Count::Values => "values",
    }
}
