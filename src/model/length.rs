//! Lengths of time as the plan writes them: a number and `s m h d w mo y`.

use std::fmt;

/// A length of time. As a window it has a fixed number of microseconds whatever the clock does in between (R0.2); as a
/// trailing window or a span of months it is counted on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length {
    /// How many units.
    pub count: u32,
    /// Of which size.
    pub unit: LengthUnit,
}

/// The size a [`Length`] counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LengthUnit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
    /// `mo`
    Month,
    /// `y`
    Year,
}

const UNITS: [(LengthUnit, &str, &str, i64); 7] = [
    (LengthUnit::Second, "s", "second", 1),
    (LengthUnit::Minute, "m", "minute", 60),
    (LengthUnit::Hour, "h", "hour", 3_600),
    (LengthUnit::Day, "d", "day", 86_400),
    (LengthUnit::Week, "w", "week", 7 * 86_400),
    (LengthUnit::Month, "mo", "month", 30 * 86_400),
    (LengthUnit::Year, "y", "year", 365 * 86_400),
];

impl Length {
    /// A length of so many days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: LengthUnit::Day }
    }

    /// A length of so many weeks.
    pub const fn weeks(count: u32) -> Self {
        Self { count, unit: LengthUnit::Week }
    }

    /// A length of so many months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: LengthUnit::Month }
    }

    /// Reads `60d`, `12mo`; nothing if it is written otherwise, or longer than a hundred years: its microseconds always fit.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let count = text[..digits].parse().ok()?;
        let unit = UNITS.iter().find(|unit| unit.1 == &text[digits..])?.0;
        let seconds = i64::from(count) * row(unit).3;
        (seconds <= 100 * 365 * 86_400).then_some(Self { count, unit })
    }

    /// Microseconds as a window: a day is 24 h, a month 30 days, a year 365 (R0.2).
    pub fn micros(self) -> i64 {
        i64::from(self.count) * row(self.unit).3 * 1_000_000
    }

    /// Whole days as a trailing window; hours and less round up to a day.
    pub fn whole_days(self) -> i64 {
        self.micros().div_ceil_days()
    }

    /// Calendar months, where the length is one of months or years.
    pub fn calendar_months(self) -> Option<i32> {
        let count = i32::try_from(self.count).ok()?;
        match self.unit {
            LengthUnit::Month => Some(count),
            LengthUnit::Year => Some(count * 12),
            LengthUnit::Second | LengthUnit::Minute | LengthUnit::Hour | LengthUnit::Day | LengthUnit::Week => None,
        }
    }

    /// In words: `60 days`, `1 week`.
    pub fn words(self) -> String {
        let name = row(self.unit).2;
        let plural = if self.count == 1 { "" } else { "s" };
        format!("{} {name}{plural}", self.count)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, row(self.unit).1)
    }
}

fn row(unit: LengthUnit) -> &'static (LengthUnit, &'static str, &'static str, i64) {
    UNITS.iter().find(|row| row.0 == unit).expect("every unit has its row")
}

trait CeilDays {
    fn div_ceil_days(self) -> i64;
}

impl CeilDays for i64 {
    fn div_ceil_days(self) -> i64 {
        const DAY: i64 = 86_400_000_000;
        (self + DAY - 1) / DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        assert_eq!(Length::parse("60d"), Some(Length::days(60)));
        assert_eq!(Length::parse("12mo").and_then(Length::calendar_months), Some(12));
        assert_eq!(Length::parse("2 weeks"), None);
        assert_eq!(Length::parse("d"), None);
        assert_eq!(Length::parse("4000000000y"), None);
        assert_eq!(Length::parse("1mo").map(Length::micros), Some(30 * 86_400 * 1_000_000));
        assert_eq!(Length::weeks(1).words(), "1 week");
    }
}
