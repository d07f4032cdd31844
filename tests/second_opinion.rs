//! Every kind once more, slow and obvious, on random companies: both must agree. And what must change nothing, changes nothing.

#![allow(clippy::unwrap_used, reason = "tests only")]

mod relations;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use relations::{Event, Gauged, World, columns, engine, plan};
use serde_json::Value as Json;
use throughline::measure::measure;
use throughline::model::metric::Traction;
use throughline::model::period::{Calendar, Period, Unit, days_between, plus_days};
use throughline::model::question::Question;
use throughline::plan::Plan;

const DAY: i64 = 86_400_000_000;
const AS_OF: Date = date(2026, 4, 18);
const COMPANIES: u64 = 12;

type Rows = Vec<BTreeMap<String, Json>>;

/// Small numbers by a seed: splitmix64.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// A plan with one metric, over signals a, b and c.
fn plan_of(metric: &str) -> Plan {
    plan(&format!(
        "[workspace]\nname = \"W\"\ntimezone = \"Europe/Amsterdam\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\
         [sources.cases]\nkind = \"events\"\nfiles = \"e.csv\"\n\
         [sources.pings]\nkind = \"snapshots\"\nfiles = \"p.csv\"\naccount = \"id\"\ntime = \"at\"\n\
         [signals.a]\nevent = \"a\"\n[signals.b]\nevent = \"b\"\n[signals.c]\nevent = \"c\"\n\
         [signals.ab]\nevent = [\"a\", \"b\"]\n\
         [[lane]]\nid = \"l\"\nname = \"L\"\nowner = \"O\"\n\
         [[outcome]]\nid = \"o\"\nlane = \"l\"\nstatement = \"A team does it\"\nbehaviour = \"a\"\n\
         [[traction]]\nid = \"m\"\noutcome = \"o\"\n{metric}\n"
    ))
}

/// A random company over the change of the clocks on 29 March: users in several accounts, ties, events of nobody.
fn company(seed: u64, calendar: &Calendar) -> World {
    let mut dice = Dice(seed);
    let tie_us = [0, 1_000_000, DAY][(seed % 3) as usize];
    let first = calendar.start_us(date(2026, 3, 9));
    let mut world = World { tie_us, kept: vec!["site".to_owned()], ..World::default() };
    let count = 40 + dice.roll(80) as i64;
    for seq in 0..count {
        let user = 1 + dice.roll(6) as i64;
        let day = calendar.day(first + (dice.roll(42) as i64) * DAY + DAY / 2);
        let moment = calendar.start_us(day) + if tie_us == DAY { 0 } else { dice.roll(24) as i64 * 3_600_000_000 };
        let account = if dice.roll(10) == 0 { None } else { Some(1 + (user + dice.roll(2) as i64) % 4) };
        let site = ["x", "y"].get(dice.roll(3) as usize).map(|site| ("site".to_owned(), Json::from(*site)));
        world.events.push(Event {
            user: (dice.roll(12) > 0).then_some(user),
            account,
            name: ["a", "b", "c", "d"][dice.roll(4) as usize].to_owned(),
            us: moment,
            seq,
            properties: site.into_iter().collect(),
        });
    }
    for account in 1..=5 {
        for day in 0..42 {
            if dice.roll(3) == 0 {
                let us = calendar.start_us(plus_days(date(2026, 3, 9), day)) + 3_600_000_000;
                world.gauges.push(Gauged { account, gauge: "sites".to_owned(), us, value: dice.roll(5) as f64 });
            }
        }
    }
    world.ended.insert(2, calendar.start_us(date(2026, 4, 6)));
    world.idle.insert(9, calendar.start_us(date(2026, 3, 20)));
    world
}

fn ask(plan: &Plan, world: &World) -> Rows {
    ask_by(plan, world, &Question::default())
}

fn ask_by(plan: &Plan, world: &World, question: &Question) -> Rows {
    let engine = engine();
    let scope = world.attach(&engine, plan, AS_OF);
    let traction = traction(plan);
    measure(&engine, plan, &scope, traction, question).unwrap().readings.iter().map(columns).collect()
}

fn traction(plan: &Plan) -> &Traction {
    plan.traction().next().unwrap()
}

