//! `funnel`: the share of attempts that get to each step in time, and how long that takes (section 3).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use anyhow::Result;

use super::{count, number, over, share};
use crate::measure::sequence::stream::{Actor, Texts, by_actor};
use crate::measure::sequence::{ANYTHING_ELSE, Attempt, Event, Exclude, Rules, attempts};
use crate::measure::{Asking, issues};
use crate::model::column::{Type, Value};
use crate::model::ids::SignalId;
use crate::model::metric::{Breakdown, Funnel, FunnelEntry, FunnelOrder, Step};
use crate::model::period::Period;
use crate::model::reading::{Cell, Datum, Reading};
use crate::plan::Matches;
use crate::stats::quantile::{median, quantile, sorted};

/// The value of an attempt that did not get to the step whose value is asked for (R3.9).
const NOT_REACHED: &str = "did not reach";

/// The sorted extract that the kernel reads.
const EVENTS: &str = "select * from funnel_events(?) order by actor, doer, ts_us, seq";

pub(super) fn readings(asking: &Asking, funnel: &Funnel) -> Result<Vec<Reading>> {
    let (counted, texts) = find(asking, funnel)?;
    let (cells, placed) = place(asking, &counted, &texts)?;
    let mut groups = BTreeMap::<(usize, usize), Group>::new();
    for (attempt, place) in counted.iter().zip(placed) {
        let Some((cell, assumed)) = place else { continue };
        let group = groups.entry((attempt.period, cell)).or_default();
        group.attempts.push(attempt);
        group.assumed |= assumed;
    }
    let mut readings = Vec::new();
    for (index, period, cell_index, cell) in asking.grid(&cells) {
        let group = groups.remove(&(index, cell_index)).unwrap_or_default();
        readings.extend(rows(asking, funnel, period, cell, &group));
    }
    Ok(readings)
}

/// When each actor first completed an attempt, closed or open, in microseconds.
pub(in crate::measure) fn first_completed(asking: &Asking, funnel: &Funnel) -> Result<Vec<(i64, i64)>> {
    ask(asking, funnel)?;
    let rules = rules(asking, funnel);
    let mut found = Vec::new();
    by_actor(asking.engine, EVENTS, &[Value::Bool(funnel.by_same_user)], &mut |actor| {
        let ends = actor.sequences.iter().flat_map(|events| {
            let attempts = attempts(&rules, events).into_iter().filter(|attempt| attempt.path.len() == rules.steps);
            attempts.filter_map(|attempt| attempt.path.last().map(|place| events[*place].ts_us))
        });
        found.extend(ends.min().map(|end_us| (actor.actor, end_us)));
        Ok(())
    })?;
    Ok(found)
}

/// The attempts that count, and the texts of their values.
fn find(asking: &Asking, funnel: &Funnel) -> Result<(Vec<Counted>, Texts)> {
    ask(asking, funnel)?;
    let rules = rules(asking, funnel);
    let mut counted = Vec::new();
    let texts = by_actor(asking.engine, EVENTS, &[Value::Bool(funnel.by_same_user)], &mut |actor| {
        counted.extend(chosen(asking, funnel, &rules, actor));
        Ok(())
    })?;
    Ok((counted, texts))
}

/// Makes `actor_parts`: closed attempts, and those of them that got to the last step.
pub(super) fn actor_parts(asking: &Asking, funnel: &Funnel) -> Result<()> {
    let (counted, _) = find(asking, funnel)?;
    let row = |attempt: &Counted| {
        let is_through = attempt.times_us.len() == funnel.steps.len();
        let period = i64::try_from(attempt.period).unwrap_or(i64::MAX);
        vec![period.into(), attempt.actor.into(), i64::from(is_through).into(), Value::Long(1)]
    };
    let rows: Vec<_> = counted.iter().filter(|attempt| attempt.is_closed).map(row).collect();
    let columns = ["period", "actor", "counted", "eligible"].map(|name| (name, Type::Long));
    asking.engine.relation("actor_parts", &columns, &rows)
}

/// An attempt that counts.
#[derive(Debug)]
struct Counted {
    period: usize,
    actor: i64,
    is_closed: bool,
    /// When each step was done; the entry first.
    times_us: Vec<i64>,
    /// The account and moment whose values it stands under, and its own values; nothing where that step was not reached.
    stands: Option<(i64, i64, [u32; 4])>,
}

#[derive(Debug, Default)]
struct Group<'a> {
    attempts: Vec<&'a Counted>,
    assumed: bool,
}

