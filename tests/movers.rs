//! Who moved a metric: accounts' parts make its readings, whatever the kind; and who stayed after an activation.

#![allow(clippy::unwrap_used, reason = "tests only")]

mod relations;

use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use relations::{Event, Gauged, World, engine, plan};
use throughline::engine::Engine;
use throughline::measure::{account_parts, kept, measure, since_available};
use throughline::model::column::{Type, Value};
use throughline::model::period::{Unit, days_between, plus_days};
use throughline::model::question::Question;
use throughline::model::reading::{Datum, Reading};
use throughline::plan::Plan;
use throughline::stats::mix::When;

const AS_OF: Date = date(2026, 4, 18);
const FIRST: Date = date(2026, 1, 5);

/// A metric of every kind, counting accounts and users.
const METRICS: [(&str, Unit); 12] = [
    ("kind = \"active\"\nsignal = \"a\"", Unit::Week),
    ("kind = \"active\"\nactor = \"user\"\nsignal = [\"a\", \"b\"]\ntrailing = \"14d\"", Unit::Week),
    ("kind = \"activation\"\nstart = \"a\"\nreach = [\"b\"]\nwithin = \"9d\"\ncohort = \"week\"", Unit::Week),
    ("kind = \"activation\"\nactor = \"user\"\nstart = \"a\"\nreach = [\"b\"]\nwithin = \"9d\"", Unit::Month),
    ("kind = \"adoption\"\nsignal = \"a\"\nat_least = 2\ntrailing = \"14d\"", Unit::Week),
    ("kind = \"retention\"\nstart = \"a\"\nreturn = \"b\"\nperiod = \"week\"\ntype = \"recurring\"", Unit::Week),
    ("kind = \"retention\"\nstart = \"a\"\nreturn = \"b\"\ncriterion = \"on_or_after\"\nperiods = 3", Unit::Week),
    ("kind = \"retention\"\nactor = \"user\"\nstart = \"a\"\nreturn = \"b\"\ncriterion = \"bracket 2-3\"", Unit::Week),
    ("kind = \"funnel\"\nsteps = [\"a\", \"b\"]\nwithin = \"6d\"", Unit::Week),
    ("kind = \"gauge\"\ngauge = \"sites\"\nreduce = \"sum\"", Unit::Week),
    ("kind = \"gauge\"\ngauge = \"sites\"\nreduce = \"mean\"", Unit::Week),
    ("kind = \"gauge\"\ngauge = \"sites\"\nreduce = \"share\"\nat_least = 2", Unit::Week),
];

fn plan_of(metric: &str) -> Plan {
    plan(&format!(
        "[workspace]\nname = \"W\"\ntimezone = \"Europe/Amsterdam\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\
         [sources.cases]\nkind = \"events\"\nfiles = \"e.csv\"\n\
         [sources.pings]\nkind = \"snapshots\"\nfiles = \"p.csv\"\naccount = \"id\"\ntime = \"at\"\n\
         [signals.a]\nevent = \"a\"\n[signals.b]\nevent = \"b\"\n\
         [[lane]]\nid = \"l\"\nname = \"L\"\nowner = \"O\"\n\
         [[outcome]]\nid = \"o\"\nlane = \"l\"\nstatement = \"A team does it\"\nbehaviour = \"a\"\n\
         [[traction]]\nid = \"m\"\noutcome = \"o\"\n{metric}\n"
    ))
}

/// A random company: users of five accounts and of none, over fifteen weeks.
fn company(seed: u64, plan: &Plan) -> World {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut world = World { tie_us: 1_000_000, ..World::default() };
    for seq in 0..150 {
        let user = dice.random_range(1..12);
        let us = plan.workspace.calendar.start_us(plus_days(FIRST, dice.random_range(0..104)))
            + dice.random_range(0..24) * 3_600_000_000;
        world.events.push(Event {
            user: Some(user),
            account: (user > 1).then_some(user % 5),
            name: ["a", "b"][dice.random_range(0..2)].to_owned(),
            us,
            seq,
            properties: std::collections::BTreeMap::new(),
        });
    }
    for account in 0..5 {
        for week in 0..15 {
            if dice.random_bool(0.8) {
                let us = plan.workspace.calendar.start_us(plus_days(FIRST, week * 7 + 2));
                let value = f64::from(dice.random_range(0..5));
                world.gauges.push(Gauged { account, gauge: "sites".to_owned(), us, value });
            }
        }
    }
    world
}

