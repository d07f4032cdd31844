//! The link's decision table and estimate: its rules on the smallest companies that show them, and a whole make-believe
//! world against what the prototype's grader finds in it.

#![expect(clippy::unwrap_used, reason = "a helper that cannot make its case has failed the test")]

mod support;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use serde_json::Value;
use support::{decided, link, names, open, plan, rows, small, weeks_of, world};
use throughline::engine::{DuckDb, Engine};
use throughline::link::{Context, adjust, decision, exposure::Exposure, prepare, test};
use throughline::model::evidence::{Evidence, Finding};
use throughline::model::ids::MetricId;
use throughline::model::scope::Scope;
use throughline::plan::{Design, Link, Plan};

/// The grader keeps general activity in 32-bit floats; from exported files its own estimate moves by 4e-8.
const SINGLE_PRECISION: f64 = 1e-6;
/// The grader stops each refit of its jackknife after two steps; ours go on until they stand.
const TWO_STEPS: f64 = 2e-3;

/// Every link of a plan, tested.
fn tested(engine: &DuckDb, plan: &Plan, context: &Context) -> Vec<Evidence> {
    prepare(engine, plan, context).unwrap();
    plan.links.iter().map(|link| test(engine, plan, Some(context), link).unwrap()).collect()
}

#[test]
fn every_row_of_a_world_is_the_graders_row() {
    let (engine, expected) = world();
    let plan = plan(links(&expected), &names(&expected["signals"]));
    let rows = rows("decision_rows.csv");
    let header: Vec<&str> = rows[0].iter().map(String::as_str).collect();
    prepare(&engine, &plan, &context(&expected)).unwrap();
    for ((name, figures), link) in expected["expected"].as_object().unwrap().iter().zip(&plan.links) {
        let exposure = weeks_of(name, figures["at_least"].as_i64().unwrap());
        let decision = decision::of_renewals(&engine, &plan, &context(&expected), link, &exposure).unwrap().unwrap();
        let column = header.iter().position(|title| title == name).unwrap();
        let mut theirs: BTreeMap<(String, i64), (bool, i64)> = BTreeMap::new();
        for row in &rows[1..] {
            let key = (format!("acc_{:0>6}", row[0]), row[1].parse().unwrap());
            theirs.insert(key, (row[2] == "1", row[column].parse().unwrap()));
        }
        let ours = decision
            .rows
            .iter()
            .map(|row| ((row.unit.clone(), row.due_week), (row.renewed, row.weeks_active.unwrap())));
        assert_eq!(ours.collect::<BTreeMap<_, _>>(), theirs, "{name}");
        let earlier = decision.rows.iter().filter(|row| row.exposed_earlier).count() as u64;
        assert_eq!(earlier, figures["earlier"].as_u64().unwrap(), "{name}, 13 weeks earlier");
    }
}

#[test]
fn every_link_of_a_world_has_the_graders_estimate() {
    let (engine, expected) = world();
    let plan = plan(links(&expected), &names(&expected["signals"]));
    let evidence = tested(&engine, &plan, &context(&expected));
    assert_eq!(evidence.len(), plan.links.len());
    for (found, (name, figures)) in evidence.iter().zip(expected["expected"].as_object().unwrap()) {
        let figure = |key: &str| figures[key].as_f64().unwrap();
        let Finding::Compared(comparison) = &found.finding else { panic!("{name}: {:?}", found.finding) };
        let near = |ours: f64, key: &str, tolerance: f64| {
            assert!((ours - figure(key)).abs() < tolerance, "{name}, {key}: {ours} is not {}", figure(key));
        };
        assert_eq!(comparison.rows, figures["n"].as_u64().unwrap(), "{name}");
        assert_eq!(comparison.exposed.0, figures["exposed"].as_u64().unwrap(), "{name}");
        assert!(comparison.left_out.is_empty());
        near(comparison.effect, "effect", SINGLE_PRECISION);
        near(comparison.means.0, "mu1", SINGLE_PRECISION);
        near(comparison.means.1, "mu0", SINGLE_PRECISION);
        near(comparison.imbalance, "smd", SINGLE_PRECISION);
        near(comparison.effective.0.min(comparison.effective.1), "ess", 1e-3);
        near(comparison.standard_error.0, "se", TWO_STEPS);
        near(comparison.standard_error.1, "df", 0.5);
    }
}

