//! Who has come how far with an outcome, and what is proposed for the file of matches by hand: on a lake written by hand.

mod lake_by_hand;

use anyhow::Result;
use jiff::civil::{Date, date};
use throughline::engine::{DuckDb, Frame, Limits};
use throughline::lake::Lake;
use throughline::model::ids::OutcomeId;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Plan, SideFiles};
use throughline::shape::account_lists::{account_states, suggestions};
use throughline::shape::{Ask, Shaped, shape};

use lake_by_hand::{Hand, Row};

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "Europe/Amsterdam"
week_starts = "monday"
currency = "EUR"
ended = "closed"

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
[sources.crm]
kind = "hubspot"
companies = "exports/hubspot/companies*.csv"
[sources.billing]
kind = "stripe"
subscriptions = "exports/stripe/*.csv"

[identity]
crm = [{ account = "account_id", company = "Team ID" }]
billing = [{ customer = "team_id (metadata)", account = "account_id" }]
overrides = "account-map.csv"
exclude_domains = ["loomworks.example"]

[segments]
tier = { from = "crm.company", field = "Tier" }
state = { from = "crm.company", field = "State" }

[signals.signup]
event = "team.created"
[signals.closed]
event = "team.closed"
[signals.deploy]
event = "pipeline.deployed"
where = "stage = 'production'"
[signals.site]
event = "site.connected"
distinct = "site_id"
at_least = 2
[signals.thrice_a_day]
event = "pipeline.deployed"
at_least = 3
per = "day"
[signals.busy]
event = "*"
at_least = 5

[[lane]]
id = "edge"
name = "Edge"
owner = "PM"
[[outcome]]
id = "deploying"
lane = "edge"
statement = "A team deploys to production every week"
behaviour = "deploy"
[[outcome]]
id = "second-site"
lane = "edge"
statement = "A team connects a second site"
behaviour = "site"
[[outcome]]
id = "often"
lane = "edge"
statement = "A team deploys three times on a day"
behaviour = "thrice_a_day"
[[outcome]]
id = "alive"
lane = "edge"
statement = "A team does anything five times"
behaviour = "busy"
[[outcome]]
id = "unseen"
lane = "edge"
statement = "A team is glad"

[[traction]]
id = "first-deploy"
outcome = "deploying"
kind = "activation"
start = "signup"
reach = ["deploy", { gauge = "ha_instances", at_least = 2 }]
within = "14d"
[[traction]]
id = "site-funnel"
outcome = "second-site"
kind = "funnel"
steps = ["signup", "site"]
within = "14d"
"#;

struct Stage {
    engine: DuckDb,
    plan: Plan,
    shaped: Shaped,
    _folder: tempfile::TempDir,
}

fn stage(write: impl FnOnce(&Hand) -> Result<()>, as_of: Date, by_hand: &str) -> Result<Stage> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("account-map.csv"), by_hand)?;
    let lake = Lake::open(&folder.path().join("lake"))?;
    let engine = DuckDb::open(&Limits::default())?;
    let hand = Hand::new(&engine, &lake);
    write(&hand)?;
    let vector = hand.commit()?;
    let (plan, issues) = resolve(PLAN, folder.path(), date(2026, 3, 1), Needs::Metrics);
    let plan = plan.unwrap_or_else(|| panic!("the plan is refused: {issues:#?}"));
    let facts = folder.path().join("facts");
    let ask = Ask {
        now_us: plan.workspace.calendar.start_us(date(2026, 3, 20)),
        as_of: Some(as_of),
        kept: Vec::new(),
        facts: &facts,
        spare: &folder.path().join("spare"),
        side_files: &SideFiles::beside(folder.path()),
    };
    let shaped = shape(&engine, &lake, &vector, &plan, &ask)?;
    Ok(Stage { engine, plan, shaped, _folder: folder })
}

/// The rows as lines: the cells of these columns, joined by blanks, `-` for what is absent.
fn lines(frame: &Frame, columns: &[&str]) -> Vec<String> {
    let cell = |column: &str, row: usize| {
        let value = frame.0.column(column).expect("a column of the list").get(row).expect("a row of the list");
        let shown = value.get_str().map_or_else(|| value.to_string(), str::to_owned);
        if value.is_null() { "-".to_owned() } else { shown }
    };
    (0..frame.rows()).map(|row| columns.iter().map(|column| cell(column, row)).collect::<Vec<_>>().join(" ")).collect()
}