/// Makes `asked`: steps, then what is excluded; with `strict`, anything else as well.
fn ask(asking: &Asking, funnel: &Funnel) -> Result<()> {
    let id = asking.traction.id.as_str();
    let first = funnel.steps.first().map(|step| &step.signal);
    let excluded = funnel.exclude.iter().map(|exclusion| &exclusion.signal);
    let signals: Vec<&SignalId> = funnel.steps.iter().map(|step| &step.signal).chain(excluded).collect();
    for signal in &signals {
        let of = asking.plan.signal(signal);
        if Some(*signal) != first && of.per.is_none() && (of.at_least > 1 || of.distinct.is_some()) {
            return Err(issues::not_built(
                id,
                "steps",
                "a later step counts matches, which would have to begin with each attempt",
            ));
        }
    }
    if funnel.order == FunnelOrder::Any && funnel.steps.iter().any(|step| step.within.is_some()) {
        return Err(issues::not_built(id, "steps.within", "with `order = \"any\"` no step has a step before it"));
    }
    if (funnel.order, funnel.entry) == (FunnelOrder::Any, FunnelEntry::Each) {
        return Err(issues::not_built(id, "entry", "with `order = \"any\"` entries would share their events"));
    }
    let mut roles: Vec<_> = (0..).zip(&signals).map(|(number, signal)| asking.own(number, signal)).collect();
    if funnel.order == FunnelOrder::Strict {
        let any =
            asking.plan.signals.iter().find(|signal| signal.matches == Matches::AnyEvent && signal.filter.is_none());
        let Some(any) = any else {
            return Err(issues::not_built(id, "order", "no signal of the plan is any event"));
        };
        roles.push(asking.matches(ANYTHING_ELSE, &any.id));
    }
    asking.ask(&roles, &funnel.same)?;
    asking.engine.load(&crate::measure::asked::queries(&["funnel_events"]))
}

fn rules(asking: &Asking, funnel: &Funnel) -> Rules {
    let range = asking.span.range;
    let exclude = funnel.exclude.iter().enumerate().map(|(index, exclusion)| Exclude {
        bit: funnel.steps.len() + index,
        after: exclusion.after.saturating_sub(1) as usize,
        before: exclusion.before.saturating_sub(1) as usize,
        then: exclusion.then,
    });
    Rules {
        steps: funnel.steps.len(),
        within_us: funnel.within.micros(),
        step_within_us: funnel.steps.iter().map(|step| step.within.map(|within| within.micros())).collect(),
        order: funnel.order,
        entry: funnel.entry,
        exclude: exclude.collect(),
        same: funnel.same.len(),
        periods_us: asking.span.periods.iter().map(|period| asking.start_us(period.start)).collect(),
        entries_us: (asking.start_us(range.start), asking.start_us(range.end)),
    }
}

/// Which of an actor's attempts count (R3.4).
fn chosen(asking: &Asking, funnel: &Funnel, rules: &Rules, actor: &Actor) -> Vec<Counted> {
    let mut all: Vec<_> = actor
        .sequences
        .iter()
        .flat_map(|events| attempts(rules, events).into_iter().map(move |attempt| (events, attempt)))
        .filter_map(|(events, attempt)| counted(asking, funnel, rules, actor.actor, events, &attempt))
        .collect();
    all.sort_by_key(|attempt| attempt.times_us[0]);
    match funnel.entry {
        FunnelEntry::Each => all,
        FunnelEntry::First => all.into_iter().take(1).collect(),
        FunnelEntry::Best => {
            let mut best = BTreeMap::<usize, Counted>::new();
            for attempt in all {
                match best.get(&attempt.period) {
                    // An open one counts only where none has closed; the earlier of equals stands.
                    Some(other) if rank(other) <= rank(&attempt) => {}
                    Some(_) | None => {
                        best.insert(attempt.period, attempt);
                    }
                }
            }
            best.into_values().collect()
        }
    }
}

fn rank(attempt: &Counted) -> (bool, Reverse<usize>) {
    (!attempt.is_closed, Reverse(attempt.times_us.len()))
}

fn counted(
    asking: &Asking,
    funnel: &Funnel,
    rules: &Rules,
    actor: i64,
    events: &[Event],
    attempt: &Attempt,
) -> Option<Counted> {
    let entry = &events[attempt.entry()];
    let period = rules.periods_us.partition_point(|start_us| *start_us <= entry.ts_us).checked_sub(1)?;
    let steps: Vec<_> = attempt.path.iter().map(|place| &events[*place]).collect();
    let with_value = |event: &&Event, property: usize| event.properties[property] != 0;
    let own = |event: &Event| (event.account, event.ts_us, event.properties);
    let merged = |ordered: &[&Event]| {
        let first = ordered.first()?;
        let value = |property| {
            ordered.iter().find(|event| with_value(event, property)).map_or(0, |event| event.properties[property])
        };
        Some((first.account, first.ts_us, [value(0), value(1), value(2), value(3)]))
    };
    let stands = match funnel.breakdown {
        Breakdown::Entry => Some(own(entry)),
        Breakdown::Step(step) => steps.get(step.saturating_sub(1) as usize).map(|event| own(event)),
        Breakdown::First => merged(&steps),
        Breakdown::Last => merged(&steps.iter().rev().copied().collect::<Vec<_>>()),
    };
    Some(Counted {
        period,
        actor,
        is_closed: entry.ts_us + funnel.within.micros() < asking.scope.as_of_end_us,
        times_us: steps.iter().map(|event| event.ts_us).collect(),
        stands,
    })
}

