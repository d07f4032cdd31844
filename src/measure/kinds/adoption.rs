//! `adoption`: the share of eligible actors with enough uses in a trailing window, by stage, and how deep (section 5).

use anyhow::Result;
use jiff::civil::Date;

use super::{Found, count, number, over, share};
use crate::engine::Engine;
use crate::measure::asked::queries;
use crate::measure::{Asking, issues};
use crate::model::column::{Type, Value};
use crate::model::metric::{Actor, Adoption, Traction, TractionKind};
use crate::model::period::{Period, plus_days};
use crate::model::question::Question;
use crate::model::reading::{Datum, Reading};
use crate::model::scope::Scope;
use crate::plan::{Matches, Plan};
use crate::stats::survival::{Spell, kaplan_meier};

const STAGES: [&str; 5] = ["never", "tried", "adopted", "habitual", "lapsed"];

pub(super) fn readings(asking: &Asking, adoption: &Adoption) -> Result<Vec<Reading>> {
    refuse_counting_signals(asking, adoption)?;
    let days = adoption.trailing.whole_days();
    asking.ask(&[asking.matches(0, &adoption.signal)], &[])?;
    let around = around(asking);
    asking.make_periods(None)?;
    make_windows(asking, days)?;
    asking.engine.load(&queries(&["adoption_firsts"]))?;
    let mut parameters = parameters(asking, adoption).to_vec();
    parameters.push(around.unwrap_or("").into());
    asking.make_units("adoption", "adoption_units(?, ?, ?, ?, ?, ?)", &parameters)?;
    let cells = asking.make_cells()?;
    let found = Found::new(asking.answer("adoption", "adoption()", &[])?);
    let mut readings = Vec::new();
    for (index, period, place, cell) in asking.grid(&cells) {
        let end = asking.read_end(period);
        let window = Period { start: plus_days(end, -days), end };
        let mut reading = asking.reading(period, cell, asking.start_us(period.end));
        reading.left_truncated = asking.before_data(window.start);
        reading.segment_assumed = found.any(index, place, "assumed");
        reading.missing_days = asking.missing_days(window);
        fill(&mut reading, |column| found.sum(index, place, column), around.is_some());
        readings.push(reading);
    }
    Ok(readings)
}

/// Who counts, and what meets the definition.
fn parameters(asking: &Asking, adoption: &Adoption) -> [Value; 5] {
    [
        Value::from(asking.traction.actor.word()),
        Value::from(adoption.at_least),
        Value::Long(adoption.trailing.whole_days()),
        Value::from(adoption.min_users.unwrap_or(0)),
        Value::from(adoption.eligible.as_deref().unwrap_or("")),
    ]
}

/// The share of actors that had met the definition by so many whole days since it was available to them (R5.4): from the
/// day or the release that the plan names, else from the first use by anyone, but never before the actor's own beginning.
/// Nothing for other kinds, and where the plan names a release that nobody has told of yet.
///
/// # Errors
/// As for `measure`.
pub fn since_available(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
) -> Result<Vec<(f64, f64)>> {
    let TractionKind::Adoption(adoption) = &traction.kind else { return Ok(Vec::new()) };
    let question = Question::default();
    let asking = Asking::new(engine, plan, scope, traction, &question)?;
    let since_us = match &adoption.available {
        None => -1,
        Some(named) => match available(engine, named)? {
            Some(day) => asking.start_us(day),
            None => return Ok(Vec::new()),
        },
    };
    asking.ask(&[asking.matches(0, &adoption.signal)], &[])?;
    engine.load(&queries(&["actors", "adoption_firsts", "adoption_waits"]))?;
    let mut asked = parameters(&asking, adoption).to_vec();
    asked.extend([Value::Long(since_us), Value::Long(scope.as_of_end_us)]);
    let frame = engine.query("select * from adoption_waits(?, ?, ?, ?, ?, ?, ?) order by all", &asked)?;
    let spells = (0..frame.rows()).flat_map(|row| {
        let time = frame.long("day_number", row).unwrap_or(0) as f64;
        let spell = Spell { time, happened: frame.flag("is_met", row) };
        std::iter::repeat_n(spell, usize::try_from(frame.count("actors", row)).unwrap_or(0))
    });
    let steps = kaplan_meier(&spells.collect::<Vec<_>>()).steps;
    Ok(steps.iter().map(|step| (step.time, 1.0 - step.survival)).collect())
}

/// The day that the plan names, or on which the release it names came out.
fn available(engine: &dyn Engine, named: &str) -> Result<Option<Date>> {
    if let Ok(day) = named.parse() {
        return Ok(Some(day));
    }
    let sql = "select min(released_on) as day from lake_releases where release_id = ?";
    Ok(engine.query(sql, &[named.into()])?.day("day", 0))
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

/// The signal that is any event, where an account's users are to be compared.
fn around<'a>(asking: &Asking<'a>) -> Option<&'a str> {
    let is_any = |signal: &&crate::plan::Signal| {
        signal.matches == Matches::AnyEvent && signal.filter.is_none() && signal.account_filter.is_none()
    };
    let any = asking.plan.signals.iter().find(is_any).filter(|_| asking.traction.actor == Actor::Account);
    any.map(|any| any.id.as_str())
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
    asking.engine.renew("windows", &columns, &windows.collect::<Vec<_>>())?;
    Ok(())
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
