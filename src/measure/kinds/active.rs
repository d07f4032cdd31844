//! `active`: distinct actors doing any of the signals, per period or in a trailing window (section 1).

use anyhow::Result;

use super::{Found, count};
use crate::measure::Asking;
use crate::model::length::Length;
use crate::model::metric::Active;
use crate::model::period::{Period, plus_days};
use crate::model::reading::Reading;

pub(super) fn readings(asking: &Asking, active: &Active) -> Result<Vec<Reading>> {
    let roles: Vec<_> = active.signals.iter().map(|used| asking.used(0, used)).collect();
    let trailing = active.trailing.map(Length::whole_days);
    asking.ask(&roles, &[])?;
    asking.make_periods(trailing)?;
    asking.make_units("active", "active_units()", &[])?;
    let cells = asking.make_cells()?;
    let found = Found::new(asking.answer("active", "active()", &[])?);
    let mut readings = Vec::new();
    for (index, period, place, cell) in asking.grid(&cells) {
        let end = asking.read_end(period);
        let window = Period { start: trailing.map_or(period.start, |days| plus_days(end, -days)), end };
        let counted = found.sum(index, place, "counted");
        let mut reading = asking.reading(period, cell, asking.start_us(period.end));
        reading.value = Some(counted as f64);
        reading.rest = vec![("counted", count(counted))];
        reading.left_truncated = trailing.is_some() && asking.before_data(window.start);
        reading.segment_assumed = found.any(index, place, "assumed");
        reading.missing_days = asking.missing_days(window);
        readings.push(reading);
    }
    Ok(readings)
}
