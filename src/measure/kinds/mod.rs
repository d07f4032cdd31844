//! The kinds of traction metrics, one file each; here, what all of them share.

pub mod activation;
pub mod active;
pub mod adoption;
pub mod funnel;
pub mod gauge;
pub mod retention;

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::Asking;
use crate::engine::Frame;
use crate::model::column::Value;
use crate::model::ids::SignalId;
use crate::model::metric::{Criterion, Reduce, ReturnCriterion, TractionKind};
use crate::model::period::Period;
use crate::model::reading::{Cell, Datum, Reading, Share, ValueUnit};
use crate::stats::interval::wilson;

/// The readings of a metric, in no order.
pub(super) fn readings(asking: &Asking) -> Result<Vec<Reading>> {
    match &asking.traction.kind {
        TractionKind::Active(active) => active::readings(asking, active),
        TractionKind::Activation(activation) => activation::readings(asking, activation),
        TractionKind::Adoption(adoption) => adoption::readings(asking, adoption),
        TractionKind::Gauge(gauge) => gauge::readings(asking, gauge),
        TractionKind::Retention(retention) => retention::readings(asking, retention),
        TractionKind::Funnel(funnel) => funnel::readings(asking, funnel),
    }
}

/// Makes `actor_parts` (period, actor, counted, eligible): what each actor adds to the readings of the whole.
pub(super) fn actor_parts(asking: &Asking) -> Result<()> {
    let (name, call, parameters): (_, _, Vec<Value>) = match &asking.traction.kind {
        TractionKind::Funnel(funnel) => return funnel::actor_parts(asking, funnel),
        TractionKind::Active(_) => ("active_parts", "active_parts()", Vec::new()),
        TractionKind::Activation(_) => {
            ("activation_parts", "activation_parts(?)", vec![Value::Long(asking.scope.as_of_end_us)])
        }
        TractionKind::Adoption(_) => ("adoption_parts", "adoption_parts()", Vec::new()),
        TractionKind::Retention(retention) => {
            let is_or_after = retention.criterion == ReturnCriterion::OnOrAfter;
            let parameters = vec![Value::from(retention::shown_k(retention)), Value::Bool(is_or_after)];
            ("retention_parts", "retention_parts(?, ?)", parameters)
        }
        TractionKind::Gauge(gauge) => {
            let (is_share, floor) = match gauge.reduce {
                Reduce::Share(floor) => (true, floor),
                Reduce::Sum | Reduce::Mean => (false, 0.0),
            };
            ("gauge_parts", "gauge_parts(?, ?)", vec![Value::Bool(is_share), Value::Double(floor)])
        }
    };
    // The readings are made of `units`, which stand until the next question.
    readings(asking)?;
    asking.engine.load(&super::asked::queries(&[name]))?;
    asking.engine.run(&format!("create or replace table actor_parts as select * from {call}"), &parameters)
}

/// What a kind's value is.
pub(super) fn unit(kind: &TractionKind) -> ValueUnit {
    match kind {
        TractionKind::Active(_) => ValueUnit::Count,
        TractionKind::Activation(_)
        | TractionKind::Adoption(_)
        | TractionKind::Retention(_)
        | TractionKind::Funnel(_) => ValueUnit::Share,
        TractionKind::Gauge(gauge) => match gauge.reduce {
            Reduce::Share(_) => ValueUnit::Share,
            Reduce::Sum | Reduce::Mean => ValueUnit::Number,
        },
    }
}

/// Whether a kind counts events, so that a property of theirs can split it (R9.7).
pub(super) fn counts_events(kind: &TractionKind) -> bool {
    match kind {
        TractionKind::Active(_)
        | TractionKind::Activation(_)
        | TractionKind::Retention(_)
        | TractionKind::Funnel(_) => true,
        TractionKind::Adoption(_) | TractionKind::Gauge(_) => false,
    }
}

/// The gauges a kind reads by name, besides signals that are gauges.
pub fn gauges(kind: &TractionKind) -> Vec<&str> {
    match kind {
        TractionKind::Gauge(gauge) => vec![gauge.gauge.as_str()],
        TractionKind::Activation(activation) => {
            let criteria = activation.reach.needed().1.iter().filter_map(|criterion| match criterion {
                Criterion::Gauge { gauge, .. } => Some(gauge.as_str()),
                Criterion::Signal { .. } => None,
            });
            criteria.collect()
        }
        TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Retention(_) | TractionKind::Funnel(_) => {
            Vec::new()
        }
    }
}

/// The signals a kind names, in the order of its definition.
pub fn signals(kind: &TractionKind) -> Vec<&SignalId> {
    match kind {
        TractionKind::Active(active) => active.signals.iter().map(|used| &used.signal).collect(),
        TractionKind::Activation(activation) => {
            let criteria = activation.reach.needed().1.iter().filter_map(|criterion| match criterion {
                Criterion::Signal { signal, .. } => Some(signal),
                Criterion::Gauge { .. } => None,
            });
            std::iter::once(&activation.start.signal).chain(criteria).collect()
        }
        TractionKind::Adoption(adoption) => vec![&adoption.signal],
        TractionKind::Retention(retention) => vec![&retention.start.signal, &retention.back.signal],
        TractionKind::Funnel(funnel) => {
            let steps = funnel.steps.iter().map(|step| &step.signal);
            steps.chain(funnel.exclude.iter().map(|exclusion| &exclusion.signal)).collect()
        }
        TractionKind::Gauge(_) => Vec::new(),
    }
}

