//! `gauge`: a stock, each account's last reading in a period, taken over the accounts (R1.5).

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::{Found, count, over, share};
use crate::measure::Asking;
use crate::model::column::{Type, Value};
use crate::model::metric::{Gauge, Reduce};
use crate::model::period::plus_days;
use crate::model::reading::Reading;

pub(super) fn readings(asking: &Asking, gauge: &Gauge) -> Result<Vec<Reading>> {
    asking.make_periods(None)?;
    make_days(asking)?;
    let name = Value::from(gauge.gauge.as_str());
    asking.make_units("gauge", "gauge_units(?)", std::slice::from_ref(&name))?;
    let cells = asking.make_cells()?;
    let floor = match gauge.reduce {
        Reduce::Share(floor) => floor,
        Reduce::Sum | Reduce::Mean => 0.0,
    };
    let found = Found::new(asking.answer("gauge", "gauge(?)", &[Value::Double(floor)])?);
    let gaps = gaps(asking, name)?;
    let mut readings = Vec::new();
    for (index, period, place, cell) in asking.grid(&cells) {
        let mut reading = asking.reading(period, cell, asking.start_us(period.end));
        reading.segment_assumed = found.any(index, place, "assumed");
        reading.missing_days = gaps.get(&index).cloned().unwrap_or_default();
        let (frame, rows) = found.of(index, place);
        let total = rows.first().and_then(|row| frame.double("total", *row));
        fill(&mut reading, gauge, |column| found.sum(index, place, column), total);
        readings.push(reading);
    }
    Ok(readings)
}

/// Fills in the value, with the counts that its columns name.
fn fill(reading: &mut Reading, gauge: &Gauge, sum: impl Fn(&str) -> u64, total: Option<f64>) {
    let counted = sum("counted");
    reading.rest = vec![("counted", count(counted)), ("eligible", count(sum("eligible")))];
    match gauge.reduce {
        Reduce::Sum => reading.value = total,
        Reduce::Mean => reading.value = total.filter(|_| counted > 0).map(|total| total / counted as f64),
        Reduce::Share(_) => {
            let above = sum("above");
            let interval = share(above, counted).interval;
            reading.value = over(above, counted);
            reading.rest.push(("at_least", count(above)));
            reading.rest.push(("low", super::number(interval.map(|(low, _)| low))));
            reading.rest.push(("high", super::number(interval.map(|(_, high)| high))));
        }
    }
}

/// Makes `days`: every day of the range that may be read.
fn make_days(asking: &Asking) -> Result<()> {
    let end = asking.read_end(asking.span.range);
    let mut rows = Vec::new();
    let mut day = asking.span.range.start;
    while day < end {
        rows.push(vec![Value::Day(day)]);
        day = plus_days(day, 1);
    }
    asking.engine.renew("days", &[("local_day", Type::Day)], &rows)?;
    Ok(())
}

/// The days of each period on which nobody has a reading.
fn gaps(asking: &Asking, name: Value) -> Result<BTreeMap<usize, Vec<Date>>> {
    asking.engine.load(&crate::measure::asked::queries(&["gauge_gaps"]))?;
    let frame = asking.engine.query("select * from gauge_gaps(?) order by period, local_day", &[name])?;
    let mut gaps = BTreeMap::<_, Vec<_>>::new();
    for row in 0..frame.rows() {
        let Some(day) = frame.day("local_day", row) else { continue };
        gaps.entry(usize::try_from(frame.count("period", row))?).or_default().push(day);
    }
    Ok(gaps)
}
