//! Splits, filters, ranges and what is said beside a number, on companies of a few rows.

#![allow(clippy::unwrap_used, reason = "tests only")]

mod relations;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use relations::{ALWAYS, Event, Gauged, World, columns, engine, plan};
use serde_json::{Value as Json, json};
use throughline::measure::{activation_curve, explain, measure, widened};
use throughline::model::period::Unit;
use throughline::model::question::Question;
use throughline::model::scope::{Freshness, Scope};
use throughline::plan::Plan;

const AS_OF: Date = date(2026, 3, 31);

fn plan_of(metric: &str) -> Plan {
    plan(&format!(
        "[workspace]\nname = \"W\"\ntimezone = \"Europe/Amsterdam\"\nweek_starts = \"monday\"\ncurrency = \"EUR\"\n\
         [sources.product]\nkind = \"events\"\nfiles = \"e.csv\"\n\
         [sources.pings]\nkind = \"snapshots\"\nfiles = \"p.csv\"\naccount = \"id\"\ntime = \"at\"\noptional = true\n\
         [sources.crm]\nkind = \"hubspot\"\ncompanies = \"c.csv\"\n\
         [segments]\ntier = {{ from = \"crm.company\", field = \"Tier\" }}\n\
         size = {{ from = \"crm.company\", field = \"Employees\", bands = [50, 500] }}\n\
         [signals.open]\nevent = \"open\"\n[signals.deploy]\nevent = \"deploy\"\n\
         [signals.twice]\nevent = \"deploy\"\nat_least = 2\nper = \"day\"\n\
         [signals.sites]\nevent = \"site\"\ndistinct = \"site\"\nat_least = 2\n\
         [[lane]]\nid = \"l\"\nname = \"L\"\nowner = \"O\"\n\
         [[outcome]]\nid = \"o\"\nlane = \"l\"\nstatement = \"A team does it\"\nbehaviour = \"open\"\n\
         [[traction]]\nid = \"m\"\noutcome = \"o\"\n{metric}\n"
    ))
}

/// Events as account, name, day of March and hour, written in order; each by a user of its own account.
fn world(plan: &Plan, events: &[(i64, &str, i8, i64)]) -> World {
    let at = |day: i8, hour: i64| plan.workspace.calendar.start_us(date(2026, 3, day)) + hour * 3_600_000_000;
    let events = (0..).zip(events).map(|(seq, (account, name, day, hour))| {
        let (name, site) = name.split_once('=').unwrap_or((name, ""));
        Event {
            user: Some(account * 10),
            account: Some(*account),
            name: name.to_owned(),
            us: at(*day, *hour),
            seq,
            properties: BTreeMap::from([("site".to_owned(), json!(site))]),
        }
    });
    World { events: events.collect(), tie_us: 1_000_000, kept: vec!["site".to_owned()], ..World::default() }
}

fn always(account: i64, segment: &str, value: Option<&str>) -> relations::Attribute {
    (account, segment.to_owned(), value.map(str::to_owned), ALWAYS.0, ALWAYS.1, false)
}

fn rows_with(
    plan: &Plan,
    world: &World,
    question: &Question,
    change: impl Fn(&mut Scope),
) -> Result<Vec<BTreeMap<String, Json>>, String> {
    let engine = engine();
    let mut scope = world.attach(&engine, plan, AS_OF);
    change(&mut scope);
    let series = measure(&engine, plan, &scope, plan.traction().next().unwrap(), question);
    series.map(|series| series.readings.iter().map(columns).collect()).map_err(|error| format!("{error:#}"))
}

fn rows(plan: &Plan, world: &World, question: &Question) -> Vec<BTreeMap<String, Json>> {
    rows_with(plan, world, question, |_| {}).unwrap()
}

/// The columns named, row by row.
fn told(rows: &[BTreeMap<String, Json>], names: &[&str]) -> Vec<Vec<Json>> {
    rows.iter().map(|row| names.iter().map(|name| row[*name].clone()).collect()).collect()
}

fn march(by: &[&str]) -> Question {
    let by = by.iter().map(|name| (*name).to_owned()).collect();
    Question { from: Some(date(2026, 3, 1)), to: Some(AS_OF), by, period: Some(Unit::Month), ..Question::default() }
}