/// The relations whose rows `explain` counts, in the order they are made.
pub(super) fn steps(kind: &TractionKind) -> &'static [(&'static str, &'static str)] {
    match kind {
        TractionKind::Gauge(_) => &[("readings by account and day", "gauge_days"), ("accounts in periods", "units")],
        TractionKind::Activation(_) => &[("uses of its signals", "uses"), ("starters in the range", "units")],
        TractionKind::Active(_) => &[("uses of its signals", "uses"), ("actors in periods", "units")],
        TractionKind::Adoption(_) => &[("uses of its signals", "uses"), ("eligible actors in periods", "units")],
        TractionKind::Retention(_) => {
            &[("uses of its signals", "uses"), ("actors in cohorts and their returns", "units")]
        }
        TractionKind::Funnel(_) => &[("uses of its signals", "uses")],
    }
}

/// The query files of a kind, in the order they run.
pub(super) fn files(kind: &TractionKind) -> &'static [&'static str] {
    match kind {
        TractionKind::Active(_) => &["happenings", "active_units", "active"],
        TractionKind::Activation(_) => &["happenings", "activation_units", "activation"],
        TractionKind::Adoption(_) => &["happenings", "actors", "adoption_firsts", "adoption_units", "adoption"],
        TractionKind::Retention(_) => &["happenings", "retention_units", "retention"],
        TractionKind::Funnel(_) => &["happenings", "funnel_events"],
        TractionKind::Gauge(_) => &["actors", "gauge_units", "gauge"],
    }
}

/// Whether a reading is pooled over cohorts (R2.6): those rows come last.
pub(super) fn is_pooled(reading: &Reading) -> bool {
    reading.rest.first().is_some_and(|(name, value)| *name == "cohort_start" && *value == Datum::Null)
}

/// A reading's step or k; 0 for kinds without.
pub(super) fn place_in_set(reading: &Reading) -> i64 {
    let place = reading.rest.iter().find(|(name, _)| matches!(*name, "k" | "step"));
    place.map_or(0, |(_, value)| if let Datum::Count(place) = value { *place } else { 0 })
}

/// A share with its interval.
pub(super) fn share(counted: u64, eligible: u64) -> Share {
    Share { eligible, counted, interval: wilson(counted, eligible) }
}

/// One number over another; nothing over nobody.
pub(super) fn over(numerator: u64, denominator: u64) -> Option<f64> {
    (denominator > 0).then(|| numerator as f64 / denominator as f64)
}

/// A number that may be absent.
pub(super) fn number(value: Option<f64>) -> Datum {
    value.map_or(Datum::Null, Datum::Number)
}

/// A count.
pub(super) fn count(value: u64) -> Datum {
    Datum::Count(i64::try_from(value).unwrap_or(i64::MAX))
}

/// The rows of a query by period and cell.
pub(super) struct Found {
    frame: Frame,
    rows: BTreeMap<(i64, i64), Vec<usize>>,
}

impl Found {
    /// Takes a frame with the columns `period` and `cell`.
    pub(super) fn new(frame: Frame) -> Self {
        let mut rows = BTreeMap::<_, Vec<usize>>::new();
        for row in 0..frame.rows() {
            let key = (frame.long("period", row).unwrap_or(-1), frame.long("cell", row).unwrap_or(-1));
            rows.entry(key).or_default().push(row);
        }
        Self { frame, rows }
    }

    /// The frame, and its rows of a period and cell; none where nothing was found.
    pub(super) fn of(&self, period: usize, cell: usize) -> (&Frame, &[usize]) {
        let key = (i64::try_from(period).unwrap_or(i64::MAX), i64::try_from(cell).unwrap_or(i64::MAX));
        (&self.frame, self.rows.get(&key).map_or(&[], Vec::as_slice))
    }

    /// A count summed over a period and cell.
    pub(super) fn sum(&self, period: usize, cell: usize, column: &str) -> u64 {
        let (frame, rows) = self.of(period, cell);
        rows.iter().map(|row| frame.count(column, *row)).sum()
    }

    /// Whether a flag stands on any row of a period and cell.
    pub(super) fn any(&self, period: usize, cell: usize, column: &str) -> bool {
        let (frame, rows) = self.of(period, cell);
        rows.iter().any(|row| frame.flag(column, *row))
    }
}

impl Asking<'_> {
    /// A reading without a value yet, complete when an instant has come.
    pub(super) fn reading(&self, period: Period, cell: &Cell, complete_at_us: i64) -> Reading {
        Reading {
            period,
            segment: cell.clone(),
            value: None,
            share: None,
            rest: Vec::new(),
            settled: complete_at_us <= self.scope.as_of_end_us,
            complete_at_us,
            left_truncated: false,
            segment_assumed: false,
            missing_days: Vec::new(),
        }
    }

    /// Every period and cell, with their numbers (R0.10).
    pub(super) fn grid<'b>(&'b self, cells: &'b [Cell]) -> impl Iterator<Item = (usize, Period, usize, &'b Cell)> {
        let periods = self.span.periods.iter().copied().enumerate();
        periods
            .flat_map(|(index, period)| cells.iter().enumerate().map(move |(place, cell)| (index, period, place, cell)))
    }

    /// Whether a day lies before anybody can be known to be new (R0.4).
    pub(super) fn before_known(&self, day: Date) -> bool {
        self.scope.known_since.is_some_and(|known| day < known)
    }

    /// Whether a day lies before the data begin.
    pub(super) fn before_data(&self, day: Date) -> bool {
        self.scope.first_day.is_some_and(|first| day < first)
    }
}
