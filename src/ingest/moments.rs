//! The local day and month of a moment, remembered: rows fall on few days, in any order.

use std::collections::BTreeMap;

use crate::model::period::{Calendar, epoch_day, plus_days};

/// Tells days and months of moments.
pub(super) struct Days<'a> {
    calendar: &'a Calendar,
    /// The days told so far by their beginning, and the one told last.
    known: BTreeMap<i64, Day>,
    last: Day,
}

/// A day: from when, until when, its number, its month.
#[derive(Debug, Clone, Copy, Default)]
struct Day {
    from_us: i64,
    until_us: i64,
    number: i32,
    month: i32,
}

impl Day {
    fn holds(&self, us: i64) -> bool {
        self.from_us <= us && us < self.until_us
    }
}

impl<'a> Days<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        Self { calendar, known: BTreeMap::new(), last: Day::default() }
    }

    /// The local day, counted from 1970, and its month as `202603`.
    pub(super) fn of(&mut self, us: i64) -> (i32, i32) {
        if !self.last.holds(us) {
            let known = self.known.range(..=us).next_back().map(|(_, day)| *day).filter(|day| day.holds(us));
            self.last = known.unwrap_or_else(|| self.told(us));
        }
        (self.last.number, self.last.month)
    }

    fn told(&mut self, us: i64) -> Day {
        let day = self.calendar.day(us);
        let (from_us, until_us) = (self.calendar.start_us(day), self.calendar.start_us(plus_days(day, 1)));
        let month = i32::from(day.year()) * 100 + i32::from(day.month());
        let told = Day { from_us, until_us, number: epoch_day(day), month };
        self.known.insert(from_us, told);
        told
    }
}
