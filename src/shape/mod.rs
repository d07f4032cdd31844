//! The second stage: from rows of the lake to who did what when. Makes every relation that `queries/README.md` lists under
//! "What shape makes", decides what may be read, and says what a reader should know.

pub mod account_lists;
mod account_tests;
mod attach;
mod attributes;
pub mod checks;
mod declared;
mod facts;
mod identity;
pub mod issues;
mod make;
mod scope;
mod selection;
mod signals;
mod tables;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::{Date, date};

use crate::diag::Diagnostic;
use crate::engine::Engine;
use crate::lake::{Lake, Vector};
use crate::model::column::{Type, Value};
use crate::model::period::{epoch_day, from_epoch_day};
use crate::model::scope::Scope;
use crate::plan::{Matches, Plan, SideFiles, Signal};

/// The first instant there is, for what has always been so: the year 1.
pub const BEGIN_US: i64 = -62_135_596_800_000_000;
/// The instant after the last, for what has no end: the year 10000.
pub const END_US: i64 = 253_402_300_800_000_000;

/// Up to so many accepted rows the relations of signals are kept in memory; beyond, each question reads the facts it needs.
const FEW_ROWS: u64 = 3_000_000;

/// What is asked of this stage.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The moment of asking, in microseconds since 1970 UTC.
    pub now_us: i64,
    /// The last day to read, where a person names one.
    pub as_of: Option<Date>,
    /// Properties that `hits` keep as `kept_1` to `kept_4`, in this order; at most four.
    pub kept: Vec<String>,
    /// Where facts are kept: `.throughline/facts`.
    pub facts: &'a Path,
    /// Where they go if that cannot be written: a temporary folder of the caller's.
    pub spare: &'a Path,
    /// The files that the plan names beside the exports.
    pub side_files: &'a SideFiles,
}

/// What this stage decided and found.
#[derive(Debug, Clone)]
pub struct Shaped {
    /// What may be read.
    pub scope: Scope,
    /// How much of use, of the CRM and of revenue was brought together.
    pub match_rate: MatchRate,
    /// What a reader should know.
    pub issues: Vec<Diagnostic>,
    /// Rows of the relations that are counted, by name.
    pub rows: BTreeMap<&'static str, u64>,
    /// Whether the lake holds rows of sources that the plan does not have; they stay unseen.
    pub foreign_rows: bool,
}

/// How much of use, of the CRM and of revenue was brought together, at the end of `as_of` (R9.5, R8.3).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MatchRate {
    /// Accounts of the telemetry.
    pub accounts: u64,
    /// Those that match a CRM company.
    pub accounts_matched: u64,
    /// Customers that pay.
    pub customers: u64,
    /// Those that match an account, or a company with accounts.
    pub customers_matched: u64,
    /// What all of them pay a month, in millionths.
    pub mrr_micros: i64,
    /// What those matched pay.
    pub mrr_matched_micros: i64,
    /// Companies that several accounts belong to (R8.5).
    pub companies_of_several: u64,
}

/// The days that are read, as the queries take them.
pub(crate) struct Window {
    pub(crate) as_of: Date,
    pub(crate) as_of_end_us: i64,
    pub(crate) first_day: Date,
}

/// Attaches the lake and makes all relations of this stage.
///
/// # Errors
/// If the engine refuses or a file cannot be read or written; never for what the rows say.
pub fn shape(engine: &dyn Engine, lake: &Lake, vector: &Vector, plan: &Plan, ask: &Ask<'_>) -> Result<Shaped> {
    let mut issues = Vec::new();
    make::load(engine, "tests.sql")?;
    let foreign = attach::attach(engine, lake, vector, plan).context("could not attach the lake")?;
    declared::links(engine, plan, ask.side_files).context("could not read the files of links")?;
    identity::people(engine, plan).context("could not tell who is who")?;
    let signals = signals::signals(plan);
    let folder = facts::writable(ask.facts, ask.spare);
    facts::Maker { lake, vector, plan, signals: &signals, foreign, folder }.make(engine)?;
    let scope = scope::decide(engine, plan, ask, &mut issues)?;
    let window = Window {
        as_of: scope.as_of,
        as_of_end_us: scope.as_of_end_us,
        first_day: scope.first_day.unwrap_or(date(1990, 1, 1)),
    };
    let at_us = scope.as_of_end_us - 1;
    calendar(engine, plan, &window)?;
    ties(engine, &scope)?;
    records(engine, plan)?;
    people(engine, plan, &window)?;
    identity::matches(engine, plan, ask.side_files, at_us).context("could not match accounts")?;
    signals::views(engine, plan, &signals, &ask.kept)?;
    accounts(engine, plan, &signals, &window, ask.side_files, &mut issues)?;
    tables::tables(engine, plan, at_us)?;
    let match_rate = match_rate(engine, at_us)?;
    issues.extend(issues::customers_unmatched(&match_rate, plan.limits.unmatched_revenue));
    issues.extend(issues::accounts_unmatched(&match_rate).filter(|_| !plan.identity.crm.is_empty()));
    issues.extend(never_seen(engine, plan)?);
    issues.extend(left_out(engine, &window)?);
    issues.extend(named_twice(engine)?);
    Ok(Shaped { scope, match_rate, issues, rows: rows(engine)?, foreign_rows: foreign })
}