/// Both opinions on many companies; and the same company with its rows turned round and its ids renamed.
fn check(metric: &str, wanted: impl Fn(&World, &Calendar) -> Vec<Vec<(&'static str, Json)>>) {
    let plan = plan_of(metric);
    let calendar = &plan.workspace.calendar;
    for seed in 0..COMPANIES {
        let world = company(seed, calendar);
        let rows = ask(&plan, &world);
        let wanted = wanted(&world, calendar);
        assert_eq!(rows.len(), wanted.len(), "{metric}\nrows of company {seed}: {rows:#?}");
        for (row, wanted) in rows.iter().zip(&wanted) {
            for (name, value) in wanted {
                assert!(
                    same(&row[*name], value),
                    "{metric}\ncompany {seed}: {name} is {} and not {value}\n{row:?}",
                    row[*name]
                );
            }
        }
        if seed < 4 {
            assert_eq!(rows, ask(&plan, &renamed(&world)), "{metric}\ncompany {seed} by other names");
        }
    }
}

fn same(one: &Json, other: &Json) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() < 1e-9,
        _ => one == other,
    }
}

/// The same company: rows in another order, other numbers for people.
fn renamed(world: &World) -> World {
    let mut other = world.clone();
    other.events.reverse();
    for event in &mut other.events {
        event.user = event.user.map(|user| 100 - user);
        event.account = event.account.map(|account| 70 + account * 3 % 11);
    }
    for reading in &mut other.gauges {
        reading.account = 70 + reading.account * 3 % 11;
    }
    other.ended = world.ended.iter().map(|(account, us)| (70 + account * 3 % 11, *us)).collect();
    other.idle = world.idle.iter().map(|(account, us)| (70 + account * 3 % 11, *us)).collect();
    other
}

// ---- What the second opinions share.

fn seen<'a>(world: &'a World, calendar: &Calendar) -> Vec<&'a Event> {
    let end = calendar.start_us(plus_days(AS_OF, 1));
    let mut events: Vec<_> = world.events.iter().filter(|event| event.us < end).collect();
    events.sort_by_key(|event| (event.us, event.seq));
    events
}

fn first_day(world: &World, calendar: &Calendar) -> Date {
    seen(world, calendar).first().map(|event| calendar.day(event.us)).unwrap()
}

fn is_tied(world: &World, calendar: &Calendar, one: &Event, other: &Event) -> bool {
    if world.tie_us == DAY {
        calendar.day(one.us) == calendar.day(other.us)
    } else {
        (one.us - other.us).abs() < world.tie_us
    }
}

/// Whether an event may come after another.
fn may_follow(world: &World, calendar: &Calendar, after: &Event, before: &Event) -> bool {
    (after.us, after.seq) > (before.us, before.seq) || is_tied(world, calendar, after, before)
}

fn periods(world: &World, calendar: &Calendar, unit: Unit) -> Vec<Period> {
    calendar.periods(unit, first_day(world, calendar), AS_OF)
}

fn read_end(period: Period) -> Date {
    period.end.min(plus_days(AS_OF, 1))
}

fn within(calendar: &Calendar, event: &Event, start: Date, end: Date) -> bool {
    (start..end).contains(&calendar.day(event.us))
}

fn of_actor<'a>(events: &[&'a Event], actor: i64, who: fn(&Event) -> Option<i64>) -> Vec<&'a Event> {
    events.iter().copied().filter(|event| who(event) == Some(actor)).collect()
}

fn account(event: &Event) -> Option<i64> {
    event.account
}

fn user(event: &Event) -> Option<i64> {
    event.user
}

fn day_of(day: Date) -> Json {
    day.to_string().into()
}

// ---- The kinds.

