//! `--compare`: beside each figure the one of the period before, or of a year before, and the change (output.md).

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::args::Compare;
use crate::model::metric::Metric;
use crate::model::period::{Calendar, Period, Unit, days_between, plus_days, plus_months};
use crate::model::question::Question;
use crate::model::reading::{Cell, Datum, Reading, Series, ValueUnit};
use crate::run::desk::Desk;

/// Adds `earlier` and `change` to every reading; both absent where there is no earlier one, or one of the two is open.
pub(super) fn compare(
    desk: &Desk<'_>,
    metric: &Metric,
    question: &Question,
    back: Compare,
    series: &mut Series,
) -> Result<()> {
    let calendar = &desk.plan.workspace.calendar;
    // Before the data begin there is nothing, which is not zero.
    let (own, begin) = match metric {
        Metric::Traction(traction) => (question.period.or(traction.kind.period()), desk.scope.first_day),
        Metric::Business(_) => (Some(Unit::Month), None),
    };
    let is_whole = |reading: &Reading| own.is_none() || is_pooled(reading);
    for whole in [false, true] {
        let unit = own.filter(|_| !whole);
        let of_these = |reading: &&Reading| is_whole(reading) == whole;
        let asked: Vec<Period> = series.readings.iter().filter(of_these).map(|reading| reading.period).collect();
        let (Some(first), Some(last)) = (asked.iter().min(), asked.iter().max()) else { continue };
        let (from, to) = (earlier(calendar, unit, back, *first).start, earlier(calendar, unit, back, *last).end);
        let before = Question { from: Some(from), to: Some(plus_days(to, -1)), ..question.clone() };
        let before = desk.measure(metric, &before)?;
        let begun = |reading: &&Reading| begin.is_none_or(|begin| reading.period.start >= begin);
        let settled = before.readings.iter().filter(of_these).filter(|reading| reading.settled).filter(begun);
        let start = |period: Period| unit.map(|_| period.start);
        let found: BTreeMap<Key, f64> =
            settled.filter_map(|reading| Some((key(reading, start(reading.period)), reading.value?))).collect();
        for reading in series.readings.iter_mut().filter(|reading| is_whole(reading) == whole) {
            let then = start(earlier(calendar, unit, back, reading.period));
            let other = found.get(&key(reading, then)).copied().filter(|_| reading.settled);
            let change = other.zip(reading.value).map(|(earlier, value)| value - earlier);
            reading.rest.push(("earlier", datum(series.unit, other)));
            reading.rest.push(("change", datum(series.unit, change)));
        }
    }
    Ok(())
}

/// What must agree for two readings to be of the same thing: when, whom, which `k` or step.
type Key = (Option<Date>, Cell, i64);

fn key(reading: &Reading, start: Option<Date>) -> Key {
    let place = reading.rest.iter().find(|(name, _)| matches!(*name, "k" | "step"));
    let place = place.map_or(-1, |(_, value)| if let Datum::Count(place) = value { *place } else { -1 });
    (start, reading.segment.clone(), place)
}

/// Whether a reading is pooled over cohorts: then it is one of the whole range.
fn is_pooled(reading: &Reading) -> bool {
    reading.rest.first().is_some_and(|(name, value)| *name == "cohort_start" && *value == Datum::Null)
}

/// The period that is looked back to.
fn earlier(calendar: &Calendar, unit: Option<Unit>, back: Compare, period: Period) -> Period {
    match (back, unit) {
        (Compare::Previous, Some(unit)) => calendar.shifted(unit, period, -1),
        (Compare::Previous, None) => {
            Period { start: plus_days(period.start, -days_between(period.start, period.end)), end: period.start }
        }
        (Compare::Year, Some(Unit::Day | Unit::Week)) => {
            Period { start: plus_days(period.start, -364), end: plus_days(period.end, -364) }
        }
        (Compare::Year, Some(Unit::Month | Unit::Quarter | Unit::Year) | None) => {
            Period { start: plus_months(period.start, -12), end: plus_months(period.end, -12) }
        }
    }
}

fn datum(unit: ValueUnit, value: Option<f64>) -> Datum {
    match value {
        None => Datum::Null,
        Some(value) if unit == ValueUnit::Count && value.fract() == 0.0 => Datum::Count(value as i64),
        Some(value) => Datum::Number(value),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;

    /// What is looked back to from a period.
    #[track_caller]
    fn check(unit: Option<Unit>, back: Compare, period: (Date, Date), expected: (Date, Date)) {
        let calendar =
            Calendar { zone: TimeZone::UTC, week_starts: jiff::civil::Weekday::Monday, fiscal_year_starts: 1 };
        let found = earlier(&calendar, unit, back, Period { start: period.0, end: period.1 });
        assert_eq!((found.start, found.end), expected);
    }

    #[test]
    fn weeks_are_compared_with_weeks_and_months_with_months() {
        let (june, july) = (date(2026, 6, 1), date(2026, 7, 1));
        let (may, last_june, last_july) = (date(2026, 5, 1), date(2025, 6, 1), date(2025, 7, 1));
        check(Some(Unit::Month), Compare::Previous, (june, july), (may, june));
        check(Some(Unit::Month), Compare::Year, (june, july), (last_june, last_july));
        let (monday, next) = (date(2026, 6, 1), date(2026, 6, 8));
        check(Some(Unit::Week), Compare::Year, (monday, next), (date(2025, 6, 2), date(2025, 6, 9)));
        check(None, Compare::Previous, (june, july), (date(2026, 5, 2), june));
        check(None, Compare::Year, (june, july), (last_june, last_july));
    }
}