fn check_states(stage: &Stage, outcome: &str, columns: &[&str], expected: &[&str]) -> Result<()> {
    let scope = &stage.shaped.scope;
    let frame = account_states(&stage.engine, &stage.plan, scope, &OutcomeId::new(outcome))?;
    assert_eq!(lines(&frame, columns), expected, "{outcome}");
    Ok(())
}

const DAYS: [&str; 5] = ["account_id", "state", "started_on", "reached_on", "last_on"];

fn use_of_teams(hand: &Hand) -> Result<()> {
    let row = |day, name, account, properties| Row {
        day,
        hour: 9,
        name,
        user: Some(account),
        account: Some(account),
        properties,
    };
    let live = r#"{"stage":"production"}"#;
    let mut rows = vec![
        row(date(2026, 1, 5), "team.created", "early", "{}"),
        row(date(2026, 1, 8), "pipeline.deployed", "early", live),
        row(date(2026, 3, 1), "pipeline.deployed", "early", live),
        row(date(2026, 1, 5), "pipeline.deployed", "edge-in", live),
        row(date(2026, 2, 16), "pipeline.deployed", "edge-in", live),
        row(date(2026, 2, 15), "pipeline.deployed", "edge-out", live),
        row(date(2026, 3, 3), "team.closed", "edge-out", "{}"),
        row(date(2026, 2, 20), "team.created", "trying", "{}"),
        row(date(2026, 2, 21), "pipeline.deployed", "trying", r#"{"stage":"test"}"#),
        row(date(2026, 2, 22), "page.viewed", "looking", "{}"),
        row(date(2026, 1, 10), "site.connected", "early", r#"{"site_id":1}"#),
        row(date(2026, 1, 11), "site.connected", "early", r#"{"site_id":1}"#),
        row(date(2026, 1, 12), "site.connected", "early", r#"{"site_id":2}"#),
        row(date(2026, 3, 2), "site.connected", "early", r#"{"site_id":2}"#),
        row(date(2026, 1, 12), "site.connected", "trying", r#"{"site_id":1}"#),
        row(date(2026, 1, 12), "site.connected", "looking", r#"{"site_id":1}"#),
        row(date(2026, 1, 13), "site.connected", "looking", r#"{"site_id":2}"#),
        row(date(2026, 3, 16), "page.viewed", "looking", "{}"),
    ];
    for (day, times) in [(date(2026, 1, 20), 3), (date(2026, 1, 21), 4), (date(2026, 3, 10), 2)] {
        for minute in 0..times {
            rows.push(Row { hour: 10 + minute, ..row(day, "pipeline.deployed", "often", "{}") });
        }
    }
    hand.events(&rows)?;
    hand.readings(&[
        ("pinged", date(2026, 3, 1), 8, "ha_instances", 2.0),
        ("idle", date(2026, 3, 1), 8, "ha_instances", 1.0),
    ])?;
    hand.statement(
        "crm",
        "company",
        "c1",
        date(2026, 1, 20),
        r#"{"name":"Early Birds","domain":"early.example"}"#,
        r#"{"Team ID":"early","Tier":"team","State":"Utrecht"}"#,
    )?;
    hand.statement(
        "billing",
        "subscription",
        "s1",
        date(2026, 2, 1),
        r#"{"customer_id":"cus1","status":"active","plan":"team","mrr":"49","started_at":"2026-01-10T10:00:00Z"}"#,
        r#"{"team_id (metadata)":"early"}"#,
    )
}

#[test]
fn an_account_has_reached_lapsed_started_or_not() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 3, 15), "account,company\n")?;
    check_states(
        &stage,
        "deploying",
        &DAYS,
        &[
            "early reached 2026-01-05 2026-01-08 2026-03-01",
            "edge-in reached 2026-01-05 2026-01-05 2026-02-16",
            "edge-out lapsed 2026-02-15 2026-02-15 2026-02-15",
            "pinged started 2026-03-01 - -",
            "trying started 2026-02-20 - -",
            "idle not-started - - -",
            "looking not-started - - -",
            "often not-started - - -",
        ],
    )
}

#[test]
fn a_behaviour_that_counts_is_reached_when_it_is_full_and_kept_up_by_any_match() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 3, 15), "account,company\n")?;
    check_states(
        &stage,
        "second-site",
        &DAYS,
        &[
            "early reached 2026-01-05 2026-01-12 2026-03-02",
            "looking lapsed 2026-01-13 2026-01-13 2026-01-13",
            "trying started 2026-02-20 - -",
            "edge-in not-started - - -",
            "edge-out not-started - - -",
            "idle not-started - - -",
            "often not-started - - -",
            "pinged not-started - - -",
        ],
    )
}

#[test]
fn a_behaviour_that_counts_per_day_happens_again_only_on_a_full_day() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 3, 15), "account,company\n")?;
    let frame = account_states(&stage.engine, &stage.plan, &stage.shaped.scope, &OutcomeId::new("often"))?;
    assert_eq!(lines(&frame, &DAYS)[0], "often lapsed - 2026-01-20 2026-01-21");
    assert!(lines(&frame, &["state"])[1..].iter().all(|state| state == "not-started"));
    Ok(())
}

