//! Who is who: linked ids, memberships, our own people, and what accounts and customers are matched to (R8).

use anyhow::{Context, Result};

use super::make::{load, table};
use super::selection::pointer;
use super::{BEGIN_US, END_US};
use crate::engine::{Engine, queries};
use crate::model::column::{Type, Value};
use crate::plan::{MatchTo, Plan, SideFiles};

/// Makes `user_map` and `member_spans`: links and memberships, retroactive and independent of the order of arrival.
pub(super) fn people(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let ours: Vec<Vec<Value>> =
        plan.identity.exclude_domains.iter().map(|domain| vec![domain.trim().to_lowercase().into()]).collect();
    engine.relation("our_domains", &[("domain", Type::Text)], &ours)?;
    free_mail(engine)?;
    link(engine)?;
    table(engine, "user_map", "user_map.sql", "user_map()")?;
    table(engine, "person_domains", "person_domains.sql", "person_domains()")?;
    let spans = format!("member_spans({BEGIN_US}, {END_US})");
    table(engine, "member_spans", "member_spans.sql", &spans)
}

fn free_mail(engine: &dyn Engine) -> Result<()> {
    let rows: Vec<Vec<Value>> = queries::FREE_MAIL.lines().skip(1).map(|line| vec![line.trim().into()]).collect();
    engine.relation("free_mail", &[("domain", Type::Text)], &rows)
}

/// Finds who hangs together: first by ids that were seen with one user, then by those whose users are one person after all.
fn link(engine: &dyn Engine) -> Result<()> {
    engine.run("create or replace table user_labels (user_no integer, label integer)", &[])?;
    table(engine, "link_edges", "single_links.sql", "single_links()")?;
    spread(engine)?;
    load(engine, "agreeing_links.sql")?;
    engine.run("insert into link_edges select * from agreeing_links()", &[])?;
    spread(engine)
}

/// Passes the smallest label along links until nothing changes.
fn spread(engine: &dyn Engine) -> Result<()> {
    engine.run(
        "create or replace table user_labels as \
         select user_no, user_no as label from (select from_no as user_no from link_edges union select to_no from link_edges) as ids",
        &[],
    )?;
    load(engine, "spread_labels.sql")?;
    loop {
        engine.run("create or replace table next_labels as select * from spread_labels()", &[])?;
        let changed = engine.query(
            "select count(*) as row_count from next_labels inner join user_labels using (user_no) \
             where next_labels.label <> user_labels.label",
            &[],
        )?;
        engine.run("create or replace table user_labels as select * from next_labels", &[])?;
        if changed.count("row_count", 0) == 0 {
            return Ok(());
        }
    }
}

/// Makes `account_companies` and `customers`: the plan's rules in order, and the rows by hand.
pub(super) fn matches(engine: &dyn Engine, plan: &Plan, side_files: &SideFiles, at_us: i64) -> Result<()> {
    overrides(engine, plan, side_files)?;
    rules(engine, plan)?;
    engine.run(
        "create or replace table seen_accounts as \
         select distinct people.account from people left join our_accounts on our_accounts.account = people.account \
         where people.account is not null and our_accounts.account is null \
         union select distinct account from gauge_days \
         where account is not null and account not in (select account from our_accounts)",
        &[],
    )?;
    table(engine, "account_fields", "account_fields.sql", "account_fields()")?;
    table(engine, "company_fields", "company_fields.sql", &format!("company_fields({at_us})"))?;
    table(engine, "account_companies", "account_companies.sql", "account_companies()")?;
    table(engine, "customers", "customers.sql", "customers()")
}

/// The plan's rules as relations.
fn rules(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let mut labels: Vec<String> = Vec::new();
    let mut crm: Vec<Vec<Value>> = Vec::new();
    for (rule, place) in plan.identity.crm.iter().zip(1_i64..) {
        if let MatchTo::Company(label) = &rule.to {
            labels.push(label.clone());
            crm.push(vec![place.into(), rule.from.as_str().into(), label.as_str().into()]);
        }
    }
    let mut billing: Vec<Vec<Value>> = Vec::new();
    for (rule, place) in plan.identity.billing.iter().zip(1_i64..) {
        let (side, target) = match &rule.to {
            MatchTo::Account(field) => ("account", field),
            MatchTo::Company(label) => ("company", label),
        };
        if side == "company" {
            labels.push(target.clone());
        }
        let from = rule.from.as_str();
        billing.push(vec![place.into(), from.into(), pointer(from).into(), side.into(), target.as_str().into()]);
    }
    labels.sort();
    labels.dedup();
    let labels: Vec<_> = labels.iter().map(|label| vec![label.as_str().into(), pointer(label).into()]).collect();
    use Type::{Int, Text};
    engine.relation("crm_rules", &[("place", Int), ("field", Text), ("label", Text)], &crm)?;
    let columns = [("place", Int), ("field", Text), ("pointer", Text), ("side", Text), ("target", Text)];
    engine.relation("billing_rules", &columns, &billing)?;
    engine.relation("asked_labels", &[("label", Text), ("pointer", Text)], &labels)
}

/// The rows by hand: `account, company` or `customer, account or company`.
fn overrides(engine: &dyn Engine, plan: &Plan, side_files: &SideFiles) -> Result<()> {
    let mut rows = Vec::new();
    if let Some(path) = &plan.identity.overrides
        && let Some(text) = side_files.text(path)?
    {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().with_context(|| format!("could not read {path}"))?.clone();
        let place = |name: &str| {
            headers.iter().position(|header| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name))
        };
        let places = [place("account"), place("customer"), place("company")];
        for record in reader.records() {
            let record = record.with_context(|| format!("could not read {path}"))?;
            let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).filter(|cell| !cell.is_empty());
            rows.push(places.iter().map(|place| Value::from(cell(*place))).collect());
        }
    }
    let columns = [("account_id", Type::Text), ("customer_id", Type::Text), ("company_id", Type::Text)];
    engine.relation("override_rows", &columns, &rows)
}
