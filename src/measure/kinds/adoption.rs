//! `adoption`: the share of eligible actors with enough uses in a trailing window, by stage, and how deep (section 5).

use anyhow::Result;

use super::{Found, count, number, over, share};
use crate::measure::{Asking, issues};
use crate::model::column::{Type, Value};
use crate::model::metric::{Actor, Adoption};
use crate::model::period::{Period, plus_days};
use crate::model::reading::{Datum, Reading};
use crate::plan::Matches;

const STAGES: [&str; 5] = ["never", "tried", "adopted", "habitual", "lapsed"];

pub(super) fn readings(asking: &Asking, adoption: &Adoption) -> Result<Vec<Reading>> {
    refuse_counting_signals(asking, adoption)?;
    let days = adoption.trailing.whole_days();
    let has_depth = ask(asking, adoption)?;
    asking.make_periods(None)?;
    make_windows(asking, days)?;
    let parameters = [
        Value::from(asking.traction.actor.word()),
        Value::from(adoption.at_least),
        Value::Long(days),
        Value::from(adoption.min_users.unwrap_or(0)),
        Value::from(adoption.eligible.as_deref().unwrap_or("")),
    ];
    asking.make_units("adoption", "adoption_units(?, ?, ?, ?, ?)", &parameters)?;
    let cells = asking.make_cells()?;
    let found = Found::new(asking.engine.query("select * from adoption()", &[])?);
    let mut readings = Vec::new();
    for (index, period, place, cell) in asking.grid(&cells) {
        let end = asking.read_end(period);
        let window = Period { start: plus_days(end, -days), end };
        let mut reading = asking.reading(period, cell, asking.start_us(period.end));
        reading.left_truncated = asking.before_data(window.start);
        reading.segment_assumed = found.any(index, place, "assumed");
        reading.missing_days = asking.missing_days(window);
        fill(&mut reading, |column| found.sum(index, place, column), has_depth);
        readings.push(reading);
    }
    Ok(readings)
}

/// Fills in counts and what follows from them.
fn fill(reading: &mut Reading, sum: impl Fn(&str) -> u64, has_depth: bool) {
    let counted = sum("adopted") + sum("habitual");
    let found = share(counted, sum("eligible"));
    reading.value = over(counted, found.eligible);
    reading.share = Some(found);
    reading.rest = STAGES.iter().map(|stage| (*stage, count(sum(stage)))).collect();
    let depth = if has_depth { number(over(sum("users"), sum("users_around"))) } else { Datum::Null };
    reading.rest.extend([
        ("depth", depth),
        ("uses_per_adopter", number(over(sum("uses"), counted))),
        ("days_per_adopter", number(over(sum("days"), counted))),
    ]);
}

/// Asks for the use and, where an account's users are to be compared, for any event.
fn ask(asking: &Asking, adoption: &Adoption) -> Result<bool> {
    let mut roles = vec![asking.matches(0, &adoption.signal)];
    let is_any = |signal: &&crate::plan::Signal| {
        signal.matches == Matches::AnyEvent && signal.filter.is_none() && signal.account_filter.is_none()
    };
    let any = asking.plan.signals.iter().find(is_any).filter(|_| asking.traction.actor == Actor::Account);
    if let Some(any) = any {
        roles.push(asking.matches(1, &any.id));
    }
    asking.ask(&roles, &[])?;
    Ok(any.is_some())
}

/// Makes `windows`: the one that ends with each period, and the two before it.
fn make_windows(asking: &Asking, days: i64) -> Result<()> {
    let columns = [("period", Type::Long), ("nth", Type::Long), ("start_day", Type::Day), ("end_day", Type::Day)];
    let windows = (0_i64..).zip(&asking.span.periods).flat_map(|(index, period)| {
        let end = asking.read_end(*period);
        (0..3).map(move |nth| {
            let (start, end) = (plus_days(end, -days * (nth + 1)), plus_days(end, -days * nth));
            vec![Value::Long(index), Value::Long(nth), Value::Day(start), Value::Day(end)]
        })
    });
    asking.engine.relation("windows", &columns, &windows.collect::<Vec<_>>())
}

/// A signal that happens once in a window, at its n-th match, has no uses to add up: that is not built.
fn refuse_counting_signals(asking: &Asking, adoption: &Adoption) -> Result<()> {
    let signal = asking.plan.signal(&adoption.signal);
    if signal.per.is_none() && (signal.at_least > 1 || signal.distinct.is_some()) {
        let because = "its signal counts matches or values without `per`, and each window would have to count anew";
        return Err(issues::not_built(asking.traction.id.as_str(), "signal", because));
    }
    Ok(())
}