#[test]
fn a_behaviour_may_be_so_many_of_any_event() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 3, 15), "account,company\n")?;
    let frame = account_states(&stage.engine, &stage.plan, &stage.shaped.scope, &OutcomeId::new("alive"))?;
    let reached = ["early reached - 2026-01-12 2026-03-02", "often reached - 2026-01-21 2026-03-10"];
    assert_eq!(lines(&frame, &DAYS)[..2], reached);
    assert!(lines(&frame, &["state"])[2..].iter().all(|state| state == "not-started"));
    Ok(())
}

#[test]
fn the_day_read_up_to_cuts_states() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 1, 7), "account,company\n")?;
    check_states(
        &stage,
        "deploying",
        &DAYS,
        &["edge-in reached 2026-01-05 2026-01-05 2026-01-05", "early started 2026-01-05 - -"],
    )
}

#[test]
fn accounts_stand_with_what_the_crm_and_billing_say_of_them() -> Result<()> {
    let stage = stage(use_of_teams, date(2026, 3, 15), "account,company\n")?;
    let scope = &stage.shaped.scope;
    let frame = account_states(&stage.engine, &stage.plan, scope, &OutcomeId::new("deploying"))?;
    let columns = ["account_id", "company_id", "company_name", "company_domain", "mrr", "tier"];
    assert_eq!(lines(&frame, &columns)[..2], ["early c1 Early Birds early.example 49.0 team", "edge-in - - - - -"]);
    assert_eq!(lines(&frame, &["account_id", "ended_on"])[1..3], ["edge-in -", "edge-out 2026-03-03"]);
    // A segment of the name of a column of ours stands beside it.
    let names: Vec<_> = frame.0.get_column_names().iter().map(|name| name.to_string()).collect();
    assert_eq!(names.last().map(String::as_str), Some("state_1"));
    Ok(())
}

#[test]
fn an_outcome_that_names_no_behaviour_is_refused_in_words() -> Result<()> {
    let stage = stage(|_| Ok(()), date(2026, 3, 15), "account,company\n")?;
    let refused = |id: &str| {
        let found = account_states(&stage.engine, &stage.plan, &stage.shaped.scope, &OutcomeId::new(id));
        found.unwrap_err().to_string()
    };
    assert!(refused("unseen").contains("names no behaviour"));
    assert!(refused("nothing").contains("there is no outcome `nothing`"));
    check_states(&stage, "deploying", &DAYS, &[])?;
    assert_eq!(suggestions(&stage.engine, &stage.shaped.scope)?.rows(), 0);
    Ok(())
}

