//! The second stage end to end, on a lake written by hand: small enough that every figure can be told by looking.

mod lake_by_hand;

use anyhow::Result;
use jiff::civil::{Date, date};
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::lake::Lake;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Plan, SideFiles};
use throughline::shape::{Ask, Shaped, shape};

use lake_by_hand::{Hand, Row};

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "Europe/Amsterdam"
week_starts = "monday"
currency = "EUR"

[sources.product]
kind = "posthog"
files = "exports/posthog/*.jsonl"
account = "$groups.team"
[sources.pings]
kind = "snapshots"
files = "exports/pings/*.csv"
account = "team"
time = "at"
optional = true
[sources.teams]
kind = "members"
files = "exports/members.csv"
[sources.crm]
kind = "hubspot"
companies = "exports/hubspot/companies*.csv"
deals = "exports/hubspot/deals*.csv"
[sources.billing]
kind = "stripe"
subscriptions = "exports/stripe/*.csv"

[identity]
crm = [
  { account = "account_id", company = "Team ID" },
  { account = "email_domain", company = "Company Domain Name" },
]
billing = [
  { customer = "team_id (metadata)", account = "account_id" },
  { customer = "email_domain", company = "Company Domain Name" },
]
exclude_domains = ["loomworks.example"]

[segments]
tier = { from = "crm.company", field = "Tier" }
size = { from = "crm.company", field = "Employees", bands = [50, 500] }
plan = { from = "billing", field = "plan" }
hosting = { from = "events", field = "group.hosting" }

[signals.signup]
event = "team.created"
[signals.deploy]
event = "pipeline.deployed"
where = "stage = 'production'"
[signals.site]
event = "site.connected"
distinct = "site_id"
at_least = 2
[signals.ha_on]
gauge = "ha_instances"
where = "value >= 1"
[signals.enterprise_deploy]
event = "pipeline.deployed"
where_account = "tier = 'enterprise'"

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
id = "habit"
outcome = "deploying"
kind = "adoption"
signal = "deploy"
at_least = 1
trailing = "28d"
eligible = "tier is not null and signup"
"#;

struct Stage {
    engine: DuckDb,
    shaped: Shaped,
    _folder: tempfile::TempDir,
}

fn plan(text: &str, root: &std::path::Path) -> Plan {
    let (plan, issues) = resolve(text, root, date(2026, 3, 1), Needs::Metrics);
    plan.unwrap_or_else(|| panic!("the plan is refused: {issues:#?}"))
}

fn stage(write: impl FnOnce(&Hand) -> Result<()>, as_of: Option<Date>) -> Result<Stage> {
    stage_of(PLAN, write, as_of)
}

fn stage_of(text: &str, write: impl FnOnce(&Hand) -> Result<()>, as_of: Option<Date>) -> Result<Stage> {
    let folder = tempfile::tempdir()?;
    let lake = Lake::open(&folder.path().join("lake"))?;
    let engine = DuckDb::open(&Limits::default())?;
    let hand = Hand::new(&engine, &lake);
    write(&hand)?;
    let vector = hand.commit()?;
    let plan = plan(text, folder.path());
    let facts = folder.path().join("facts");
    let ask = Ask {
        now_us: plan.workspace.calendar.start_us(date(2026, 3, 20)),
        as_of,
        kept: Vec::new(),
        facts: &facts,
        spare: &folder.path().join("spare"),
        side_files: &SideFiles::beside(folder.path()),
    };
    let shaped = shape(&engine, &lake, &vector, &plan, &ask)?;
    // A second time everything is there already, and every relation can be made again.
    let again = shape(&engine, &lake, &vector, &plan, &ask)?;
    assert_eq!(again.rows, shaped.rows);
    assert_eq!(throughline::shape::checks::checks(&engine, &shaped.scope)?, []);
    Ok(Stage { engine, shaped, _folder: folder })
}

/// A query's rows as lines of text, cells joined by blanks.
fn lines(stage: &Stage, sql: &str) -> Result<Vec<String>> {
    let frame = stage.engine.query(&format!("select concat_ws(' ', *columns(*)) as line from ({sql}) as told"), &[])?;
    Ok((0..frame.rows()).map(|row| frame.text("line", row).unwrap_or_default()).collect())
}

fn check(stage: &Stage, sql: &str, expected: &[&str]) -> Result<()> {
    assert_eq!(lines(stage, sql)?, expected, "{sql}");
    Ok(())
}

