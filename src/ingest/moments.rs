//! The local day and month of a moment, remembered from one row to the next: rows of one day stand together.

use crate::model::period::{Calendar, epoch_day, plus_days};

/// Tells days and months of moments.
pub(super) struct Days<'a> {
    calendar: &'a Calendar,
    /// The day told last: from when, until when, its number, its month.
    last: (i64, i64, i32, i32),
}

impl<'a> Days<'a> {
    pub(super) fn new(calendar: &'a Calendar) -> Self {
        Self { calendar, last: (0, 0, 0, 0) }
    }

    /// The local day, counted from 1970, and its month as `202603`.
    pub(super) fn of(&mut self, us: i64) -> (i32, i32) {
        if us < self.last.0 || us >= self.last.1 {
            let day = self.calendar.day(us);
            let (start, end) = (self.calendar.start_us(day), self.calendar.start_us(plus_days(day, 1)));
            self.last = (start, end, epoch_day(day), i32::from(day.year()) * 100 + i32::from(day.month()));
        }
        (self.last.2, self.last.3)
    }
}