/// The cell of an attempt, and whether its values were assumed; nothing where it is not wanted.
type Place = Option<(usize, bool)>;

/// The cells, and for each attempt the one it stands in.
fn place(asking: &Asking, counted: &[Counted], texts: &Texts) -> Result<(Vec<Cell>, Vec<Place>)> {
    if asking.parts.is_empty() {
        return Ok((vec![Cell::default()], vec![Some((0, false)); counted.len()]));
    }
    let long = |name| (name, Type::Long);
    let text = |name| (name, Type::Text);
    let columns = [
        long("attempt"),
        long("actor"),
        long("account"),
        long("read_us"),
        text("property_1"),
        text("property_2"),
        text("property_3"),
        text("property_4"),
    ];
    let rows: Vec<_> = (0..).zip(counted).map(|(index, attempt)| row(asking, index, attempt, texts)).collect();
    asking.engine.relation("attempts", &columns, &rows)?;
    asking.make_units("funnel", "funnel_units()", &[])?;
    let cells = asking.make_cells()?;
    let frame = asking.answer("funnel", "funnel()", &[])?;
    let mut placed = vec![None; counted.len()];
    for row in 0..frame.rows() {
        let cell = usize::try_from(frame.count("cell", row))?;
        placed[usize::try_from(frame.count("attempt", row))?] = Some((cell, frame.flag("assumed", row)));
    }
    Ok((cells, placed))
}

fn row(asking: &Asking, index: i64, attempt: &Counted, texts: &Texts) -> Vec<Value> {
    let (account, read_us) = attempt.stands.map_or((None, None), |(account, us, _)| (Some(account), Some(us)));
    let mut row = vec![Value::Long(index), Value::Long(attempt.actor), account.into(), read_us.into()];
    row.extend((0..4).map(|part| match attempt.stands {
        Some((_, _, properties)) => texts.text(properties[part]).into(),
        None => (part < asking.parts.len()).then_some(NOT_REACHED).into(),
    }));
    row
}

/// One row per step.
fn rows(asking: &Asking, funnel: &Funnel, period: Period, cell: &Cell, group: &Group) -> Vec<Reading> {
    let closed: Vec<_> = group.attempts.iter().filter(|attempt| attempt.is_closed).copied().collect();
    let open: Vec<_> = group.attempts.iter().filter(|attempt| !attempt.is_closed).copied().collect();
    let got = |attempts: &[&Counted], step: usize| {
        attempts.iter().filter(|attempt| attempt.times_us.len() > step).count() as u64
    };
    let complete_at_us = asking.start_us(period.end) + funnel.within.micros();
    let is_first_ever = funnel.steps.first().is_some_and(|step| asking.plan.signal(&step.signal).first_time);
    let mut readings = Vec::new();
    for (step, of) in funnel.steps.iter().enumerate() {
        let counts = share(got(&closed, step), closed.len() as u64);
        let of_before = share(counts.counted, if step == 0 { counts.eligible } else { got(&closed, step - 1) });
        let mut reading = asking.reading(period, cell, complete_at_us);
        reading.value = over(counts.counted, counts.eligible);
        reading.share = Some(counts);
        reading.rest = vec![
            ("step", Datum::Count(step as i64 + 1)),
            ("step_name", Datum::Text(step_name(funnel, step, of))),
            ("step_value", number(over(of_before.counted, of_before.eligible))),
            ("step_low", number(of_before.interval.map(|(low, _)| low))),
            ("step_high", number(of_before.interval.map(|(_, high)| high))),
            ("open", count(open.len() as u64)),
            ("open_counted", count(got(&open, step))),
        ];
        reading.rest.extend(times(&closed, step));
        reading.left_truncated = is_first_ever && asking.before_known(period.start);
        reading.segment_assumed = group.assumed;
        reading.missing_days = asking.missing_days(Period { start: period.start, end: asking.read_end(period) });
        readings.push(reading);
    }
    readings
}

/// How long it took to get to a step, among closed attempts; what is tied with the event before takes no time.
fn times(closed: &[&Counted], step: usize) -> [(&'static str, Datum); 3] {
    let since = |from: usize| {
        let reached = closed.iter().filter(|attempt| step > 0 && attempt.times_us.len() > step);
        let seconds = reached.map(|attempt| (attempt.times_us[step] - attempt.times_us[from]).max(0) as f64 / 1e6);
        seconds.collect::<Vec<_>>()
    };
    let (from_entry, from_before) = (since(0), since(step.saturating_sub(1)));
    [
        ("median_seconds", number(median(&from_entry))),
        ("p90_seconds", number(quantile(&sorted(&from_entry), 0.9))),
        ("median_step_seconds", number(median(&from_before))),
    ]
}

fn step_name(funnel: &Funnel, step: usize, of: &Step) -> String {
    match funnel.order {
        FunnelOrder::Any => format!("any {} of {}", step + 1, funnel.steps.len()),
        FunnelOrder::Ordered | FunnelOrder::Strict => of.signal.to_string(),
    }
}
