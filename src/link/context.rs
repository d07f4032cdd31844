//! What a test of links needs to know of the run: where its weeks begin and how many there are.

use anyhow::Result;
use jiff::civil::Date;

use crate::engine::Engine;
use crate::model::period::{Unit, days_between};
use crate::model::scope::Scope;
use crate::plan::Plan;

/// The weeks a test counts in (evidence.md 3.1, 1).
#[derive(Debug, Clone)]
pub struct Context {
    /// The first day of week 0, which holds the first telemetry day.
    pub week0: Date,
    /// Whole weeks from there up to `as_of`.
    pub weeks: i32,
    /// Whether the relation `reached` is there: `metric` text, `account` int, `reached_us` bigint, the first time each
    /// account reached each activation, funnel or return.
    pub has_reached: bool,
}

impl Context {
    /// The weeks of a run; nothing when there is no telemetry.
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn of(engine: &dyn Engine, plan: &Plan, scope: &Scope) -> Result<Option<Self>> {
        let Some(first_day) = scope.first_day else { return Ok(None) };
        let week0 = plan.workspace.calendar.period(Unit::Week, first_day).start;
        let days = days_between(week0, scope.as_of) + 1;
        let weeks = i32::try_from(days.div_euclid(7)).unwrap_or(0);
        let made = "select count(*) as made from information_schema.tables where table_name = 'reached'";
        let has_reached = engine.query(made, &[])?.count("made", 0) > 0;
        Ok(Some(Self { week0, weeks, has_reached }))
    }
}