/// `zone_days`: when each local day begins, since the engine knows no zones; `week_anchor`: where weeks are counted from.
fn calendar(engine: &dyn Engine, plan: &Plan, window: &Window) -> Result<()> {
    let days = epoch_day(date(2000, 1, 1))..epoch_day(window.as_of) + 800;
    let row = |day: i32| {
        let day = from_epoch_day(day);
        vec![day.into(), plan.workspace.calendar.start_us(day).into()]
    };
    let rows: Vec<Vec<Value>> = days.map(row).collect();
    engine.relation("zone_days", &[("local_day", Type::Day), ("start_us", Type::Long)], &rows)?;
    engine.relation("week_anchor", &[("anchor", Type::Day)], &[vec![facts::anchor(plan).into()]])
}

/// `source_ties`: each source's tie window (R3.6).
fn ties(engine: &dyn Engine, scope: &Scope) -> Result<()> {
    let rows: Vec<Vec<Value>> =
        scope.sources.iter().map(|span| vec![span.source.as_str().into(), span.tie_us.into()]).collect();
    engine.relation("source_ties", &[("source", Type::Text), ("tie_us", Type::Long)], &rows)
}

/// `companies`, `deals` and `subscription_versions`.
fn records(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let renewals = plan.renewals.as_ref();
    let expansions = plan.expansions.as_ref();
    let won = renewals.map_or(&[][..], |rules| &rules.won).iter().chain(expansions.map_or(&[][..], |rules| &rules.won));
    let lost = renewals.map_or(&[][..], |rules| &rules.lost).iter();
    let mut words: BTreeMap<String, &str> = BTreeMap::new();
    for (word, state) in [("closedwon", "won"), ("closed won", "won"), ("closedlost", "lost"), ("closed lost", "lost")]
    {
        words.insert(word.to_owned(), state);
    }
    words.extend(lost.map(|word| (word.trim().to_lowercase(), "lost")));
    words.extend(won.map(|word| (word.trim().to_lowercase(), "won")));
    let rows: Vec<Vec<Value>> = words.iter().map(|(word, state)| vec![word.as_str().into(), (*state).into()]).collect();
    engine.relation("deal_words", &[("word", Type::Text), ("state", Type::Text)], &rows)?;
    make::table(engine, "record_versions", "record_versions.sql", &format!("record_versions({BEGIN_US}, {END_US})"))?;
    make::table(engine, "companies", "companies.sql", "companies()")?;
    make::table(engine, "deals", "deals.sql", "deals()")?;
    make::table(engine, "subscription_versions", "subscription_versions.sql", "subscription_versions()")
}

/// Who was seen where: `people`, `our_accounts`, `account_domains`, `domain_accounts`, and the gauges.
fn people(engine: &dyn Engine, plan: &Plan, window: &Window) -> Result<()> {
    let Window { as_of, as_of_end_us, first_day } = window;
    let week = plan.workspace.calendar.period(crate::model::period::Unit::Week, *as_of).start;
    let call = format!("people(date '{as_of}', {as_of_end_us}, date '{first_day}', date '{week}')");
    make::table(engine, "people", "people.sql", &call)?;
    make::table(engine, "our_accounts", "our_accounts.sql", "our_accounts()")?;
    make::table(engine, "account_domains", "account_domains.sql", "account_domains()")?;
    make::load(engine, "domain_accounts.sql")?;
    let rule = if plan.identity.account_by_domain { "" } else { " where false" };
    engine.run(&format!("create or replace table domain_accounts as select * from domain_accounts(){rule}"), &[])?;
    signals::gauges(engine, window)
}

/// Signals by person and account, and what accounts are: `hits`, `week_parts`, `firsts`, `accounts`, `users`, `attributes`.
fn accounts(
    engine: &dyn Engine,
    plan: &Plan,
    signals: &[Signal],
    window: &Window,
    side_files: &SideFiles,
    issues: &mut Vec<Diagnostic>,
) -> Result<()> {
    let few = engine.query("select cast(coalesce(sum(accepted), 0) as bigint) as row_count from lake_files", &[])?;
    signals::every(engine, window)?;
    signals::moments(engine, plan, window.as_of_end_us - 1)?;
    make::table(engine, "accounts", "accounts.sql", "accounts()")?;
    make::table(engine, "users", "users.sql", "users()")?;
    let unmapped = attributes::attributes(engine, plan, window, side_files)?;
    issues.extend(unmapped.iter().map(|(segment, values)| issues::unmapped(segment, values)));
    account_tests::spans(engine, plan, signals)?;
    signals::relations(engine, signals, few.count("row_count", 0) <= FEW_ROWS)?;
    signals::weeks(engine, plan, window)
}

