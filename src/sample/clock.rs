//! The sample's time: whole weeks that end on a fixed day, and how moments are written in exports.

use std::io::Write;

use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};

/// Hidden weeks before the first one, so that customers of long standing have habits when telemetry begins.
pub(super) const HIDDEN: i32 = 40;
/// Later than any week.
pub(super) const NEVER: i32 = 1_000_000;
/// The last complete day of every sample.
pub(super) const LAST_DAY: Date = date(2026, 6, 30);
/// The Monday of that day's week.
const LAST_MONDAY: Date = date(2026, 6, 29);
const DAY_MS: i64 = 86_400_000;
/// Exports are taken at 06:00 UTC on the day after the last.
const TAKEN_AT_MS: i64 = 2 * DAY_MS + 6 * 3_600_000;

/// A moment: milliseconds since midnight UTC of the first day. Before it: negative.
pub(super) type Moment = i64;

/// Weeks (counted from the first hidden one), days and months of a sample.
pub(super) struct Clock {
    start: Date,
    /// Weeks in all: the hidden ones, the whole ones, and the last one that is cut.
    pub(super) weeks: i32,
    /// When the exports were taken: nothing is later.
    pub(super) taken: Moment,
    /// The months that have files, as `2026-03`.
    pub(super) months: Vec<String>,
    days: Vec<(String, usize)>,
    start_unix_ms: i64,
}

impl Clock {
    pub(super) fn new(weeks: u32) -> Self {
        let whole = i64::from(weeks);
        let start = LAST_MONDAY.saturating_sub((whole * 7).days());
        let mut months: Vec<String> = Vec::new();
        let mut days = Vec::new();
        for day in 0..=whole * 7 + 2 {
            let text = start.saturating_add(day.days()).to_string();
            if months.last().is_none_or(|month| *month != text[..7]) {
                months.push(text[..7].to_owned());
            }
            days.push((text, months.len() - 1));
        }
        let start_unix_ms = i64::from((start - date(1970, 1, 1)).get_days()) * DAY_MS;
        let taken = whole * 7 * DAY_MS + TAKEN_AT_MS;
        Self { start, weeks: HIDDEN + weeks as i32 + 1, taken, months, days, start_unix_ms }
    }

    /// A moment in a week: a day of it, 0 to 6, and a time of that day.
    pub(super) fn moment(week: i32, day: i64, ms: i64) -> Moment {
        (i64::from(week - HIDDEN) * 7 + day) * DAY_MS + ms
    }

    /// The end of a day.
    pub(super) fn end_of(&self, day: Date) -> Moment {
        (i64::from((day - self.start).get_days()) + 1) * DAY_MS
    }

    /// The week that a day falls in.
    pub(super) fn week_of(&self, day: Date) -> i32 {
        HIDDEN + (day - self.start).get_days().div_euclid(7)
    }

    /// Which month's file a moment belongs to; nothing outside the sample.
    pub(super) fn month(&self, moment: Moment) -> Option<usize> {
        if moment < 0 || moment >= self.taken {
            return None;
        }
        self.days.get((moment / DAY_MS) as usize).map(|day| day.1)
    }

    /// Milliseconds since 1970.
    pub(super) fn unix_ms(&self, moment: Moment) -> i64 {
        self.start_unix_ms + moment
    }

    /// `2026-03-02`, for a moment inside the sample.
    pub(super) fn day_text(&self, moment: Moment) -> &str {
        &self.days[(moment / DAY_MS) as usize].0
    }

    /// Writes `2026-03-02T08:15:00.123000+00:00`, as PostHog's batch exports do.
    pub(super) fn write_stamp(&self, moment: Moment, out: &mut Vec<u8>) {
        let (seconds, ms) = (moment % DAY_MS / 1000, moment % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let day = self.day_text(moment);
        write!(out, "{day}T{hour:02}:{minute:02}:{second:02}").expect("writing to memory cannot fail");
        if ms > 0 {
            write!(out, ".{ms:03}000").expect("writing to memory cannot fail");
        }
        out.extend_from_slice(b"+00:00");
    }

    /// The day of any moment, also long before the sample.
    pub(super) fn date(&self, moment: Moment) -> Date {
        self.start.saturating_add(Span::new().days(moment.div_euclid(DAY_MS)))
    }

    /// `2026-03-02 08:15`, as HubSpot and Stripe write it.
    pub(super) fn minute_text(&self, moment: Moment) -> String {
        let minutes = moment.rem_euclid(DAY_MS) / 60_000;
        format!("{} {:02}:{:02}", self.date(moment), minutes / 60, minutes % 60)
    }

    /// The days on which CRM and billing were exported: the first of each quarter, and the last day.
    pub(super) fn export_days(&self) -> Vec<Date> {
        let mut days: Vec<Date> = (2000..=2026)
            .flat_map(|year| [1, 4, 7, 10].map(|month| date(year, month, 1)))
            .filter(|day| *day >= self.start && *day <= LAST_DAY)
            .collect();
        days.push(LAST_DAY);
        days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_years_begin_on_the_first_of_july() {
        let clock = Clock::new(104);
        assert_eq!(clock.months.first().map(String::as_str), Some("2024-07"));
        assert_eq!(clock.months.last().map(String::as_str), Some("2026-07"));
        assert_eq!(clock.minute_text(Clock::moment(HIDDEN, 0, 0)), "2024-07-01 00:00");
        assert_eq!(clock.minute_text(clock.taken), "2026-07-01 06:00");
        assert_eq!(clock.export_days().len(), 9);
    }
}