/// A company of which one account renews in week 60, with use in weeks 26 to 51 for the main gap (8 and 26 weeks).
#[test]
fn use_counts_up_to_the_landmark_and_not_after() {
    let weeks_active = |weeks: &[i64]| {
        let engine = small(&[("a", -10)], &[("a", 60, "won")], &[("a", weeks)]);
        let rows = table(&engine, 8, 26, 80);
        (rows[0].weeks_active.unwrap(), rows[0].exposed_earlier)
    };
    assert_eq!(weeks_active(&[25, 52, 55]), (0, true), "before the window, at the landmark, and in the gap");
    assert_eq!(weeks_active(&[39, 39, 51]), (2, false), "a week counts once");
    assert_eq!(weeks_active(&[12, 26]), (1, true), "the window 13 weeks earlier is 13 to 38");
    assert_eq!(weeks_active(&[12]), (0, false));
}

#[test]
fn a_unit_must_be_old_enough_for_the_longer_gap_and_so_must_the_data() {
    let rows = |started: i64, due: i64| {
        let engine = small(&[("a", started)], &[("a", due, "lost")], &[("a", &[1])]);
        table(&engine, 8, 26, 80).len()
    };
    assert_eq!((rows(13, 60), rows(14, 60)), (1, 0), "60 - 8 - 13 - 26 = 13");
    assert_eq!((rows(-99, 47), rows(-99, 46)), (1, 0), "week 0 must not be later");
    assert_eq!((rows(-99, 79), rows(-99, 80)), (1, 0), "week 80 is not whole");
}

#[test]
fn renewals_within_13_weeks_are_one_and_open_ones_are_none() {
    let due = [("a", 60, "lost"), ("a", 70, "won"), ("a", 84, "lost"), ("b", 60, "open")];
    let engine = small(&[("a", -10), ("b", -10)], &due, &[("a", &[1])]);
    let rows: Vec<(i64, bool)> = table(&engine, 8, 26, 90).iter().map(|row| (row.due_week, row.renewed)).collect();
    assert_eq!(rows, vec![(60, true), (84, false)]);
}

#[test]
fn a_companys_accounts_are_one_unit() {
    let engine = small(&[("a", -10), ("b", 40)], &[("co", 60, "won")], &[("a", &[30]), ("b", &[30, 45])]);
    engine.run("update accounts set company_id = 'co' where account_id <> 'elder'", &[]).unwrap();
    let rows = table(&engine, 8, 26, 80);
    assert_eq!((rows.len(), rows[0].unit.as_str(), rows[0].weeks_active), (1, "co", Some(2)));
}

#[test]
fn who_reached_it_before_the_window_is_left_out() {
    let accounts = [("a", -10), ("b", -10), ("c", -10), ("d", -10)];
    let due: Vec<(&str, i64, &str)> = accounts.iter().map(|(account, _)| (*account, 60, "won")).collect();
    let engine = small(&accounts, &due, &[]);
    let week_us = |week: i64| support::MONDAY_US + week * 7 * 86_400_000_000 + 5;
    let reached = [(0, 25), (1, 26), (2, 52)];
    engine.run("create or replace table reached (metric varchar, account integer, reached_us bigint)", &[]).unwrap();
    for (account, week) in reached {
        let row = format!("insert into reached values ('m', {account}, {}), ('other', {account}, 0)", week_us(week));
        engine.run(&row, &[]).unwrap();
    }
    let exposure = Exposure::Once { metric: MetricId::new("m"), signals: vec![] };
    let context = Context { reached: vec![MetricId::new("m")], ..support::context(80) };
    let rows = decided(&engine, &context, &link("s", 26, None), &exposure).unwrap().rows;
    let found: Vec<(&str, bool, bool)> =
        rows.iter().map(|row| (row.unit.as_str(), row.exposed, row.exposed_earlier)).collect();
    assert_eq!(found, vec![("b", true, true), ("c", false, false), ("d", false, false)]);
}

#[test]
fn a_late_event_has_its_own_beginning() {
    let engine = small(&[("a", -99)], &[("a", 60, "won"), ("a", 74, "won")], &[("a", &[20, 30])]);
    engine.run("delete from event_weeks where week = 0", &[]).unwrap();
    let due: Vec<i64> = table(&engine, 8, 26, 80).iter().map(|row| row.due_week).collect();
    assert_eq!(due, vec![74], "first seen in week 20: 20 + 47 = 67 is the first that counts");
}

