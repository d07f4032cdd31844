//! What a metric's readings rest on: its sources, whether they are stale (R9.1), and the days they lack (R0.7).

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Asking, kinds};
use crate::model::metric::Traction;
use crate::model::period::{Period, plus_days};
use crate::model::reading::Reading;
use crate::model::scope::{Freshness, Scope, SourceSpan};
use crate::plan::source::Kind;
use crate::plan::{Matches, Plan};

/// The sources a metric reads: those of events for its event signals, those of snapshots for its gauges.
pub fn sources<'a>(plan: &Plan, scope: &'a Scope, traction: &Traction) -> Vec<&'a SourceSpan> {
    let signals = kinds::signals(&traction.kind);
    let of_gauge = |id| matches!(plan.signal(id).matches, Matches::Gauge(_));
    let reads_events = signals.iter().any(|id| !of_gauge(id));
    let reads_gauges = !kinds::gauges(&traction.kind).is_empty() || signals.iter().any(|id| of_gauge(id));
    let is_read = |span: &&SourceSpan| {
        plan.sources.iter().any(|source| {
            source.name == span.source
                && ((reads_events && source.kind.is_telemetry()) || (reads_gauges && source.kind == Kind::Snapshots))
        })
    };
    scope.sources.iter().filter(is_read).collect()
}

/// The first local day on which a source that the metric reads has a row (R0.2).
pub(super) fn first_day(plan: &Plan, scope: &Scope, traction: &Traction) -> Option<Date> {
    sources(plan, scope, traction).iter().filter_map(|span| span.first_day).min().or(scope.first_day)
}

/// The stale sources a metric depends on.
pub(super) fn held(asking: &Asking) -> Vec<String> {
    let is_stale = |span: &&&SourceSpan| matches!(span.freshness, Freshness::Stale(_));
    let sources = sources(asking.plan, asking.scope, asking.traction);
    sources.iter().filter(is_stale).map(|span| span.source.to_string()).collect()
}

/// Keeps the rows up to the last period that every stale source covers, unless a person named `as_of` (R9.1).
pub(super) fn keep_covered(asking: &Asking, held: &[String], readings: &mut Vec<Reading>) {
    if asking.scope.as_of_is_explicit {
        return;
    }
    let is_held = |span: &&SourceSpan| held.iter().any(|name| name == span.source.as_str());
    let last = asking.scope.sources.iter().filter(is_held).filter_map(|span| span.last_day).min();
    if let Some(last) = last {
        readings.retain(|reading| reading.period.end <= plus_days(last, 1));
    }
}

/// The days without rows of any source that should have rows every day.
pub(super) fn gaps(plan: &Plan, scope: &Scope, traction: &Traction) -> Vec<Date> {
    let days: BTreeSet<Date> =
        sources(plan, scope, traction).into_iter().flat_map(|span| &span.missing_days).copied().collect();
    days.into_iter().collect()
}

impl Asking<'_> {
    /// The days of a window without rows where rows were due.
    pub(crate) fn missing_days(&self, window: Period) -> Vec<Date> {
        self.gaps.iter().copied().filter(|day| (window.start..window.end).contains(day)).collect()
    }
}