fn strangers(hand: &Hand) -> Result<()> {
    let row = |user, account| Row {
        day: date(2026, 1, 5),
        hour: 9,
        name: "page.viewed",
        user: Some(user),
        account: Some(account),
        properties: "{}",
    };
    hand.events(&[
        row("ann", "t1"),
        row("bob", "t1"),
        row("cas", "t1"),
        row("dee", "t2"),
        row("eve", "t3"),
        row("fay", "Mill & Sons"),
        row("gus", "t5"),
        row("hal", "t6"),
        row("ida", "t7"),
        row("joe", "t9"),
    ])?;
    hand.domains(&[
        ("ann", "harbour.example", 1),
        ("bob", "harbour.example", 1),
        ("cas", "mill.example", 1),
        ("dee", "gmail.com", 1),
        ("eve", "loomworks.example", 1),
        ("hal", "twice.example", 1),
        ("ida", "lone.example", 1),
        ("joe", "harbour.example", 1),
    ])?;
    let company = |id: &str, name: &str, domain: &str, fields: &str| {
        let body = format!(r#"{{"name":"{name}","domain":"{domain}"}}"#);
        hand.statement("crm", "company", id, date(2026, 1, 1), &body, fields)
    };
    company("c1", "Harbour Logistics B.V.", "www.harbour.example", "{}")?;
    company("c2", "Mill and Sons, Inc.", "mill.example", "{}")?;
    company("c3", "Someone", "gmail.com", "{}")?;
    company("c4", "Us", "loomworks.example", "{}")?;
    company("c5", "Twice North", "twice.example", r#"{"Team ID":"t8"}"#)?;
    company("c6", "Twice South", "twice.example", "{}")?;
    company("c7", "Gustav Göring GmbH", "", "{}")?;
    let paid = |id: &str, customer: &str, name: &str, email: &str, mrr: &str, team: &str| {
        let body = format!(
            r#"{{"customer_id":"{customer}","customer_name":"{name}","customer_email":"{email}","status":"active","mrr":"{mrr}","started_at":"2026-01-02T10:00:00Z"}}"#
        );
        hand.statement(
            "billing",
            "subscription",
            id,
            date(2026, 1, 3),
            &body,
            &format!(r#"{{"team_id (metadata)":"{team}"}}"#),
        )
    };
    paid("s1", "cus1", "GUSTAV GORING", "pay@gmail.com", "90", "t5")?;
    paid("s2", "cus2", "Twice North", "pay@twice.example", "80", "")?;
    paid("s3", "cus3", "Lone", "pay@lone.example", "70", "")?;
    paid("s4", "cus4", "Nobody", "pay@gmail.com", "60", "")
}

const SUGGESTED: [&str; 5] = ["customer", "account", "company", "certainty", "reason"];

#[test]
fn what_fits_is_proposed_with_its_reason_and_free_mail_never() -> Result<()> {
    let stage = stage(strangers, date(2026, 1, 10), "account,company\n")?;
    let frame = suggestions(&stage.engine, &stage.shaped.scope)?;
    let expected = [
        "cus2 t6 - likely same domain: twice.example",
        "cus2 - c5 likely same domain: twice.example; same name: Twice North; one of 2 that fit",
        "cus3 t7 - likely same domain: lone.example",
        "- t1 c1 likely same domain: harbour.example (2 of 3 users); one of 2 that fit",
        "- t9 c1 likely same domain: harbour.example (1 of 1 user)",
        "- t5 c7 possible same name: billed as GUSTAV GORING",
        "- Mill & Sons c2 possible same name: its id",
        "cus2 - c6 unclear same domain: twice.example; one of 2 that fit",
        "- t1 c2 unclear a member's mail domain: mill.example (1 of 3 users); one of 2 that fit",
        "- t6 c5 unclear same domain: twice.example (1 of 1 user); one of 2 that fit",
        "- t6 c6 unclear same domain: twice.example (1 of 1 user); one of 2 that fit",
    ];
    assert_eq!(lines(&frame, &SUGGESTED), expected);
    assert_eq!(lines(&frame, &["company_name", "customer_name", "mrr"])[1], "Twice North Twice North 80.0");
    Ok(())
}

#[test]
fn what_a_person_keeps_or_declines_is_not_proposed_again() -> Result<()> {
    let first = stage(strangers, date(2026, 1, 10), "account,company\n")?;
    let proposed = suggestions(&first.engine, &first.shaped.scope)?;
    let mut kept: Vec<String> = proposed.0.get_column_names().iter().map(|name| name.to_string()).collect();
    kept = vec![kept.join(",")];
    for line in lines(&proposed, &["customer", "account", "company"]).iter().take(5) {
        kept.push(line.replace('-', "").replace(' ', ",") + ",likely,because");
    }
    kept.push(",t6,,,neither".to_owned());
    let second = stage(strangers, date(2026, 1, 10), &(kept.join("\n") + "\n"))?;
    let matched = throughline::engine::Engine::query(
        &second.engine,
        "select account_id as of, company_id as to, matched_by from accounts where company_id is not null \
         union all select customer_id, coalesce(company_id, cast(account as varchar)), matched_by from customers \
         where matched_by = 'overrides' order by all",
        &[],
    )?;
    assert_eq!(lines(&matched, &["of", "to"])[..1], ["cus2 c5"]);
    assert!(lines(&matched, &["of", "to", "matched_by"]).contains(&"t1 c1 overrides".to_owned()));
    let left = suggestions(&second.engine, &second.shaped.scope)?;
    assert_eq!(lines(&left, &["account", "company"]), ["t5 c7", "Mill & Sons c2"]);
    Ok(())
}