#[test]
fn segments_stand_in_band_order_then_null() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let mut world = world(&plan, &[(1, "open", 2, 9), (2, "open", 2, 9), (3, "open", 3, 9), (4, "open", 3, 9)]);
    world.attributes = vec![
        always(1, "size", Some("500 and over")),
        always(2, "size", Some("under 50")),
        always(3, "size", Some("50 to under 500")),
        always(4, "size", None),
    ];
    let found = told(&rows(&plan, &world, &march(&["size"])), &["segment", "counted"]);
    let wanted = [json!("under 50"), json!("50 to under 500"), json!("500 and over"), Json::Null];
    assert_eq!(found, wanted.map(|value| vec![json!({ "size": value }), json!(1)]));
}

#[test]
fn an_account_stands_under_its_value_at_the_period_s_last_instant() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let mut world = world(&plan, &[(1, "open", 2, 9), (1, "open", 10, 9)]);
    let change = plan.workspace.calendar.start_us(date(2026, 3, 8));
    world.attributes = vec![
        (1, "tier".to_owned(), Some("team".to_owned()), ALWAYS.0, change, true),
        (1, "tier".to_owned(), Some("enterprise".to_owned()), change, ALWAYS.1, false),
    ];
    let question = Question { period: Some(Unit::Week), to: Some(date(2026, 3, 15)), ..march(&["tier"]) };
    let found = rows(&plan, &world, &Question { from: Some(date(2026, 3, 2)), ..question });
    let week = |day: &str| vec![json!(day), json!({ "tier": "enterprise" }), json!(1)];
    // It changes with the start of 8 March, before that week's last instant: nobody stands under `team` in either week.
    let wanted = [week("2026-03-02"), week("2026-03-09")];
    assert_eq!(told(&found, &["period_start", "segment", "counted"]), wanted);
}

#[test]
fn a_filter_keeps_who_would_stand_there() {
    let plan = plan_of("kind = \"adoption\"\nsignal = \"open\"\ntrailing = \"28d\"");
    let mut world = world(&plan, &[(1, "open", 20, 9), (2, "open", 20, 9), (3, "deploy", 20, 9)]);
    world.attributes =
        vec![always(1, "tier", Some("team")), always(2, "tier", Some("enterprise")), always(3, "tier", None)];
    let keep = |values: &[Option<&str>]| {
        let values = values.iter().map(|value| value.map(str::to_owned)).collect();
        let question = Question { segments: vec![("tier".to_owned(), values)], ..march(&[]) };
        told(&rows(&plan, &world, &question), &["segment", "eligible", "counted"])
    };
    assert_eq!(keep(&[Some("team"), None]), [[json!({}), json!(2), json!(1)]]);
    assert_eq!(keep(&[Some("enterprise")]), [[json!({}), json!(1), json!(1)]]);
    assert_eq!(keep(&[Some("nobody")]), [[json!({}), json!(0), json!(0)]]);
}

#[test]
fn the_largest_values_stay_and_the_rest_is_other() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let events =
        [(1, "open=x", 2, 9), (2, "open=x", 2, 9), (3, "open=y", 2, 9), (4, "open=z", 2, 9), (5, "open", 2, 9)];
    let question = Question { top: Some(1), ..march(&["site"]) };
    let found = told(&rows(&plan, &world(&plan, &events), &question), &["segment", "counted"]);
    let wanted = [(json!("x"), 2), (json!("other"), 2), (Json::Null, 1)];
    assert_eq!(found, wanted.map(|(value, counted)| vec![json!({ "site": value }), json!(counted)]));
}

#[test]
fn what_cannot_be_split_is_refused() {
    let adoption = plan_of("kind = \"adoption\"\nsignal = \"open\"");
    let of = world(&adoption, &[(1, "open", 2, 9)]);
    let refused = |name: &str| rows_with(&adoption, &of, &march(&[name]), |_| {}).unwrap_err();
    assert!(refused("site").contains("by-refused"));
    assert!(refused("teir").contains("did you mean `tier`?"));
}