#[test]
fn active_in_periods_and_trailing_windows() {
    let count = |trailing: Option<i64>, unit: Unit, who: fn(&Event) -> Option<i64>| {
        move |world: &World, calendar: &Calendar| {
            let events = seen(world, calendar);
            let rows = periods(world, calendar, unit).into_iter().map(|period| {
                let end = read_end(period);
                let start = trailing.map_or(period.start, |days| plus_days(end, -days));
                let does =
                    |event: &&&Event| ["a", "b"].contains(&event.name.as_str()) && within(calendar, event, start, end);
                let actors: BTreeSet<_> = events.iter().filter(does).filter_map(|event| who(event)).collect();
                vec![("period_start", day_of(period.start)), ("counted", actors.len().into())]
            });
            rows.collect()
        }
    };
    check("kind = \"active\"\nsignal = \"ab\"", count(None, Unit::Week, account));
    check(
        "kind = \"active\"\nactor = \"user\"\nsignal = [\"a\", \"b\"]\nperiod = \"month\"",
        count(None, Unit::Month, user),
    );
    check("kind = \"active\"\nsignal = \"ab\"\ntrailing = \"9d\"", count(Some(9), Unit::Day, account));
}

#[test]
fn active_by_a_property_stands_under_each_value() {
    let plan = plan_of("kind = \"active\"\nsignal = \"a\"");
    let calendar = &plan.workspace.calendar;
    let question = Question { by: vec!["site".to_owned()], ..Question::default() };
    for seed in 0..COMPANIES {
        let world = company(seed, calendar);
        for row in ask_by(&plan, &world, &question) {
            let start: Date = row["period_start"].as_str().unwrap().parse().unwrap();
            let period = calendar.period(Unit::Week, start);
            let stands = |event: &&&Event| {
                event.name == "a"
                    && within(calendar, event, period.start, read_end(period))
                    && event.properties.get("site").unwrap_or(&Json::Null) == &row["segment"]["site"]
            };
            let events = seen(&world, calendar);
            let actors: BTreeSet<_> = events.iter().filter(stands).filter_map(|event| event.account).collect();
            assert_eq!(row["counted"], actors.len(), "company {seed}: {row:?}");
        }
    }
}

#[test]
fn activation_counts_each_criterion_from_its_start() {
    let counts = |world: &World, calendar: &Calendar| {
        let events = seen(world, calendar);
        let end_us = calendar.start_us(plus_days(AS_OF, 1));
        let mut cohorts = BTreeMap::<Date, [u64; 4]>::new();
        for actor in 1..=9 {
            let own = of_actor(&events, actor, account);
            let Some(start) = own.iter().find(|event| event.name == "a") else { continue };
            let closes = start.us + 10 * DAY;
            let after: Vec<_> = own
                .iter()
                .filter(|event| {
                    event.seq != start.seq && event.us <= closes && may_follow(world, calendar, event, start)
                })
                .collect();
            let days: BTreeSet<_> =
                after.iter().filter(|event| event.name == "b").map(|event| calendar.day(event.us)).collect();
            let times = after.iter().filter(|event| event.name == "a").count();
            let reached = u64::from(days.len() >= 2 && times >= 1);
            let counts = cohorts.entry(calendar.period(Unit::Week, calendar.day(start.us)).start).or_default();
            let column = if closes < end_us { 0 } else { 2 };
            counts[column] += 1;
            counts[column + 1] += reached;
        }
        let rows = periods(world, calendar, Unit::Week).into_iter().map(|period| {
            let [eligible, counted, open, open_counted] = cohorts.get(&period.start).copied().unwrap_or_default();
            vec![
                ("period_start", day_of(period.start)),
                ("eligible", eligible.into()),
                ("counted", counted.into()),
                ("open", open.into()),
                ("open_counted", open_counted.into()),
            ]
        });
        rows.collect()
    };
    check(
        "kind = \"activation\"\nstart = \"a\"\nreach = [\"a\", { signal = \"b\", days = 2 }]\nwithin = \"10d\"\ncohort = \"week\"",
        counts,
    );
}