#[test]
fn too_few_losses_are_told_with_their_count() {
    let ids: Vec<String> = (0..60).map(|index| format!("a{index:02}")).collect();
    let accounts: Vec<(&str, i64)> = ids.iter().map(|id| (id.as_str(), -10)).collect();
    let due: Vec<(&str, i64, &str)> =
        (0..60).map(|index| (ids[index].as_str(), 60, if index % 7 == 0 { "lost" } else { "won" })).collect();
    let used: Vec<(&str, &[i64])> = ids.iter().step_by(2).map(|id| (id.as_str(), [26, 27, 28].as_slice())).collect();
    let engine = small(&accounts, &due, &used);
    let link = link("s", 26, None);
    let decision = decided(&engine, &support::context(80), &link, &weeks_of("s", 3)).unwrap();
    let refused = adjust::compare(&decision, &link).unwrap_err();
    assert_eq!(
        (refused.gate, refused.because.as_str()),
        ("rarer-outcome", "60 renewals were due and 9 were lost; a comparison needs 15 of the rarer kind",)
    );
}

#[test]
fn a_factor_that_is_empty_only_for_the_lost_stops_the_link() {
    let ids: Vec<String> = (0..40).map(|index| format!("a{index:02}")).collect();
    let accounts: Vec<(&str, i64)> = ids.iter().map(|id| (id.as_str(), -10)).collect();
    let lost = |index: usize| index < 15;
    let due: Vec<(&str, i64, &str)> =
        (0..40).map(|index| (ids[index].as_str(), 60, if lost(index) { "lost" } else { "won" })).collect();
    let engine = small(&accounts, &due, &[("a00", &[30])]);
    let insert = "insert into attributes select account, 'tier', case when account >= 15 then 'gold' end, \
        -9000000000000000000, 9000000000000000000, false from accounts";
    engine.run(insert, &[]).unwrap();
    let exposure = weeks_of("s", 3);
    let refused = decided(&engine, &support::context(80), &link("s", 26, None), &exposure).unwrap_err();
    assert_eq!(refused.gate, "leak");
    let unknown = "update attributes set assumed = true, value = 'gold'";
    engine.run(unknown, &[]).unwrap();
    let decision = decided(&engine, &support::context(80), &link("s", 26, None), &exposure).unwrap();
    assert_eq!(decision.left_out, vec![("tier".to_owned(), "known by its date for 0 of 40 rows".to_owned())]);
}

/// Two accounts that renew in week 60: factors are those of week 26, before the window of weeks 26 to 51 opens.
#[test]
fn factors_are_as_they_were_before_the_window() {
    let engine = small(&[("a", -10), ("b", 10)], &[("a", 60, "won"), ("b", 60, "lost")], &[("a", &[24])]);
    let at = |week: i64| support::MONDAY_US + week * 7 * 86_400_000_000;
    let rows = [
        format!("insert into customer_mrr values ('c', 0, null, {}, {}, 50000000)", at(-9), at(26)),
        format!("insert into customer_mrr values ('c', 0, null, {}, {}, 70000000)", at(26), at(90)),
        "insert into event_weeks values (0, 25, 'looked', 3), (0, 25, 'asked', 4), (0, 26, 'looked', 90), (1, 12, 'asked', 9)".to_owned(),
    ];
    rows.iter().for_each(|sql| engine.run(sql, &[]).unwrap());
    let decision = decided(&engine, &support::context(80), &link("s", 26, None), &weeks_of("s", 1)).unwrap();
    let column = |covariate: &str, name: &str| {
        let found = decision.covariates.iter().find(|one| one.name == covariate).unwrap();
        found.columns.iter().find(|column| column.name == name).unwrap().values.clone()
    };
    assert_eq!(column("log ARR", "log"), vec![(12.0 * 70.0_f64).ln(); 2], "the one that is not known is at the mean");
    assert_eq!(column("log ARR", "absent"), vec![0.0, 1.0]);
    assert_eq!(column("tenure", "log tenure"), vec![37.0_f64.ln(), 17.0_f64.ln()]);
    assert_eq!(column("activity", "activity"), vec![8.0_f64.ln() / 8.0, 0.0], "3 + 4 uses, the link's own left out");
    assert_eq!(column("activity", "breadth"), vec![2.0 / 8.0, 0.0], "weeks 18 to 25");
}