#[test]
fn a_counting_signal_happens_at_its_nth_match() {
    let per_day = plan_of("kind = \"active\"\nsignal = \"twice\"\nperiod = \"day\"");
    let events = [(1, "deploy", 2, 9), (1, "deploy", 2, 10), (1, "deploy", 3, 9), (2, "deploy", 2, 9)];
    let question = Question { from: Some(date(2026, 3, 2)), to: Some(date(2026, 3, 3)), ..Question::default() };
    let found = told(&rows(&per_day, &world(&per_day, &events), &question), &["counted"]);
    assert_eq!(found, [[json!(1)], [json!(0)]]);

    let ever = plan_of("kind = \"active\"\nsignal = \"sites\"\nperiod = \"day\"");
    let events = [(1, "site=x", 2, 9), (1, "site=x", 2, 10), (1, "site=y", 3, 9), (1, "site=z", 4, 9)];
    let question = Question { to: Some(date(2026, 3, 4)), ..question };
    let found = told(&rows(&ever, &world(&ever, &events), &question), &["counted"]);
    assert_eq!(found, [[json!(0)], [json!(1)], [json!(0)]]);
}

#[test]
fn a_cut_period_is_widened_and_said() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let engine = engine();
    let scope = world(&plan, &[(1, "open", 2, 9)]).attach(&engine, &plan, AS_OF);
    let metric = plan.traction().next().unwrap();
    let question = Question { from: Some(date(2026, 3, 4)), to: Some(date(2026, 3, 15)), ..Question::default() };
    let (asked, answered) = widened(&plan, &scope, metric, &question).unwrap();
    assert_eq!((asked.start, answered.start, answered.end), (date(2026, 3, 4), date(2026, 3, 2), date(2026, 3, 16)));
    let whole = Question { from: Some(date(2026, 3, 2)), ..question };
    assert_eq!(widened(&plan, &scope, metric, &whole), None);
}

#[test]
fn a_period_is_settled_once_it_is_over() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let found = rows(&plan, &world(&plan, &[(1, "open", 30, 9)]), &Question::default());
    assert_eq!(told(&found, &["period_start", "counted", "settled"]), [[json!("2026-03-30"), json!(1), json!(false)]]);
}

#[test]
fn days_that_lack_rows_are_named() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let mut of = world(&plan, &[(1, "open", 2, 9), (1, "open", 4, 9), (1, "open", 31, 9)]);
    of.expects_daily = true;
    let engine = engine();
    let scope = of.attach(&engine, &plan, AS_OF);
    let question = Question { to: Some(date(2026, 3, 8)), ..Question::default() };
    let series = measure(&engine, &plan, &scope, plan.traction().next().unwrap(), &question).unwrap();
    let wanted: Vec<_> = [3, 5, 6, 7, 8].map(|day| date(2026, 3, day)).to_vec();
    assert_eq!(series.readings[0].missing_days, wanted);
}

#[test]
fn a_stale_source_holds_back_what_it_does_not_cover() {
    let plan = plan_of("kind = \"active\"\nsignal = \"open\"");
    let of = world(&plan, &[(1, "open", 2, 9), (1, "open", 12, 9)]);
    let stale = |is_explicit: bool| {
        let found = rows_with(&plan, &of, &Question::default(), |scope| {
            scope.as_of_is_explicit = is_explicit;
            scope.sources[0].freshness = Freshness::Stale(19);
        });
        told(&found.unwrap(), &["period_start"]).len()
    };
    assert_eq!((stale(false), stale(true)), (1, 5));
}