#[test]
fn adoption_is_read_day_by_day() {
    let opinion = |min_users: usize| {
        move |world: &World, calendar: &Calendar| {
            let events = seen(world, calendar);
            let uses: Vec<_> = events.iter().copied().filter(|event| event.name == "b").collect();
            let rows = periods(world, calendar, Unit::Week).into_iter().map(|period| {
                let end = read_end(period);
                let read_us = calendar.start_us(end) - 1;
                let mut stages =
                    BTreeMap::from(["never", "tried", "adopted", "habitual", "lapsed"].map(|stage| (stage, 0_u64)));
                let (mut users, mut around) = (BTreeSet::new(), BTreeSet::new());
                for actor in (1..=9).filter(|actor| exists(world, calendar, *actor, read_us)) {
                    let own = of_actor(&uses, actor, account);
                    let in_window = |end: Date| -> Vec<&&Event> {
                        own.iter().filter(|event| within(calendar, event, plus_days(end, -7), end)).collect()
                    };
                    let meets = |end: Date| {
                        let found = in_window(end);
                        let users: BTreeSet<_> = found.iter().filter_map(|event| event.user).collect();
                        found.len() >= 2 && users.len() >= min_users
                    };
                    let begin = date(2026, 3, 1);
                    let mut ends = (0..=days_between(begin, end)).map(|days| plus_days(begin, days));
                    let stage = if meets(end) && meets(plus_days(end, -7)) && meets(plus_days(end, -14)) {
                        "habitual"
                    } else if meets(end) {
                        "adopted"
                    } else if ends.any(meets) {
                        "lapsed"
                    } else if own.iter().any(|event| calendar.day(event.us) < end) {
                        "tried"
                    } else {
                        "never"
                    };
                    *stages.get_mut(stage).unwrap() += 1;
                    if meets(end) {
                        users.extend(in_window(end).iter().filter_map(|event| event.user).map(|user| (actor, user)));
                        let all = of_actor(&events, actor, account);
                        let near = all.iter().filter(|event| within(calendar, event, plus_days(end, -7), end));
                        around.extend(near.filter_map(|event| event.user).map(|user| (actor, user)));
                    }
                }
                let depth = (!around.is_empty()).then(|| users.len() as f64 / around.len() as f64);
                let mut row = vec![
                    ("period_start", day_of(period.start)),
                    ("eligible", stages.values().sum::<u64>().into()),
                    ("counted", (stages["adopted"] + stages["habitual"]).into()),
                    ("depth", depth.into()),
                ];
                row.extend(stages.into_iter().map(|(stage, count)| (stage, count.into())));
                row
            });
            rows.collect()
        }
    };
    let metric = "kind = \"adoption\"\nsignal = \"b\"\nat_least = 2\ntrailing = \"7d\"";
    check(metric, opinion(0));
    check(&format!("{metric}\nmin_users = 2"), opinion(2));
}

fn exists(world: &World, calendar: &Calendar, account: i64, us: i64) -> bool {
    let end_us = calendar.start_us(plus_days(AS_OF, 1));
    let events = world.events.iter().filter(|event| event.account == Some(account)).map(|event| event.us);
    let readings = world.gauges.iter().filter(|reading| reading.account == account).map(|reading| reading.us);
    let seen = events.chain(readings).chain(world.idle.get(&account).copied()).filter(|us| *us < end_us).min();
    seen.is_some_and(|seen| seen <= us) && world.ended.get(&account).is_none_or(|ended| *ended > us)
}

