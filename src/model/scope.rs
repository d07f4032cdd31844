//! What a computation may see: the day it reads up to, where the data begin, and how fresh each source is.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::ids::SourceName;
use super::period::plus_days;

/// The span a computation reads, decided once per run or question (R0.3, R0.4).
#[derive(Debug, Clone)]
pub struct Scope {
    /// The last day that is read.
    pub as_of: Date,
    /// The first instant after it, in microseconds since 1970 UTC.
    pub as_of_end_us: i64,
    /// Whether a person named `as_of`: then nothing is held back (R9.1).
    pub as_of_is_explicit: bool,
    /// The first day of any telemetry or snapshot source; nothing without such rows.
    pub first_day: Option<Date>,
    /// Nobody is new before it (R0.4).
    pub known_since: Option<Date>,
    /// Each source of the plan, in its order.
    pub sources: Vec<SourceSpan>,
    /// The properties that `hits` keep as `kept_1` to `kept_4`, in this order.
    pub kept: Vec<String>,
}

/// What one source covers.
#[derive(Debug, Clone)]
pub struct SourceSpan {
    /// The source.
    pub source: SourceName,
    /// The first local day it has a row of.
    pub first_day: Option<Date>,
    /// The last local day it has a row of; for CRM and billing the newest day a file speaks of.
    pub last_day: Option<Date>,
    /// How fresh it is.
    pub freshness: Freshness,
    /// The last `as_of` at which it is fresh; nothing where it does not age, or has no rows.
    pub due: Option<Date>,
    /// Its tie window in microseconds (R3.6).
    pub tie_us: i64,
    /// The days up to `as_of` without rows, of a source that should have rows every day (R0.7), in order.
    pub missing_days: Vec<Date>,
}

impl SourceSpan {
    /// The days from the first with rows up to `as_of` that have none.
    pub fn days_without(seen: &BTreeSet<Date>, as_of: Date) -> Vec<Date> {
        let days = std::iter::successors(seen.first().copied(), |day| Some(plus_days(*day, 1)));
        days.take_while(|day| *day <= as_of).filter(|day| !seen.contains(day)).collect()
    }
}

/// How far a source lies behind `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Not further than its limit.
    Fresh,
    /// Further than `stale.warn`: so many days.
    Late(i64),
    /// Further than `stale.error`: what depends on it is held back.
    Stale(i64),
    /// It has no rows at all.
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_without_rows_is_missing_from_the_first_day_on() {
        let seen = [3, 4, 6].map(|day| date(2026, 3, day)).into();
        assert_eq!(SourceSpan::days_without(&seen, date(2026, 3, 8)), [5, 7, 8].map(|day| date(2026, 3, day)));
        assert_eq!(SourceSpan::days_without(&seen, date(2026, 3, 2)), []);
        assert_eq!(SourceSpan::days_without(&BTreeSet::new(), date(2026, 3, 8)), []);
    }
}