#[test]
fn a_gauge_without_a_reading_is_missing_and_not_zero() {
    let plan = plan_of("kind = \"gauge\"\ngauge = \"devices\"\nreduce = \"share\"\nat_least = 2");
    let mut of = world(&plan, &[]);
    let at = |day: i8| plan.workspace.calendar.start_us(date(2026, 3, day));
    let gauge = |account, day, value| Gauged { account, gauge: "devices".to_owned(), us: at(day), value };
    of.gauges = vec![gauge(1, 2, 1.0), gauge(1, 5, 3.0), gauge(2, 6, 1.0), gauge(3, 20, 2.0)];
    let question = Question { from: Some(date(2026, 3, 2)), to: Some(date(2026, 3, 15)), ..Question::default() };
    let found = rows(&plan, &of, &question);
    let wanted = [
        [json!("2026-03-02"), json!(0.5), json!(2), json!(2), json!(1)],
        [json!("2026-03-09"), Json::Null, json!(0), json!(2), json!(0)],
    ];
    assert_eq!(told(&found, &["period_start", "value", "counted", "eligible", "at_least"]), wanted);
}

#[test]
fn an_activation_may_ask_for_users_values_and_gauges() {
    let plan = plan_of(
        "kind = \"activation\"\nstart = \"open\"\nwithin = \"7d\"\n\
         reach = { n_of = 2, signals = [\"sites\", { signal = \"deploy\", users = 2 }, { gauge = \"devices\", at_least = 2 }] }",
    );
    let mut of = world(&plan, &[(1, "open", 2, 9), (1, "site=x", 3, 9), (1, "site=y", 4, 9), (2, "open", 2, 9)]);
    let reading = |account, value| Gauged {
        account,
        gauge: "devices".to_owned(),
        us: plan.workspace.calendar.start_us(date(2026, 3, 6)),
        value,
    };
    of.gauges = vec![reading(1, 2.0), reading(2, 5.0)];
    let found = rows(&plan, &of, &march(&[]));
    let wanted = [[json!(2), json!(1), json!(0.5)]];
    assert_eq!(told(&found, &["eligible", "counted", "value"]), wanted);
    let days = found[0]["median_days"].as_f64().unwrap();
    assert!((days - 3.625).abs() < 1e-9, "{days}");
}

#[test]
fn a_curve_and_an_explanation_rest_on_the_same_rows() {
    let plan = plan_of("kind = \"activation\"\nstart = \"open\"\nreach = [\"deploy\"]\nwithin = \"7d\"");
    let of = world(&plan, &[(1, "open", 2, 9), (1, "deploy", 4, 9), (2, "open", 3, 9)]);
    let engine = engine();
    let scope = of.attach(&engine, &plan, AS_OF);
    let metric = plan.traction().next().unwrap();
    let curves = activation_curve(&engine, &plan, &scope, metric, &march(&[])).unwrap();
    assert_eq!((curves[0].starters, curves[0].points.as_slice()), (2, [(2.0, 0.5)].as_slice()));
    let explained = explain(&engine, &plan, &scope, metric, &march(&[])).unwrap();
    assert!(explained.definition.starts_with("Of the accounts that did `open` for the first time in each month"));
    assert_eq!(explained.rows, [("uses of its signals", 3), ("starters in the range", 2), ("rows of the answer", 1)]);
    assert!(explained.queries.iter().any(|(path, _)| *path == "measure/activation_units.sql"));
}

#[test]
fn a_funnel_holds_properties_constant_and_stands_by_segment_at_entry() {
    let plan = plan_of("kind = \"funnel\"\nsteps = [\"open\", \"deploy\"]\nwithin = \"7d\"\nsame = [\"site\"]");
    let events = [
        (1, "open=x", 2, 9),
        (1, "deploy=y", 3, 9),
        (2, "open=x", 2, 9),
        (2, "deploy=x", 3, 9),
        (3, "open", 4, 9),
        (3, "deploy", 4, 9),
    ];
    let mut of = world(&plan, &events);
    of.attributes = vec![always(1, "tier", Some("team")), always(2, "tier", Some("team"))];
    let question = Question { period: None, ..march(&["tier"]) };
    let found = told(&rows(&plan, &of, &question), &["segment", "step", "eligible", "counted"]);
    let row = |tier: Json, step: u64, eligible: u64, counted: u64| {
        vec![json!({ "tier": tier }), json!(step), json!(eligible), json!(counted)]
    };
    let wanted =
        [row(json!("team"), 1, 2, 2), row(json!("team"), 2, 2, 1), row(Json::Null, 1, 1, 1), row(Json::Null, 2, 1, 0)];
    assert_eq!(found, wanted);
}
