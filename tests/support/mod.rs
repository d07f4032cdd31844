//! Companies to test links on: the relations that shape and business make, filled by hand or from a make-believe world.

use std::path::{Path, PathBuf};

use jiff::civil::date;
use serde_json::Value;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::link::decision::{Decision, of_renewals};
use throughline::link::exposure::Exposure;
use throughline::link::issues::Untestable;
use throughline::link::{Context, prepare};
use throughline::model::ids::SignalId;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Link, Plan};

/// The first instant of week 0, Monday 1 January 2024 UTC.
pub(crate) const MONDAY_US: i64 = 1_704_067_200_000_000;

const RELATIONS: &str = "
create table accounts (account integer, account_id varchar, company_id varchar, matched_by varchar,
    first_seen_us bigint, last_seen_us bigint, created_us bigint, ended_us bigint);
create table signals (signal integer, id varchar);
create table signal_weeks (signal integer, account integer, week integer, uses bigint);
create table event_weeks (account integer, week integer, event_name varchar, uses bigint);
create table gauge_days (gauge varchar, account integer, local_day date, ts_us bigint, value double);
create table attributes (account integer, segment varchar, value varchar, from_us bigint, to_us bigint, assumed boolean);
create table companies (source varchar, company_id varchar, name varchar, domain varchar, fields json,
    valid_from date, valid_to date, from_us bigint, to_us bigint);
create table deals (source varchar, deal_id varchar, company_id varchar, name varchar, pipeline varchar, stage varchar,
    amount decimal(24, 6), currency varchar, created_at timestamptz, closed_at timestamptz, state varchar, fields json,
    valid_from date, valid_to date, from_us bigint, to_us bigint);
create table customer_mrr (customer_id varchar, account integer, company_id varchar, from_us bigint, to_us bigint,
    mrr_micros bigint);
create table renewals (renewal_id varchar, unit varchar, account integer, company_id varchar, due_on date,
    due_us bigint, state varchar, amount_micros bigint, crm_only boolean, term_months bigint, unit_state varchar);
";

/// An engine without any relation.
pub(crate) fn open() -> DuckDb {
    DuckDb::open(&Limits::default()).unwrap()
}

/// All relations, without rows.
pub(crate) fn empty(engine: &DuckDb) {
    engine.run(RELATIONS, &[]).unwrap();
}

/// A small company: accounts by id and the week they started in, renewals by account, week and state, and the weeks in
/// which the signal `s` happened. One `elder` has been there all along and did it in week 0, so that `s` is as old as the
/// data.
pub(crate) fn small(accounts: &[(&str, i64)], due: &[(&str, i64, &str)], used: &[(&str, &[i64])]) -> DuckDb {
    let engine = open();
    empty(&engine);
    let run = |sql: String| engine.run(&sql, &[]).unwrap();
    for (number, (id, week)) in accounts.iter().chain(&[("elder", -99)]).enumerate() {
        let start = MONDAY_US + week * 7 * 86_400_000_000;
        run(format!("insert into accounts values ({number}, '{id}', null, null, {start}, {start}, {start}, null)"));
    }
    for (number, (id, week, state)) in due.iter().enumerate() {
        let on = format!("date '2024-01-01' + {week} * 7 + 3");
        let rest = format!("null, true, null, '{state}'");
        run(format!("insert into renewals values ('r{number}', '{id}', null, null, {on}, 0, '{state}', {rest})"));
    }
    run("insert into signals values (0, 's')".to_owned());
    for (id, weeks) in used.iter().chain(&[("elder", [0].as_slice())]) {
        for week in *weeks {
            let account = format!("select account, {week}");
            run(format!("insert into event_weeks {account}, 'e_s', 1 from accounts where account_id = '{id}'"));
            run(format!(
                "insert into signal_weeks select 0, account, {week}, 1 from accounts where account_id = '{id}'"
            ));
        }
    }
    engine
}

/// A world of the prototype's generator, and what its grader finds in it.
pub(crate) fn world() -> (DuckDb, Value) {
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(folder().join("expected.json")).unwrap()).unwrap();
    let engine = open();
    empty(&engine);
    let file = |name: &str| folder().join(name).display().to_string();
    let signals: Vec<String> =
        names(&expected["signals"]).iter().enumerate().map(|(number, name)| format!("({number}, '{name}')")).collect();
    engine.run(&format!("insert into signals values {}", signals.join(", ")), &[]).unwrap();
    let sql = format!(
        "create table told as select * from read_csv('{accounts}');
        insert into accounts select account, account_id, account_id, 'id', epoch_us(signup_date::timestamp), 0,
            epoch_us(signup_date::timestamp), epoch_us(churn_date::timestamp) from told;
        insert into companies select 'crm', account_id, account_id, null, json_object('Employees', employees::varchar),
            date '2026-01-01', null, -9000000000000000000, 9000000000000000000 from told;
        insert into attributes select account, name, value, -9000000000000000000, 9000000000000000000, true
            from (unpivot (select account, segment, region, channel, plan, csm::varchar as csm from told)
                on segment, region, channel, plan, csm into name name value value);
        insert into event_weeks select * from read_parquet('{events}');
        insert into signal_weeks select signals.signal, account, week, uses from event_weeks
            inner join signals on signals.id = event_weeks.event_name;
        create table sold as select * from read_csv('{deals}');
        insert into deals select 'crm', deal_id, account_id, null, type, stage, amount, 'EUR', null, close_date::timestamp,
            replace(stage, 'closed_', ''), null, date '2026-01-01', null, 0, 0 from sold;
        insert into renewals select deal_id, account_id, null, account_id, close_date, 0, replace(stage, 'closed_', ''), null,
            true, null, replace(stage, 'closed_', '') from sold where type = 'renewal';",
        accounts = file("accounts.csv"),
        events = file("event_weeks.parquet"),
        deals = file("deals.csv"),
    );
    engine.run(&sql, &[]).unwrap();
    (engine, expected)
}