fn story(hand: &Hand) -> Result<()> {
    let row = |day, hour, name, user, account, properties| Row { day, hour, name, user, account, properties };
    hand.events(&[
        row(date(2026, 1, 5), 9, "page.viewed", Some("anon-1"), None, "{}"),
        row(date(2026, 1, 5), 10, "team.created", Some("ann"), Some("t1"), r#"{"group":{"hosting":"cloud"}}"#),
        row(date(2026, 1, 6), 10, "pipeline.deployed", Some("ann"), Some("t1"), r#"{"stage":"production"}"#),
        row(date(2026, 1, 6), 11, "pipeline.deployed", Some("ann"), Some("t1"), r#"{"stage":"test"}"#),
        row(date(2026, 1, 6), 12, "pipeline.deployed", Some("ann"), Some("t1"), "{}"),
        row(date(2026, 1, 31), 9, "pipeline.deployed", Some("ann"), Some("t1"), r#"{"stage":"production"}"#),
        row(date(2026, 2, 1), 9, "pipeline.deployed", Some("ann"), Some("t1"), r#"{"stage":"production"}"#),
        row(date(2026, 2, 1), 9, "site.connected", Some("ann"), Some("t1"), r#"{"site_id":7,"group.hosting":"own"}"#),
        row(date(2026, 2, 2), 9, "site.connected", Some("ann"), Some("t1"), r#"{"site_id":"8"}"#),
        row(date(2026, 2, 3), 9, "page.viewed", Some("bob"), None, "{}"),
        row(date(2026, 2, 20), 9, "page.viewed", Some("bob"), None, "{}"),
        row(date(2026, 2, 10), 9, "team.created", Some("us"), Some("t9"), "{}"),
        row(date(2026, 2, 10), 9, "page.viewed", Some("kiosk"), None, "{}"),
        row(date(2026, 3, 15), 9, "page.viewed", Some("cat"), Some("t2"), "{}"),
        row(date(2026, 3, 16), 9, "page.viewed", Some("cat"), Some("t2"), "{}"),
    ])?;
    hand.links(&[("anon-1", "ann"), ("kiosk", "ann"), ("kiosk", "bob")])?;
    hand.domains(&[("ann", "harbour.example", 5), ("cat", "gmail.com", 2), ("us", "loomworks.example", 1)])?;
    hand.member("bob", "t1", None, Some(date(2026, 2, 15)))?;
    hand.member("bob", "t2", Some(date(2026, 2, 15)), None)?;
    hand.readings(&[
        ("t2", date(2026, 3, 1), 8, "ha_instances", 0.0),
        ("t2", date(2026, 3, 1), 9, "ha_instances", 2.0),
        ("t3", date(2026, 3, 2), 9, "ha_instances", 0.0),
    ])?;
    let company = |id: &str, domain: &str| format!(r#"{{"name":"{id}","domain":"{domain}"}}"#);
    hand.statement(
        "crm",
        "company",
        "c1",
        date(2026, 1, 20),
        &company("One", "harbour.example"),
        r#"{"Tier":"team","Employees":"49","Company Domain Name":"harbour.example"}"#,
    )?;
    hand.statement(
        "crm",
        "company",
        "c1",
        date(2026, 2, 1),
        &company("One", "harbour.example"),
        r#"{"Tier":"enterprise","Employees":"500","Company Domain Name":"harbour.example"}"#,
    )?;
    hand.statement("crm", "company", "c2", date(2026, 1, 20), &company("Two", "two.example"), r#"{"Team ID":"t2"}"#)?;
    hand.statement("crm", "deal", "d1", date(2026, 2, 1), r#"{"company_id":"c1","pipeline":"Renewals","stage":"Closed won (Renewals)","amount":"1200.5","closed_at_us":1772000000000000}"#, "{}")?;
    hand.statement(
        "billing",
        "subscription",
        "s1",
        date(2026, 2, 1),
        r#"{"customer_id":"cus1","status":"active","plan":"team","mrr":"49","started_at":"2026-01-10T10:00:00Z"}"#,
        r#"{"team_id (metadata)":"t1"}"#,
    )?;
    hand.statement("billing", "subscription", "s2", date(2026, 2, 1), r#"{"customer_id":"cus2","customer_email":"x@nobody.example","status":"active","plan":"team","mrr":"51","started_at":"2026-01-10T10:00:00Z"}"#, "{}")
}

#[test]
fn the_day_read_up_to_is_the_last_complete_one_of_what_is_not_optional() -> Result<()> {
    let stage = stage(story, None)?;
    assert_eq!(stage.shaped.scope.as_of, date(2026, 3, 15));
    assert_eq!(stage.shaped.scope.first_day, Some(date(2026, 1, 5)));
    assert_eq!(stage.shaped.scope.known_since, Some(date(2026, 2, 2)));
    Ok(())
}

#[test]
fn people_are_linked_and_put_in_the_account_of_their_time() -> Result<()> {
    let stage = stage(story, None)?;
    check(
        &stage,
        "select user_id, account_id, raw_user_id from tables.events where event_name = 'page.viewed' order by occurred_at, raw_user_id",
        &["ann anon-1", "bob t1 bob", "kiosk kiosk", "bob t2 bob", "cat t2 cat", "cat t2 cat"],
    )?;
    check(
        &stage,
        "select user_id, email_domain from users order by user_id",
        &["ann harbour.example", "bob", "cat gmail.com", "kiosk"],
    )?;
    check(
        &stage,
        "select user_id, account_id from tables.users order by user_id",
        &["ann t1", "bob t2", "cat t2", "kiosk"],
    )
}

#[test]
fn accounts_find_their_company_and_ours_are_left_out() -> Result<()> {
    let stage = stage(story, None)?;
    check(
        &stage,
        "select account_id, company_id, matched_by from accounts order by account_id",
        &["t1 c1 email_domain = Company Domain Name", "t2 c2 account_id = Team ID", "t3"],
    )?;
    check(
        &stage,
        "select customer_id, a.account_id, c.company_id, c.matched_by from customers c left join accounts a using (account) order by customer_id",
        &["cus1 t1 c1 team_id (metadata) = account_id", "cus2"],
    )?;
    check(
        &stage,
        "select account_id, mrr, tier, size, plan, hosting from tables.accounts order by account_id",
        &["t1 49.0 enterprise 500 and over team own", "t2", "t3"],
    )?;
    let rate = &stage.shaped.match_rate;
    assert_eq!((rate.accounts, rate.accounts_matched, rate.customers, rate.customers_matched), (3, 2, 2, 1));
    assert_eq!((rate.mrr_micros, rate.mrr_matched_micros), (100_000_000, 49_000_000));
    let codes: Vec<_> = stage.shaped.issues.iter().map(|issue| issue.code).collect();
    assert!(codes.contains(&"accounts-unmatched") && codes.contains(&"own-people"), "{codes:?}");
    Ok(())
}

#[test]
fn a_signal_counts_what_passes_its_test() -> Result<()> {
    let stage = stage(story, None)?;
    let hits = |id: &str| {
        format!("select local_day, value from hits inner join signals using (signal) where id = '{id}' order by ts_us")
    };
    check(&stage, &hits("deploy"), &["2026-01-06", "2026-01-31", "2026-02-01"])?;
    check(&stage, &hits("site"), &["2026-02-01 7", "2026-02-02 8"])?;
    check(&stage, &hits("ha_on"), &["2026-03-01"])?;
    check(&stage, &hits("enterprise_deploy"), &["2026-02-01"])?;
    check(
        &stage,
        "select week_start, month_start, day_5, day_6 from week_parts inner join signals using (signal) where id = 'deploy' order by all",
        &["2026-01-05 2026-01-01 0 0", "2026-01-26 2026-01-01 1 0", "2026-01-26 2026-02-01 0 1"],
    )?;
    check(
        &stage,
        "select week_start, day_6 from week_parts inner join signals using (signal) where id = 'enterprise_deploy'",
        &["2026-01-26 1"],
    )?;
    check(
        &stage,
        "select id, local_day from firsts inner join signals using (signal) where id <> 'any' order by all",
        &[
            "deploy 2026-01-06",
            "enterprise_deploy 2026-02-01",
            "ha_on 2026-03-01",
            "signup 2026-01-05",
            "site 2026-02-01",
        ],
    )?;
    check(
        &stage,
        "select week, event_name, uses from event_weeks inner join accounts using (account) where account_id = 't1' order by all",
        &[
            "0 pipeline.deployed 3",
            "0 team.created 1",
            "3 pipeline.deployed 2",
            "3 site.connected 1",
            "4 page.viewed 1",
            "4 site.connected 1",
        ],
    )
}

#[test]
fn an_explicit_day_cuts_what_comes_after() -> Result<()> {
    let stage = stage(story, Some(date(2026, 1, 31)))?;
    check(
        &stage,
        "select local_day from hits inner join signals using (signal) where id = 'deploy' order by ts_us",
        &["2026-01-06", "2026-01-31"],
    )?;
    check(
        &stage,
        "select week_start, day_5, day_6 from week_parts inner join signals using (signal) where id = 'deploy' order by all",
        &["2026-01-05 0 0", "2026-01-26 1 0"],
    )?;
    check(
        &stage,
        "select account_id, cast(last_seen_us // 86400000000 as integer) - 20453 as day_of_january from accounts",
        &["t1 31"],
    )
}

#[test]
fn attributes_are_without_gaps_and_say_what_is_assumed() -> Result<()> {
    let stage = stage(story, None)?;
    check(
        &stage,
        "select segment, value, assumed from attributes inner join accounts using (account) where account_id = 't1' and segment in ('tier', 'size') order by segment, from_us",
        &[
            "size under 50 true",
            "size under 50 false",
            "size 500 and over false",
            "tier team true",
            "tier team false",
            "tier enterprise false",
        ],
    )?;
    check(
        &stage,
        "select count(*) from (select from_us, lag(to_us) over (partition by account, segment order by from_us) as before from attributes) where before <> from_us",
        &["0"],
    )?;
    check(
        &stage,
        "select value from attributes inner join accounts using (account) where account_id = 't1' and segment = 'hosting' order by from_us",
        &["", "cloud", "own"],
    )?;
    check(
        &stage,
        "select distinct account_id, test from eligible_spans inner join accounts using (account) where test not like 'signal:%'",
        &["t1 tier is not null and signup"],
    )
}

#[test]
fn records_have_the_version_valid_then() -> Result<()> {
    let stage = stage(story, None)?;
    check(
        &stage,
        "select company_id, valid_from, valid_to from tables.crm_companies order by company_id, valid_from",
        &["c1 2026-01-20 2026-02-01", "c1 2026-02-01", "c2 2026-01-20"],
    )?;
    check(
        &stage,
        "select deal_id, amount, state, closed_at from tables.crm_deals",
        &["d1 1200.500000 won 2026-02-25 06:13:20"],
    )?;
    check(
        &stage,
        "select subscription_id, mrr, mrr_micros from subscription_versions order by all",
        &["s1 49.000000 49000000", "s2 51.000000 51000000"],
    )
}

#[test]
fn analysts_ask_by_plain_names() -> Result<()> {
    let stage = stage(story, None)?;
    stage.engine.run("set search_path = 'tables,main'", &[])?;
    check(&stage, "select account_id, tier from accounts order by all", &["t1 enterprise", "t2", "t3"])?;
    check(&stage, "select count(*) from events where properties->>'stage' = 'production'", &["3"])?;
    check(
        &stage,
        "select fields->>'Tier', cast(valid_from as date) from crm_companies where company_id = 'c1' and valid_to is null",
        &["enterprise 2026-02-01"],
    )?;
    check(&stage, "select source, count(*) from files group by source order by source", &["pings 1", "product 1"])
}

#[test]
fn a_source_of_whole_seconds_ties_within_a_second() -> Result<()> {
    let stage = stage(story, None)?;
    let ties: Vec<_> = stage.shaped.scope.sources.iter().map(|span| (span.source.as_str(), span.tie_us)).collect();
    assert_eq!(ties[..2], [("product", 1_000_000), ("pings", 1_000_000)]);
    check(&stage, "select distinct tie_us from hits", &["1000000"])
}

#[test]
fn an_empty_lake_has_every_relation() -> Result<()> {
    let stage = stage(|_| Ok(()), None)?;
    assert_eq!(stage.shaped.scope.as_of, date(2026, 3, 19));
    for name in [
        "hits",
        "week_parts",
        "firsts",
        "event_weeks",
        "signal_weeks",
        "gauge_readings",
        "tables.accounts",
        "tables.evidence",
    ] {
        check(&stage, &format!("select count(*) from {name}"), &["0"])?;
    }
    Ok(())
}