/// How much was brought together.
fn match_rate(engine: &dyn Engine, at_us: i64) -> Result<MatchRate> {
    let accounts = engine.query(
        "select count(*) as row_count, count(company_id) as matched, \
         (select count(*) from (select company_id from accounts where company_id is not null group by company_id \
         having count(*) > 1) as several) as of_several from accounts",
        &[],
    )?;
    let revenue = engine.query(
        &format!(
            "with told as (select revenue.mrr_micros, customers.account is not null or exists (select 1 from accounts \
             where accounts.company_id = customers.company_id) as matched from revenue({at_us}) as revenue \
             left join customers on customers.source = revenue.source and customers.customer_id = revenue.customer_id) \
             select count(*) as row_count, count(*) filter (where matched) as matched, \
             cast(coalesce(sum(mrr_micros), 0) as bigint) as mrr, \
             cast(coalesce(sum(mrr_micros) filter (where matched), 0) as bigint) as mrr_matched from told"
        ),
        &[],
    )?;
    Ok(MatchRate {
        accounts: accounts.count("row_count", 0),
        accounts_matched: accounts.count("matched", 0),
        customers: revenue.count("row_count", 0),
        customers_matched: revenue.count("matched", 0),
        mrr_micros: revenue.long("mrr", 0).unwrap_or(0),
        mrr_matched_micros: revenue.long("mrr_matched", 0).unwrap_or(0),
        companies_of_several: accounts.count("of_several", 0),
    })
}

/// Signals of the plan that no event ever matched, once there are events.
fn never_seen(engine: &dyn Engine, plan: &Plan) -> Result<Vec<Diagnostic>> {
    let texts = |sql: &str, column: &str| -> Result<Vec<String>> {
        let frame = engine.query(sql, &[])?;
        Ok((0..frame.rows()).filter_map(|row| frame.text(column, row)).collect())
    };
    let known = texts("select distinct event_name from fact_events order by event_name", "event_name")?;
    let seen = texts("select id from signals where signal in (select signal from signal_parts) order by id", "id")?;
    let unseen = plan.signals.iter().filter(|signal| !seen.iter().any(|id| id == signal.id.as_str()));
    let told = unseen.filter_map(|signal| match &signal.matches {
        Matches::Events(names) => {
            Some(issues::signal_unseen(signal.id.as_str(), names, &known, signal.filter.is_some()))
        }
        Matches::AnyEvent | Matches::Gauge(_) => None,
    });
    Ok(if known.is_empty() { Vec::new() } else { told.collect() })
}

/// What was left out: our own people, and events whose users were members of several accounts.
fn left_out(engine: &dyn Engine, window: &Window) -> Result<Vec<Diagnostic>> {
    let ours = engine.query(
        "select count(distinct usr) filter (where ours) as users, (select count(*) from our_accounts) as accounts from people",
        &[],
    )?;
    let many = engine.query("select count(*) as row_count from member_spans where accounts > 1", &[])?;
    let mut events = 0;
    if many.count("row_count", 0) > 0 {
        let counted = engine.query(
            "select count(*) as row_count from lake_events \
             inner join user_map on user_map.user_no = lake_events.user_no \
             inner join member_spans on member_spans.usr = user_map.usr and member_spans.accounts > 1 \
             and member_spans.from_us <= epoch_us(lake_events.occurred_at) and member_spans.to_us > epoch_us(lake_events.occurred_at) \
             where lake_events.account_no is null and not user_map.ours and lake_events.local_day <= ?",
            &[window.as_of.into()],
        )?;
        events = counted.count("row_count", 0);
    }
    let own = issues::own_people(ours.count("users", 0), ours.count("accounts", 0));
    Ok(own.into_iter().chain(issues::memberships_many(events)).collect())
}

/// Deals that name a company which several are called.
fn named_twice(engine: &dyn Engine) -> Result<Vec<Diagnostic>> {
    let frame = engine.query(
        "select source, count(*) as deals, min(company_name) as name, arg_min(name_companies, company_name) as companies \
         from deals where name_companies > 1 and valid_to is null group by source order by source",
        &[],
    )?;
    let told = |row| {
        let (source, name) = (frame.text("source", row)?, frame.text("name", row)?);
        Some(issues::name_ambiguous(&source, frame.count("deals", row), &name, frame.count("companies", row)))
    };
    Ok((0..frame.rows()).filter_map(told).collect())
}

/// Rows of the relations that cost nothing to count.
fn rows(engine: &dyn Engine) -> Result<BTreeMap<&'static str, u64>> {
    const COUNTED: [&str; 7] =
        ["accounts", "users", "companies", "deals", "subscription_versions", "customers", "attributes"];
    COUNTED.into_iter().map(|name| Ok((name, make::count(engine, name)?))).collect()
}
