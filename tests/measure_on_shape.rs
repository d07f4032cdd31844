//! Shape and measure together: every kind over the relations that shape really makes.

#![allow(clippy::unwrap_used, reason = "tests only")]

mod lake_by_hand;
mod relations;

use jiff::civil::date;
use lake_by_hand::{Hand, Row};
use relations::columns;
use serde_json::{Value as Json, json};
use throughline::engine::{DuckDb, Limits};
use throughline::lake::Lake;
use throughline::measure::measure;
use throughline::model::ids::MetricId;
use throughline::model::metric::Metric;
use throughline::model::question::Question;
use throughline::plan::SideFiles;
use throughline::plan::resolve::{Needs, resolve};
use throughline::shape::{Ask, shape};

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "Europe/Amsterdam"
week_starts = "monday"
currency = "EUR"
[sources.product]
kind = "posthog"
files = "p.jsonl"
account = "$groups.team"
[sources.pings]
kind = "snapshots"
files = "pings.csv"
account = "team"
time = "at"
optional = true
[sources.crm]
kind = "hubspot"
companies = "c.csv"
[identity]
crm = [{ account = "account_id", company = "Team ID" }]
[segments]
tier = { from = "crm.company", field = "Tier" }
[signals.signup]
event = "team.created"
[signals.deploy]
event = "pipeline.deployed"
where = "stage = 'production'"
[signals.site]
event = "site.connected"
distinct = "site_id"
at_least = 2
[[lane]]
id = "edge"
name = "Edge"
owner = "PM"
[[outcome]]
id = "deploying"
lane = "edge"
statement = "A team deploys to production every week"
behaviour = "deploy"
[[traction]]
id = "active"
outcome = "deploying"
kind = "active"
signal = "any"
period = "month"
[[traction]]
id = "activation"
outcome = "deploying"
kind = "activation"
start = "signup"
reach = ["deploy", "site"]
within = "30d"
[[traction]]
id = "habit"
outcome = "deploying"
kind = "adoption"
signal = "deploy"
trailing = "28d"
period = "month"
eligible = "tier is not null and signup"
[[traction]]
id = "back"
outcome = "deploying"
kind = "retention"
start = "signup"
return = "deploy"
period = "month"
periods = 1
[[traction]]
id = "path"
outcome = "deploying"
kind = "funnel"
steps = ["signup", "deploy"]
within = "30d"
order = "strict"
[[traction]]
id = "devices"
outcome = "deploying"
kind = "gauge"
gauge = "devices"
reduce = "sum"
period = "month"
"#;

fn story(hand: &Hand) {
    let row = |day, hour, name, user, account, properties| Row {
        day: date(2026, 1, day),
        hour,
        name,
        user: Some(user),
        account: Some(account),
        properties,
    };
    let production = r#"{"stage":"production"}"#;
    let rows = [
        row(5, 10, "team.created", "ann", "t1", "{}"),
        row(6, 10, "pipeline.deployed", "ann", "t1", production),
        row(7, 10, "site.connected", "ann", "t1", r#"{"site_id":"7"}"#),
        row(8, 10, "site.connected", "bob", "t1", r#"{"site_id":"8"}"#),
        row(9, 10, "team.created", "cat", "t2", "{}"),
        row(10, 10, "page.viewed", "cat", "t2", "{}"),
        row(11, 10, "pipeline.deployed", "cat", "t2", production),
        row(12, 10, "pipeline.deployed", "cat", "t2", r#"{"stage":"test"}"#),
        Row { day: date(2026, 3, 16), ..row(1, 9, "page.viewed", "cat", "t2", "{}") },
    ];
    hand.events(&rows).unwrap();
    hand.readings(&[("t1", date(2026, 1, 20), 9, "devices", 3.0), ("t3", date(2026, 1, 21), 9, "devices", 2.5)])
        .unwrap();
    for (id, team) in [("c1", "t1"), ("c2", "t2")] {
        let fields = format!(r#"{{"Tier":"{}","Team ID":"{team}"}}"#, if team == "t1" { "team" } else { "enterprise" });
        let body = format!(r#"{{"name":"{id}","domain":"{id}.example"}}"#);
        hand.statement("crm", "company", id, date(2026, 1, 1), &body, &fields).unwrap();
    }
}

/// The first rows of a metric, in January, by the columns named.
fn january(metric: &str, by: &[&str], names: &[&str]) -> Vec<Vec<Json>> {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(&folder.path().join("lake")).unwrap();
    let engine = DuckDb::open(&Limits::default()).unwrap();
    let hand = Hand::new(&engine, &lake);
    story(&hand);
    let vector = hand.commit().unwrap();
    let (plan, problems) = resolve(PLAN, folder.path(), date(2026, 3, 1), Needs::Metrics);
    let plan = plan.unwrap_or_else(|| panic!("{problems:#?}"));
    let ask = Ask {
        now_us: plan.workspace.calendar.start_us(date(2026, 3, 20)),
        as_of: Some(date(2026, 3, 15)),
        kept: Vec::new(),
        facts: &folder.path().join("facts"),
        spare: &folder.path().join("spare"),
        side_files: &SideFiles::beside(folder.path()),
    };
    let shaped = shape(&engine, &lake, &vector, &plan, &ask).unwrap();
    let Some(Metric::Traction(traction)) = plan.metric(&MetricId::new(metric)) else { panic!("no metric {metric}") };
    let question = Question {
        from: Some(date(2026, 1, 1)),
        to: Some(date(2026, 1, 31)),
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        ..Question::default()
    };
    let series = measure(&engine, &plan, &shaped.scope, traction, &question).unwrap();
    let row = |reading| {
        let columns = columns(reading);
        names.iter().map(|name| columns[*name].clone()).collect()
    };
    series.readings.iter().map(row).collect()
}

#[test]
fn active_by_tier() {
    let wanted = [[json!({ "tier": "enterprise" }), json!(1)], [json!({ "tier": "team" }), json!(1)]];
    assert_eq!(january("active", &["tier"], &["segment", "counted"]), wanted);
}

#[test]
fn activation_by_tier() {
    let wanted = [
        [json!({ "tier": "enterprise" }), json!(1), json!(0), Json::Null],
        [json!({ "tier": "team" }), json!(1), json!(1), json!(3.0)],
    ];
    assert_eq!(january("activation", &["tier"], &["segment", "eligible", "counted", "median_days"]), wanted);
}

#[test]
fn adoption_of_who_is_eligible() {
    let wanted = [[json!(2), json!(2), json!(0), json!(2.0 / 3.0)]];
    assert_eq!(january("habit", &[], &["eligible", "adopted", "never", "depth"]), wanted);
}

#[test]
fn retention_with_its_pooled_rows() {
    let wanted = [
        [json!("2026-01-01"), json!(0), json!(2), json!(2)],
        [json!("2026-01-01"), json!(1), json!(2), json!(0)],
        [Json::Null, json!(0), json!(2), json!(2)],
        [Json::Null, json!(1), json!(2), json!(0)],
    ];
    assert_eq!(january("back", &[], &["cohort_start", "k", "eligible", "counted"]), wanted);
}

#[test]
fn a_strict_funnel_sees_what_no_signal_names() {
    let wanted = [[json!("signup"), json!(2), json!(2)], [json!("deploy"), json!(2), json!(1)]];
    assert_eq!(january("path", &[], &["step_name", "eligible", "counted"]), wanted);
}

#[test]
fn a_gauge_counts_accounts_that_only_ping() {
    assert_eq!(january("devices", &[], &["value", "counted", "eligible"]), [[json!(5.5), json!(2), json!(2)]]);
}
