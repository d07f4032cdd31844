//! The calendar: periods, where they begin in the reporting zone, and which day a moment falls on. Nowhere else.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// One step of the calendar's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A local day.
    Day,
    /// Seven days from the week's first day.
    Week,
    /// A calendar month.
    Month,
    /// Three months of the fiscal year.
    Quarter,
    /// Twelve months of the fiscal year.
    Year,
}

impl Unit {
    /// The word the plan and the command line use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// One step of the calendar, `[start, end)`, named by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    /// The first day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

/// How a workspace cuts time: one zone, one week start, one fiscal year (R0.2).
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The reporting zone.
    pub zone: TimeZone,
    /// The first day of a week.
    pub week_starts: Weekday,
    /// The first month of the fiscal year, 1 to 12.
    pub fiscal_year_starts: i8,
}

impl Calendar {
    /// The period of that size which holds the day.
    pub fn period(&self, unit: Unit, day: Date) -> Period {
        let start = match unit {
            Unit::Day => day,
            Unit::Week => day.saturating_sub(i64::from(day.weekday().since(self.week_starts)).days()),
            Unit::Month => day.first_of_month(),
            Unit::Quarter => self.fiscal_start(day, 3),
            Unit::Year => self.fiscal_start(day, 12),
        };
        Period { start, end: step(unit, start, 1) }
    }

    /// The periods that hold any day from `from` to `to`, both included, in order.
    pub fn periods(&self, unit: Unit, from: Date, to: Date) -> Vec<Period> {
        let mut period = self.period(unit, from);
        let mut periods = Vec::new();
        while period.start <= to {
            periods.push(period);
            period = Period { start: period.end, end: step(unit, period.end, 1) };
        }
        periods
    }

    /// The period so many steps later (earlier if negative).
    pub fn shifted(&self, unit: Unit, period: Period, steps: i32) -> Period {
        let start = step(unit, period.start, steps);
        Period { start, end: step(unit, start, 1) }
    }

    /// The instant a local day begins, in microseconds since 1970 UTC.
    pub fn start_us(&self, day: Date) -> i64 {
        day.to_zoned_datetime(self.zone.clone()).map_or(i64::MAX, |zoned| zoned.timestamp().as_microsecond())
    }

    /// The local day that holds an instant.
    pub fn day(&self, us: i64) -> Date {
        Timestamp::from_microsecond(us).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned_datetime(self.zone.clone()).date()
    }

    fn fiscal_start(&self, day: Date, months: i8) -> Date {
        let since = (day.month() - self.fiscal_year_starts).rem_euclid(months);
        day.first_of_month().saturating_sub(i64::from(since).months())
    }
}

/// The day so many steps of that size after the first day of a period.
fn step(unit: Unit, start: Date, steps: i32) -> Date {
    let steps = i64::from(steps);
    let span = match unit {
        Unit::Day => steps.days(),
        Unit::Week => (7 * steps).days(),
        Unit::Month => steps.months(),
        Unit::Quarter => (3 * steps).months(),
        Unit::Year => (12 * steps).months(),
    };
    start.saturating_add(span)
}

/// The day so many days later (earlier if negative).
pub fn plus_days(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// The same day of the month so many months later, or that month's last day.
pub fn plus_months(day: Date, months: i32) -> Date {
    day.saturating_add(i64::from(months).months())
}

/// Days from one day to another.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// Days since 1970-01-01, as Arrow and DuckDB count them.
pub fn epoch_day(day: Date) -> i32 {
    let seconds = day.duration_since(jiff::civil::date(1970, 1, 1)).as_secs();
    i32::try_from(seconds / 86_400).expect("all years of a calendar have fewer days")
}

/// The day that stands so many days after 1970-01-01.
pub fn from_epoch_day(days: i32) -> Date {
    jiff::civil::date(1970, 1, 1).saturating_add(i64::from(days).days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn calendar(zone: &str) -> Calendar {
        Calendar { zone: TimeZone::get(zone).unwrap(), week_starts: Weekday::Monday, fiscal_year_starts: 4 }
    }

    #[test]
    fn a_period_is_named_by_its_first_day() {
        let calendar = calendar("Europe/Amsterdam");
        let start = |unit, day| calendar.period(unit, day).start;
        assert_eq!(start(Unit::Week, date(2026, 1, 1)), date(2025, 12, 29));
        assert_eq!(start(Unit::Month, date(2024, 2, 29)), date(2024, 2, 1));
        assert_eq!(start(Unit::Quarter, date(2026, 2, 3)), date(2026, 1, 1));
        assert_eq!(start(Unit::Year, date(2026, 2, 3)), date(2025, 4, 1));
    }

    #[test]
    fn a_day_of_daylight_saving_has_23_or_25_hours() {
        let calendar = calendar("Europe/Amsterdam");
        let hours = |day| (calendar.start_us(plus_days(day, 1)) - calendar.start_us(day)) / 3_600_000_000;
        assert_eq!(hours(date(2026, 3, 29)), 23);
        assert_eq!(hours(date(2026, 10, 25)), 25);
        assert_eq!(calendar.day(calendar.start_us(date(2026, 3, 29)) - 1), date(2026, 3, 28));
    }

    #[test]
    fn periods_follow_one_another_without_a_gap() {
        let periods = calendar("UTC").periods(Unit::Month, date(2025, 11, 20), date(2026, 3, 1));
        assert_eq!(periods.len(), 5);
        assert!(periods.windows(2).all(|pair| pair[0].end == pair[1].start));
    }
}