#[test]
fn companies_of_one_parent_are_one_cluster() {
    let accounts = [("a", -10), ("b", -10), ("c", -10), ("d", -10)];
    let due: Vec<(&str, i64, &str)> = accounts.iter().map(|(account, _)| (*account, 60, "won")).collect();
    let engine = small(&accounts, &due, &[]);
    let companies = [("a", "Acme", ""), ("b", "Beta", "Acme"), ("c", "Gamma", "a"), ("d", "Delta", "Nobody")];
    for (id, name, parent) in companies {
        let fields = format!("json_object('Parent \"Co\"', '{parent}')");
        let row = format!("('crm', '{id}', '{name}', null, {fields}, date '2024-01-01', null, 0, 0)");
        engine.run(&format!("insert into companies values {row}"), &[]).unwrap();
    }
    let mut plan = plan(vec![], &["s"]);
    plan.evidence.cluster = Some("Parent \"Co\"".to_owned());
    let (weeks, link, exposure) = (support::context(80), link("s", 26, None), weeks_of("s", 1));
    let rows = support::decided_under(&plan, &engine, &weeks, &link, &exposure).unwrap().rows;
    let clusters: Vec<&str> = rows.iter().map(|row| row.cluster.as_str()).collect();
    assert_eq!(clusters, vec!["a", "a", "a", "Nobody"], "by name, by id, else the text");
}

#[test]
fn weeks_are_whole_ones_from_the_week_of_the_first_day() {
    let scope = |as_of: Date| Scope {
        as_of,
        as_of_end_us: 0,
        as_of_is_explicit: true,
        first_day: Some(date(2024, 1, 4)),
        known_since: None,
        sources: vec![],
        kept: vec![],
    };
    let weeks = |as_of: Date| {
        let context = Context::of(&plan(vec![], &["s"]), &scope(as_of), vec![]).unwrap();
        (context.week0, context.weeks)
    };
    assert_eq!(weeks(date(2024, 1, 13)), (date(2024, 1, 1), 1));
    assert_eq!(weeks(date(2024, 1, 14)), (date(2024, 1, 1), 2));
}

#[test]
fn an_export_of_survivors_only_is_told() {
    let ids: Vec<String> = (0..20).map(|index| format!("a{index:02}")).collect();
    let accounts: Vec<(&str, i64)> = ids.iter().map(|id| (id.as_str(), -10)).collect();
    let used: Vec<(&str, &[i64])> = ids.iter().map(|id| (id.as_str(), [3].as_slice())).collect();
    let engine = small(&accounts, &[("a00", 60, "won")], &used);
    let evidence = tested(&engine, &plan(vec![link("s", 26, None)], &["s"]), &support::context(80));
    let Finding::NotTestable { gate, because } = &evidence[0].finding else { panic!("{evidence:?}") };
    assert_eq!(*gate, "survivors-only");
    assert!(because.starts_with("21 accounts have been quiet for 13 weeks"), "{because}");
}

/// The rows of the link on the signal `s` in a small company.
fn table(engine: &DuckDb, gap_weeks: u32, window_weeks: u32, weeks: i32) -> Vec<decision::Row> {
    let link = Link { gap_weeks, ..link("s", window_weeks, None) };
    let decision = decided(engine, &support::context(weeks), &link, &weeks_of("s", 1));
    decision.map_or(Vec::new(), |decision| decision.rows)
}

/// The links of the world, in the order of its expectations.
fn links(expected: &Value) -> Vec<Link> {
    let number = |figure: &Value| u32::try_from(figure.as_u64().unwrap()).unwrap();
    let link_of =
        |(name, figures): (&String, &Value)| link(name, number(&figures["window"]), Some(number(&figures["at_least"])));
    expected["expected"].as_object().unwrap().iter().map(link_of).collect()
}

fn context(expected: &Value) -> Context {
    support::context(i32::try_from(expected["weeks"].as_i64().unwrap()).unwrap())
}

#[test]
fn designs_that_are_not_built_say_so() {
    let engine = open();
    let mut plan = plan(vec![link("s", 26, None)], &["s"]);
    plan.links[0].design = Some(Design::Expansion);
    support::empty(&engine);
    let evidence = tested(&engine, &plan, &support::context(80));
    let Finding::NotTestable { gate, because } = &evidence[0].finding else { panic!("{evidence:?}") };
    assert_eq!((*gate, evidence[0].design), ("design-not-built", "expansion"));
    assert!(because.contains("not built yet"));
}
