//! Where questions about metrics are asked: an engine with the relations of an opened workspace, the plan, and what may be seen.

use anyhow::{Context, Result};

use crate::business;
use crate::engine::Engine;
use crate::measure;
use crate::model::metric::Metric;
use crate::model::period::{Period, Unit};
use crate::model::question::Question;
use crate::model::reading::Series;
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::stats::mix::Parts;

/// One thread's place to ask.
pub struct Desk<'a> {
    /// The engine.
    pub engine: &'a dyn Engine,
    /// What is meant.
    pub plan: &'a Plan,
    /// What a computation may see.
    pub scope: &'a Scope,
}

impl Desk<'_> {
    /// Readings of a metric, traction or business.
    ///
    /// # Errors
    /// If the question does not fit the metric, or the engine refuses.
    pub fn measure(&self, metric: &Metric, question: &Question) -> Result<Series> {
        let Self { engine, plan, scope } = *self;
        let measured = match metric {
            Metric::Traction(traction) => measure::measure(engine, plan, scope, traction, question),
            Metric::Business(business) => business::measure(engine, plan, scope, business, question),
        };
        measured.with_context(|| format!("could not measure `{}`", metric.id()))
    }

    /// Each account's part of a metric in two periods; together they are its readings of the whole (R9.8).
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn account_parts(&self, metric: &Metric, unit: Unit, (from, to): (Period, Period)) -> Result<Parts> {
        let Self { engine, plan, scope } = *self;
        let parts = match metric {
            Metric::Traction(traction) => measure::account_parts(engine, plan, scope, traction, unit, (from, to)),
            Metric::Business(business) => business::account_parts(engine, plan, scope, business, (from, to)),
        };
        parts.with_context(|| format!("could not tell who moved `{}`", metric.id()))
    }
}
