//! Moments as they stand in statements: RFC 3339 in UTC.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A moment told in microseconds since 1970; nothing outside the calendar.
pub(super) fn from_micros(micros: i64) -> Option<String> {
    // The type of moments ends a day before the calendar does, and 9999-12-31 is how many write "no end".
    let last_day = || EPOCH.checked_add(SignedDuration::from_micros(micros)).ok();
    let moment = Timestamp::from_microsecond(micros).ok().map(|moment| moment.to_string());
    moment.or_else(|| Some(format!("{}Z", last_day()?)))
}

/// A moment told in seconds since 1970; nothing outside the calendar.
pub(super) fn from_seconds(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|moment| moment.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc_with_the_decimals_they_have() {
        assert_eq!(from_micros(1_772_439_300_123_000).as_deref(), Some("2026-03-02T08:15:00.123Z"));
        assert_eq!(from_seconds(1_762_165_260).as_deref(), Some("2025-11-03T10:21:00Z"));
        assert_eq!(from_micros(253_402_214_400_000_000).as_deref(), Some("9999-12-31T00:00:00Z"));
        assert_eq!(from_micros(i64::MAX), None);
    }
}