/// The rows a block shows: of a funnel the last step, of a retention the first k that is no start.
fn shown(reading: &Reading) -> bool {
    reading.rest.iter().all(|(name, datum)| match (*name, datum) {
        ("step", Datum::Count(step)) => *step == 2,
        ("k", Datum::Count(k)) => *k == 1 || *k == 2,
        ("cohort_start", datum) => *datum != Datum::Null,
        _ => true,
    })
}

#[test]
fn accounts_parts_make_the_readings_of_both_periods_in_every_kind() {
    for (metric, unit) in METRICS {
        let plan = plan_of(metric);
        let traction = plan.traction().next().unwrap();
        for seed in 0..2 {
            let (engine, world) = (engine(), company(seed, &plan));
            let scope = world.attach(&engine, &plan, AS_OF);
            let question = Question { period: Some(unit), ..Question::default() };
            let mut readings = measure(&engine, &plan, &scope, traction, &question).unwrap().readings;
            let brackets = metric.contains("bracket");
            readings.retain(|reading| shown(reading) && (brackets || !has_k(reading, 2)));
            for pair in readings.windows(3).step_by(5).map(|three| [&three[0], &three[2]]) {
                let periods = (pair[0].period, pair[1].period);
                let parts = account_parts(&engine, &plan, &scope, traction, unit, periods).unwrap();
                for (when, reading) in [(When::Before, pair[0]), (When::After, pair[1])] {
                    let (whole, told) = (parts.value(when), reading.value);
                    let told = if metric.contains("\"sum\"") { told.or(Some(0.0)) } else { told };
                    let near = whole.zip(told).map_or(whole == told, |(one, other)| (one - other).abs() < 1e-9);
                    assert!(near, "{metric}\ncompany {seed}, {}: {whole:?} and {told:?}", reading.period.start);
                }
                let sum: f64 = parts.movers().iter().map(|mover| mover.contribution).sum();
                if let (Some(before), Some(after)) = (pair[0].value, pair[1].value) {
                    assert!((sum - (after - before)).abs() < 1e-9, "{metric}\ncompany {seed}: {sum}");
                }
            }
        }
    }
}

fn has_k(reading: &Reading, wanted: i64) -> bool {
    reading.rest.iter().any(|(name, datum)| *name == "k" && *datum == Datum::Count(wanted))
}

#[test]
fn the_curve_since_availability_is_who_had_met_the_definition_by_then() {
    let plan =
        plan_of("kind = \"adoption\"\nsignal = \"a\"\nat_least = 2\ntrailing = \"14d\"\navailable = \"2026-01-20\"");
    let calendar = &plan.workspace.calendar;
    let end_us = calendar.start_us(plus_days(AS_OF, 1));
    for seed in 0..12 {
        let (engine, world) = (engine(), company(seed, &plan));
        let scope = world.attach(&engine, &plan, AS_OF);
        let told = since_available(&engine, &plan, &scope, plan.traction().next().unwrap()).unwrap();
        let waits: Vec<(i64, bool)> = (0..5)
            .map(|account| {
                let events = world.events.iter().filter(|event| event.account == Some(account) && event.us < end_us);
                let readings = world.gauges.iter().filter(|reading| reading.account == account && reading.us < end_us);
                let seen =
                    events.clone().map(|event| event.us).chain(readings.map(|reading| reading.us)).min().unwrap();
                let uses: Vec<i64> = events.filter(|event| event.name == "a").map(|event| event.us).collect();
                let in_window = |day: Date| {
                    let from = plus_days(day, -13);
                    uses.iter().filter(|us| (from..=day).contains(&calendar.day(**us))).count()
                };
                let met = uses.iter().filter(|us| in_window(calendar.day(**us)) >= 2).min().copied();
                let begin = seen.max(calendar.start_us(date(2026, 1, 20)));
                ((met.unwrap_or(end_us) - begin).max(0) / 86_400_000_000, met.is_some())
            })
            .collect();
        let (mut wanted, mut left) = (Vec::new(), 1.0);
        for day in 0..=120 {
            let at_risk = waits.iter().filter(|wait| wait.0 >= day).count() as f64;
            let met = waits.iter().filter(|wait| **wait == (day, true)).count() as f64;
            if met > 0.0 {
                left *= 1.0 - met / at_risk;
                wanted.push((day as f64, 1.0 - left));
            }
        }
        assert_eq!(told.len(), wanted.len(), "company {seed}: {told:?} and {wanted:?}");
        for (one, other) in told.iter().zip(&wanted) {
            assert!(one.0 == other.0 && (one.1 - other.1).abs() < 1e-12, "company {seed}: {told:?} and {wanted:?}");
        }
    }
}