#[test]
fn gauges_are_last_readings() {
    check("kind = \"gauge\"\ngauge = \"sites\"\nreduce = \"sum\"", |world, calendar| {
        let first = world.gauges.iter().map(|reading| calendar.day(reading.us)).min().unwrap();
        let rows = calendar.periods(Unit::Week, first, AS_OF).into_iter().map(|period| {
            let end = read_end(period);
            let read_us = calendar.start_us(end) - 1;
            let (mut total, mut counted, mut eligible) = (0.0, 0, 0);
            for account in (1..=9).filter(|account| exists(world, calendar, *account, read_us)) {
                let own = world.gauges.iter().filter(|reading| reading.account == account && reading.us <= read_us);
                let own: Vec<_> = own.collect();
                eligible += u64::from(!own.is_empty());
                let last = own
                    .iter()
                    .filter(|reading| calendar.day(reading.us) >= period.start)
                    .max_by_key(|reading| reading.us);
                if let Some(last) = last {
                    counted += 1;
                    total += last.value;
                }
            }
            let value = if counted > 0 { Json::from(total) } else { Json::Null };
            vec![
                ("period_start", day_of(period.start)),
                ("eligible", eligible.into()),
                ("counted", counted.into()),
                ("value", value),
            ]
        });
        rows.collect()
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "one opinion is easier to believe in one piece")]
fn retention_by_both_clocks() {
    let opinion = |is_recurring: bool, is_rolling: bool| {
        move |world: &World, calendar: &Calendar| {
            let events = seen(world, calendar);
            let mut rows = Vec::new();
            let mut pooled = BTreeMap::<i32, (u64, u64)>::new();
            let end_us = calendar.start_us(plus_days(AS_OF, 1));
            for cohort in periods(world, calendar, Unit::Week) {
                let entries: Vec<_> = (1..=9)
                    .filter_map(|actor| {
                        let own = of_actor(&events, actor, user);
                        let is_entry = |event: &&&Event| {
                            event.name == "a" && (!is_recurring || within(calendar, event, cohort.start, cohort.end))
                        };
                        own.iter()
                            .find(is_entry)
                            .copied()
                            .filter(|event| within(calendar, event, cohort.start, cohort.end))
                    })
                    .collect();
                for k in 0..=3 {
                    let later = calendar.shifted(Unit::Week, cohort, k);
                    let shift = i64::from(k) * 7 * DAY;
                    let begun = if is_rolling {
                        calendar.start_us(cohort.start) + shift < end_us
                    } else {
                        later.start <= AS_OF
                    };
                    if !begun {
                        continue;
                    }
                    let counted = entries.iter().filter(|entry| {
                        let own = of_actor(&events, entry.user.unwrap(), user);
                        own.iter().any(|event| {
                            let is_after = event.seq == entry.seq || may_follow(world, calendar, event, entry);
                            let in_k = if is_rolling {
                                (event.us - entry.us).max(0) / (7 * DAY) == i64::from(k)
                            } else {
                                within(calendar, event, later.start, later.end)
                            };
                            event.name == "b" && is_after && in_k
                        })
                    });
                    let counts = (entries.len() as u64, counted.count() as u64);
                    let complete = if is_rolling {
                        calendar.start_us(cohort.end) + shift + 7 * DAY
                    } else {
                        calendar.start_us(later.end)
                    };
                    let pool = pooled.entry(k).or_default();
                    if complete <= end_us {
                        *pool = (pool.0 + counts.0, pool.1 + counts.1);
                    }
                    rows.push(vec![
                        ("cohort_start", day_of(cohort.start)),
                        ("k", k.into()),
                        ("eligible", counts.0.into()),
                        ("counted", counts.1.into()),
                        ("settled", (complete <= end_us).into()),
                    ]);
                }
            }
            rows.extend(pooled.into_iter().map(|(k, (size, counted))| {
                vec![
                    ("cohort_start", Json::Null),
                    ("k", k.into()),
                    ("eligible", size.into()),
                    ("counted", counted.into()),
                ]
            }));
            rows
        }
    };
    let metric = "kind = \"retention\"\nactor = \"user\"\nstart = \"a\"\nreturn = \"b\"\nperiods = 3";
    check(metric, opinion(false, false));
    check(&format!("{metric}\ntype = \"recurring\""), opinion(true, false));
    check(&format!("{metric}\nclock = \"rolling\""), opinion(false, true));
    check(&format!("{metric}\nclock = \"rolling\"\ntype = \"recurring\""), opinion(true, true));
}

/// How far an attempt can get: every way of giving its steps different events, one after the other.
fn furthest(path: &mut Vec<usize>, steps: &[&[&str]], fits: &dyn Fn(&[usize], usize) -> bool, names: &[&str]) -> usize {
    let mut best = path.len();
    if path.len() == steps.len() {
        return best;
    }
    for place in 0..names.len() {
        if !path.contains(&place) && steps[path.len()].contains(&names[place]) && fits(path, place) {
            path.push(place);
            best = best.max(furthest(path, steps, fits, names));
            path.pop();
        }
    }
    best
}

type Fits = fn(&World, &Calendar, &[&Event], &[usize], usize) -> bool;

/// Counts by step: closed and open actors, by the best attempt of each.
fn funnel_opinion(
    world: &World,
    calendar: &Calendar,
    steps: &[&[&str]],
    within_us: i64,
    fits: Fits,
) -> Vec<Vec<(&'static str, Json)>> {
    let events = seen(world, calendar);
    let end_us = calendar.start_us(plus_days(AS_OF, 1));
    let mut closed = vec![0_u64; steps.len()];
    let mut open = vec![0_u64; steps.len()];
    for actor in 1..=9 {
        let own = of_actor(&events, actor, account);
        let names: Vec<_> = own.iter().map(|event| event.name.as_str()).collect();
        let (mut best, mut best_open) = (0, 0);
        for entry in (0..own.len()).filter(|place| steps[0].contains(&names[*place])) {
            let closes = own[entry].us + within_us;
            let fits =
                |path: &[usize], place: usize| own[place].us <= closes && fits(world, calendar, &own, path, place);
            let reached = furthest(&mut vec![entry], steps, &fits, &names);
            let best = if closes < end_us { &mut best } else { &mut best_open };
            *best = reached.max(*best);
        }
        let (counts, reached) = if best > 0 { (&mut closed, best) } else { (&mut open, best_open) };
        counts.iter_mut().take(reached).for_each(|count| *count += 1);
    }
    let rows = (0..steps.len()).map(|step| {
        vec![
            ("step", (step + 1).into()),
            ("eligible", closed[0].into()),
            ("counted", closed[step].into()),
            ("open", open[0].into()),
            ("open_counted", open[step].into()),
        ]
    });
    rows.collect()
}

#[test]
fn funnels_try_every_way() {
    let steps: [&[&str]; 3] = [&["a"], &["a", "b"], &["b"]];
    let follows: Fits =
        |world, calendar, own, path, place| may_follow(world, calendar, own[place], own[*path.last().unwrap()]);
    let metric = "kind = \"funnel\"\nsteps = [\"a\", \"ab\", \"b\"]\nwithin = \"8d\"";
    check(metric, |world, calendar| funnel_opinion(world, calendar, &steps, 8 * DAY, follows));
}

#[test]
fn funnels_with_windows_between_steps_turn_back() {
    let steps: [&[&str]; 3] = [&["a"], &["b"], &["c"]];
    let follows: Fits = |world, calendar, own, path, place| {
        let last = own[*path.last().unwrap()];
        may_follow(world, calendar, own[place], last) && (path.len() != 2 || own[place].us <= last.us + 2 * DAY)
    };
    let metric = "kind = \"funnel\"\nsteps = [\"a\", \"b\", { signal = \"c\", within = \"2d\" }]\nwithin = \"12d\"";
    check(metric, |world, calendar| funnel_opinion(world, calendar, &steps, 12 * DAY, follows));
}

#[test]
fn strict_funnels_let_nothing_between() {
    let steps: [&[&str]; 3] = [&["a"], &["b"], &["a", "b"]];
    let follows: Fits = |world, calendar, own, path, place| {
        let (last, next) = (own[*path.last().unwrap()], own[place]);
        let is_between = |event: &&Event| {
            (event.us, event.seq) > (last.us, last.seq)
                && (event.us, event.seq) < (next.us, next.seq)
                && !is_tied(world, calendar, event, last)
                && !is_tied(world, calendar, event, next)
        };
        may_follow(world, calendar, next, last) && !own.iter().any(is_between)
    };
    let metric = "kind = \"funnel\"\nsteps = [\"a\", \"b\", \"ab\"]\nwithin = \"20d\"\norder = \"strict\"";
    check(metric, |world, calendar| funnel_opinion(world, calendar, &steps, 20 * DAY, follows));
}

#[test]
fn an_idle_account_changes_what_is_eligible_and_nothing_else() {
    let plan = plan_of("kind = \"adoption\"\nsignal = \"b\"\nat_least = 2\ntrailing = \"7d\"");
    let calendar = &plan.workspace.calendar;
    let world = company(5, calendar);
    let mut idle = world.clone();
    idle.idle.insert(8, calendar.start_us(date(2026, 3, 1)));
    for (row, with_idle) in ask(&plan, &world).iter().zip(ask(&plan, &idle)) {
        assert_eq!(row["counted"], with_idle["counted"]);
        assert_eq!(row["eligible"].as_u64().unwrap() + 1, with_idle["eligible"].as_u64().unwrap());
        assert_eq!(row["never"].as_u64().unwrap() + 1, with_idle["never"].as_u64().unwrap());
    }
}