/// The weeks of a run over so many weeks of data.
pub(crate) fn context(weeks: i32) -> Context {
    Context { week0: date(2024, 1, 1), weeks, reached: Vec::new() }
}

/// A link on weeks of a metric that counts the signal of its own name.
pub(crate) fn link(from: &str, window_weeks: u32, at_least: Option<u32>) -> Link {
    let at_least = at_least.map_or(String::new(), |weeks| format!("at_least = {weeks}\n"));
    let link = format!(
        "[[link]]\nfrom = \"{from}_use\"\nto = \"renewals\"\nexpect = \"increase\"\nbecause = \"to be seen\"\n\
        declared = 2024-01-01\nwindow = \"{window_weeks}w\"\n{at_least}"
    );
    resolved(&(plan_text(&[from]) + &link)).links.remove(0)
}

/// An exposure of so many weeks of one signal.
pub(crate) fn weeks_of(signal: &str, at_least: i64) -> Exposure {
    Exposure::Weeks { signals: vec![SignalId::new(signal)], at_least }
}

/// The decision table of one link under a plan that counts `s`, the link's relations made first.
pub(crate) fn decided(
    engine: &DuckDb,
    weeks: &Context,
    link: &Link,
    exposure: &Exposure,
) -> Result<Decision, Untestable> {
    decided_under(&plan(vec![], &["s"]), engine, weeks, link, exposure)
}

/// The decision table of one link, the link's relations made first.
pub(crate) fn decided_under(
    plan: &Plan,
    engine: &DuckDb,
    weeks: &Context,
    link: &Link,
    exposure: &Exposure,
) -> Result<Decision, Untestable> {
    prepare(engine, plan, weeks).unwrap();
    of_renewals(engine, plan, weeks, link, exposure).unwrap()
}

/// A plan of these links and signals; a signal counts the event of its name (`s`: the event `e_s`), and the metric
/// `<signal>_use` its use.
pub(crate) fn plan(links: Vec<Link>, signals: &[&str]) -> Plan {
    Plan { links, ..resolved(&plan_text(signals)) }
}

fn resolved(text: &str) -> Plan {
    let (plan, told) = resolve(text, Path::new("."), date(2026, 1, 1), Needs::Everything);
    plan.unwrap_or_else(|| panic!("{told:?}"))
}

fn plan_text(signals: &[&str]) -> String {
    let mut text = GROUND.to_owned();
    if signals.contains(&"app_opened") {
        text += "activity = \"app_opened\"\n";
    }
    for name in signals {
        let event = if *name == "s" { "e_s" } else { name };
        let signal = format!("[signals.{name}]\nevent = \"{event}\"\n");
        let outcome =
            format!("[[outcome]]\nid = \"o_{name}\"\nlane = \"all\"\nstatement = \"An account does {name}\"\n");
        let metric = format!(
            "[[traction]]\nid = \"{name}_use\"\noutcome = \"o_{name}\"\nkind = \"adoption\"\nsignal = \"{name}\"\n"
        );
        text += &(signal + &outcome + &metric);
    }
    text
}

/// A plan without signals and links. What is known of the companies is stable but for the tier.
const GROUND: &str = r#"
[workspace]
name = "World"
timezone = "UTC"
week_starts = "monday"
currency = "EUR"

[sources.events]
kind = "events"
files = "events.*"

[sources.crm]
kind = "crm"
companies = "accounts.csv"
deals = "deals.csv"

[identity]
crm = [{ account = "account_id", company = "account_id" }]

[segments]
tier = { from = "crm.company", field = "tier" }
segment = { from = "crm.company", field = "segment" }
region = { from = "crm.company", field = "region" }
channel = { from = "crm.company", field = "channel" }
plan = { from = "crm.company", field = "plan" }
csm = { from = "crm.company", field = "csm_assigned" }
employees = { from = "crm.company", field = "Employees", bands = [50, 500] }

[renewals]
from = "crm.deals"
pipeline = "renewal"
won = ["closed_won"]
lost = ["closed_lost"]

[[lane]]
id = "all"
name = "All"
owner = "All"

[[business]]
id = "renewals"
kind = "renewal_rate"
owner = "leadership"

[evidence]
stable = ["segment", "region", "channel", "plan", "csm", "employees"]
"#;

/// The rows of a file of the world, its header first.
pub(crate) fn rows(file: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder().join(file)).unwrap();
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

/// The texts of a list.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/world")
}