/// Who started by 1 January, reached or not, and came back on which days after.
fn starters() -> Vec<(i64, bool, Vec<i64>)> {
    vec![
        (1, true, vec![90]),
        (2, true, vec![89, 118]),
        (3, true, vec![117]),
        (4, false, vec![100, 101]),
        (5, false, vec![]),
    ]
}

#[test]
fn kept_counts_who_was_active_on_the_90th_to_117th_day_and_only_who_has_lived_through_them() {
    let plan = plan_of("kind = \"activation\"\nstart = \"a\"\nreach = [\"b\"]\nwithin = \"14d\"");
    let calendar = &plan.workspace.calendar;
    let mut world = World { tie_us: 0, ..World::default() };
    let mut see = |account: i64, name: &str, day: Date| {
        let (us, seq) = (calendar.start_us(day) + 3_600_000_000, world.events.len() as i64);
        let name = name.to_owned();
        world.events.push(Event { user: None, account: Some(account), name, us, seq, properties: Default::default() });
    };
    let start = date(2025, 11, 1);
    for (account, reached, days) in starters() {
        see(account, "a", start);
        if reached {
            see(account, "b", plus_days(start, 3));
        }
        days.into_iter().for_each(|day| see(account, "z", plus_days(start, day)));
    }
    // The 117th day after this start lies behind `as_of`.
    see(6, "a", plus_days(AS_OF, -116));
    let engine = engine();
    let scope = world.attach(&engine, &plan, AS_OF);
    any_by_week(&engine, &plan, &world);
    let told = kept(&engine, &plan, &scope, plan.traction().next().unwrap(), &Question::default()).unwrap();
    assert_eq!(told, Some([(2, 3), (1, 2)]));
}

/// `week_parts` of the signal `any`, as `shape` makes it.
fn any_by_week(engine: &dyn Engine, plan: &Plan, world: &World) {
    engine.run("insert into signals select 99, 'any' where 'any' not in (select id from signals)", &[]).unwrap();
    let number = engine.query("select signal from signals where id = 'any'", &[]).unwrap().long("signal", 0).unwrap();
    let calendar = &plan.workspace.calendar;
    let row = |event: &Event| {
        let day = calendar.day(event.us);
        let week = calendar.period(Unit::Week, day);
        let month = calendar.period(Unit::Month, day);
        let days = (0..7).map(|at| i64::from(days_between(week.start, day) == at).into());
        let head: [Value; 5] =
            [number.into(), event.user.into(), event.account.into(), week.start.into(), month.start.into()];
        head.into_iter().chain(days).collect::<Vec<Value>>()
    };
    let rows: Vec<Vec<Value>> = world.events.iter().map(row).collect();
    let days = ["day_0", "day_1", "day_2", "day_3", "day_4", "day_5", "day_6"].map(|name| (name, Type::Int));
    let head = [
        ("signal", Type::Int),
        ("usr", Type::Int),
        ("account", Type::Int),
        ("week_start", Type::Day),
        ("month_start", Type::Day),
    ];
    engine.relation("week_parts", &[&head[..], &days[..]].concat(), &rows).unwrap();
}
