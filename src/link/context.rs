//! What a test of links needs to know of the run: where its weeks begin and how many there are.

use jiff::civil::Date;

use crate::model::ids::MetricId;
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
    /// The metrics that stand in the relation `reached` (`metric` text, `account` int, `reached_us` bigint): the first time
    /// each account reached each activation, funnel or return.
    pub reached: Vec<MetricId>,
}

impl Context {
    /// The weeks of a run; nothing when there is no telemetry.
    pub fn of(plan: &Plan, scope: &Scope, reached: Vec<MetricId>) -> Option<Self> {
        let week0 = plan.workspace.calendar.period(Unit::Week, scope.first_day?).start;
        let days = days_between(week0, scope.as_of) + 1;
        let weeks = i32::try_from(days.div_euclid(7)).unwrap_or(0);
        Some(Self { week0, weeks, reached })
    }
}
