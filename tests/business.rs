//! Business metrics: the queries equal a slow, obvious version on random companies, and their identities hold to the cent.

use anyhow::Result;
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use throughline::business::account_parts;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::model::column::{Type, Value};
use throughline::model::metric::{Business, Metric};
use throughline::model::period::{plus_days, plus_months};
use throughline::model::question::Question;
use throughline::model::reading::{Datum, Reading, Series};
use throughline::model::scope::Scope;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Plan, SideFiles};
use throughline::stats::mix::When;

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "Europe/Amsterdam"
week_starts = "monday"
currency = "EUR"
[sources.billing]
kind = "stripe"
subscriptions = "subscriptions.csv"
[sources.crm]
kind = "hubspot"
companies = "companies.csv"
deals = "deals.csv"
[segments]
tier = { from = "crm.company", field = "Tier" }
[renewals]
from = "crm.deals"
pipeline = "Renewals"
won = ["Closed won"]
lost = ["Closed lost"]
[[business]]
id = "mrr"
kind = "mrr"
[[business]]
id = "movements"
kind = "mrr_movements"
[[business]]
id = "nrr"
kind = "net_revenue_retention"
over = "3mo"
[[business]]
id = "renewals"
kind = "renewal_rate"
over = "3mo"
"#;

const AS_OF: Date = date(2026, 6, 17);

/// Amounts with the twelve places that `shape` tells.
const EXACT: &str = "create or replace table subscription_versions as select *, \
     cast(mrr_micros * cast(0.000001 as decimal(12, 6)) as decimal(28, 12)) as exact_mrr from told_versions";

/// One subscription of the make-believe company: what it costs, when it pays, and who pays.
#[derive(Debug, Clone)]
struct Subscription {
    customer: usize,
    micros: i64,
    starts: Date,
    trial_end: Option<Date>,
    ends: Option<Date>,
    status: &'static str,
}

struct Company {
    plan: Plan,
    subscriptions: Vec<Subscription>,
    engine: DuckDb,
}

impl Company {
    fn of(seed: u64) -> Result<Self> {
        let (plan, problems) = resolve(PLAN, std::path::Path::new("."), AS_OF, Needs::Metrics);
        let plan = plan.unwrap_or_else(|| panic!("the plan does not hold: {problems:#?}"));
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let subscriptions: Vec<_> = (0..dice.random_range(0..60)).map(|_| subscription(&mut dice)).collect();
        let engine = DuckDb::open(&Limits { threads: Some(1), ..Limits::default() })?;
        let company = Self { plan, subscriptions, engine };
        company.relations()?;
        company.prepare()?;
        Ok(company)
    }

    fn prepare(&self) -> Result<()> {
        let side_files = SideFiles::beside(&self.plan.root);
        throughline::business::prepare(&self.engine, &self.plan, &self.scope(), &side_files).map(|_| ())
    }

    fn us(&self, day: Date) -> i64 {
        self.plan.workspace.calendar.start_us(day)
    }

    /// The relations that `shape` makes.
    #[expect(clippy::too_many_lines, reason = "the relations of one company are read side by side")]
    fn relations(&self) -> Result<()> {
        use Type::{Bool, Int, Long, Moment, Text};
        let moment = |day: Option<Date>| day.map_or(Value::Null, |day| Value::Moment(self.us(day)));
        let rows: Vec<Vec<Value>> = (0..)
            .zip(&self.subscriptions)
            .map(|(number, one): (i32, _)| {
                vec![
                    "billing".into(),
                    format!("sub-{number}").into(),
                    format!("customer-{}", one.customer).into(),
                    one.status.into(),
                    moment(Some(one.starts)),
                    moment(one.trial_end),
                    Value::Null,
                    moment(one.ends),
                    Value::Null,
                    "month".into(),
                    Value::Long(i64::MIN),
                    Value::Long(i64::MAX),
                    Value::Long(0),
                    Value::Null,
                    one.micros.into(),
                ]
            })
            .collect();
        let columns = [
            ("source", Text),
            ("subscription_id", Text),
            ("customer_id", Text),
            ("status", Text),
            ("started_at", Moment),
            ("trial_end", Moment),
            ("canceled_at", Moment),
            ("ended_at", Moment),
            ("current_period_end", Moment),
            ("interval", Text),
            ("from_us", Long),
            ("to_us", Long),
            ("known_us", Long),
            ("valid_to", Type::Day),
            ("mrr_micros", Long),
        ];
        self.engine.relation("told_versions", &columns, &rows)?;
        self.engine.run(EXACT, &[])?;
        self.engine.relation("lone_companies", &[("company_id", Text), ("account", Int)], &[])?;
        self.engine.relation("companies", &[("company_id", Text)], &[])?;
        let customers: Vec<Vec<Value>> = (0..12)
            .map(|number: i32| {
                let account = if number < 9 { Value::Long(number.into()) } else { Value::Null };
                vec!["billing".into(), format!("customer-{number}").into(), account, Value::Null]
            })
            .collect();
        self.engine.relation(
            "customers",
            &[("source", Text), ("customer_id", Text), ("account", Int), ("company_id", Text)],
            &customers,
        )?;
        let account = |number: i32| vec![number.into(), format!("team-{number}").into(), Value::Null];
        let accounts: Vec<Vec<Value>> = (0..9).map(account).collect();
        self.engine.relation("accounts", &[("account", Int), ("account_id", Text), ("company_id", Text)], &accounts)?;
        let middle = self.us(date(2026, 1, 10));
        let attributes: Vec<Vec<Value>> = (0..9)
            .flat_map(|number: i32| {
                let tier = |text: &str| Value::from(text);
                let row = |value, from: i64, to: i64| {
                    vec![number.into(), "tier".into(), value, from.into(), to.into(), false.into()]
                };
                let later = if number % 2 == 0 { tier("team") } else { tier("starter") };
                [row(tier("starter"), i64::MIN, middle), row(later, middle, i64::MAX)]
            })
            .collect();
        let columns = [
            ("account", Int),
            ("segment", Text),
            ("value", Text),
            ("from_us", Long),
            ("to_us", Long),
            ("assumed", Bool),
        ];
        self.engine.relation("attributes", &columns, &attributes)?;
        self.deals()
    }

    fn deals(&self) -> Result<()> {
        use Type::{Double, Moment, Text};
        let deal = |id: &str, stage: &str, on: Date| {
            let closed = Value::Moment(self.us(on) + 12 * 3_600_000_000);
            vec![
                "crm".into(),
                id.into(),
                Value::Null,
                "renewals".into(),
                stage.into(),
                1200.0.into(),
                closed,
                "open".into(),
                "{}".into(),
                Value::Null,
            ]
        };
        let rows = [
            deal("a", "closed won", date(2026, 3, 31)),
            deal("b", "Closed Lost", date(2026, 4, 1)),
            deal("c", "Contract sent", date(2026, 6, 17)),
            deal("d", "Closed won", date(2026, 6, 18)),
        ];
        let columns = [
            ("source", Text),
            ("deal_id", Text),
            ("company_id", Text),
            ("pipeline", Text),
            ("stage", Text),
            ("amount", Double),
            ("closed_at", Moment),
            ("state", Text),
            ("fields", Text),
            ("valid_to", Moment),
        ];
        self.engine.relation("deals", &columns, &rows)
    }

    fn measure(&self, id: &str, question: &Question) -> Result<Series> {
        throughline::business::measure(&self.engine, &self.plan, &self.scope(), self.metric(id), question)
    }

    fn scope(&self) -> Scope {
        Scope {
            as_of: AS_OF,
            as_of_end_us: self.us(plus_days(AS_OF, 1)),
            as_of_is_explicit: true,
            first_day: None,
            known_since: None,
            sources: Vec::new(),
            kept: Vec::new(),
        }
    }

    fn metric(&self, id: &str) -> &Business {
        let found = self.plan.metrics.iter().find_map(|metric| match metric {
            Metric::Business(business) if business.id.as_str() == id => Some(business),
            Metric::Business(_) | Metric::Traction(_) => None,
        });
        found.expect("the plan has it")
    }

    /// What a customer pays at an instant, subscription by subscription.
    fn pays(&self, customer: usize, us: i64) -> i64 {
        let runs = |one: &&Subscription| {
            one.customer == customer
                && one.status != "paused"
                && self.us(one.starts).max(one.trial_end.map_or(i64::MIN, |day| self.us(day))) <= us
                && one.ends.is_none_or(|day| self.us(day) > us)
        };
        self.subscriptions.iter().filter(runs).map(|one| one.micros).sum()
    }
}

fn subscription(dice: &mut ChaCha8Rng) -> Subscription {
    let starts = plus_days(date(2025, 10, 1), dice.random_range(0..270));
    Subscription {
        customer: dice.random_range(0..12),
        micros: dice.random_range(1..500) * 1_000_000 + dice.random_range(0..3) * 333_333,
        starts,
        trial_end: dice.random_bool(0.3).then(|| plus_days(starts, dice.random_range(0..40))),
        ends: dice.random_bool(0.5).then(|| plus_days(starts, dice.random_range(0..200))),
        status: if dice.random_bool(0.1) { "paused" } else { "active" },
    }
}

fn money(reading: &Reading, name: &str) -> i64 {
    match reading.rest.iter().find(|(column, _)| *column == name) {
        Some((_, Datum::Money(micros))) => *micros,
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn mrr_and_retention_equal_the_obvious_sums() -> Result<()> {
    for seed in 0..40 {
        let company = Company::of(seed)?;
        let (mrr, nrr) = (company.measure("mrr", &Question::default())?, company.measure("nrr", &Question::default())?);
        for (one, other) in mrr.readings.iter().zip(&nrr.readings) {
            let read_us = company.us(one.period.end.min(plus_days(AS_OF, 1))) - 1;
            let base_us = company.us(plus_months(one.period.start, -2)) - 1;
            let now: i64 = (0..12).map(|customer| company.pays(customer, read_us)).sum();
            assert_eq!(one.value, Some(now as f64 / 1e6), "seed {seed}, {}", one.period.start);
            let base: i64 = (0..12).map(|customer| company.pays(customer, base_us)).sum();
            let theirs: i64 = (0..12)
                .filter(|customer| company.pays(*customer, base_us) > 0)
                .map(|customer| company.pays(customer, read_us))
                .sum();
            assert_eq!(
                (money(other, "base"), money(other, "now")),
                (base, theirs),
                "seed {seed}, {}",
                one.period.start
            );
            assert_eq!(other.value, (base > 0).then(|| theirs as f64 / base as f64));
        }
    }
    Ok(())
}

#[test]
fn movements_add_up_to_the_cent_in_every_cell() -> Result<()> {
    for seed in 0..40 {
        let company = Company::of(seed)?;
        let by_tier = Question { by: vec!["tier".into()], ..Question::default() };
        let whole = company.measure("movements", &Question::default())?;
        for reading in whole.readings.iter().chain(&company.measure("movements", &by_tier)?.readings) {
            let [opening, new, reactivation, expansion, contraction, churn, closing] =
                ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"]
                    .map(|name| money(reading, name));
            assert_eq!(
                opening + new + reactivation + expansion - contraction - churn,
                closing,
                "seed {seed}: {reading:?}"
            );
        }
        assert!(whole.readings.windows(2).all(|pair| money(&pair[0], "closing") == money(&pair[1], "opening")));
    }
    Ok(())
}

#[test]
fn accounts_parts_make_the_readings_of_both_months() -> Result<()> {
    for seed in 0..6 {
        let company = Company::of(seed)?;
        for id in ["mrr", "nrr", "renewals"] {
            let readings = company.measure(id, &Question::default())?.readings;
            for pair in readings.windows(2) {
                let (from, to) = (pair[0].period, pair[1].period);
                let (scope, metric) = (company.scope(), company.metric(id));
                let parts = account_parts(&company.engine, &company.plan, &scope, metric, (from, to))?;
                for (when, reading) in [(When::Before, &pair[0]), (When::After, &pair[1])] {
                    let (whole, told) = (parts.value(when), reading.value);
                    let near = whole.zip(told).map_or(whole == told, |(one, other)| (one - other).abs() < 1e-5);
                    assert!(near, "seed {seed}, {id}, {}: {whole:?} and {told:?}", reading.period.start);
                }
                let sum: f64 = parts.movers().iter().map(|mover| mover.contribution).sum();
                let moved = pair[1].value.unwrap_or(0.0) - pair[0].value.unwrap_or(0.0);
                let comparable = pair.iter().all(|reading| reading.value.is_some());
                assert!(!comparable || (sum - moved).abs() < 1e-5, "seed {seed}, {id}: {sum} and {moved}");
            }
        }
    }
    Ok(())
}

#[test]
fn twelfths_of_a_year_s_price_add_up_before_they_are_rounded() -> Result<()> {
    let company = Company::of(0)?;
    company.engine.run("delete from told_versions", &[])?;
    for number in 0..2 {
        let sql = format!(
            "insert into told_versions values ('billing', 's{number}', 'customer-{number}', 'active', \
             '2026-01-01 00:00:00+00', null, null, null, null, 'year', {}, {}, 0, null, 41666667)",
            i64::MIN,
            i64::MAX
        );
        company.engine.run(&sql, &[])?;
    }
    company.engine.run(EXACT, &[])?;
    company.engine.run("update subscription_versions set exact_mrr = 41.666666666667", &[])?;
    company.prepare()?;
    let last = company.measure("mrr", &Question::default())?.readings.pop().expect("a month");
    assert_eq!(last.value, Some(83.333_333));
    Ok(())
}

#[test]
fn parts_of_a_breakdown_add_up_to_the_whole() -> Result<()> {
    let company = Company::of(7)?;
    let by_tier = Question { by: vec!["tier".into()], ..Question::default() };
    let (whole, parts) = (company.measure("mrr", &Question::default())?, company.measure("mrr", &by_tier)?);
    for one in &whole.readings {
        let sum: f64 =
            parts.readings.iter().filter(|part| part.period == one.period).filter_map(|part| part.value).sum();
        assert!((sum - one.value.unwrap_or(0.0)).abs() < 1e-6, "{}", one.period.start);
    }
    Ok(())
}

#[test]
fn a_renewal_counts_from_its_month_on_and_an_undecided_one_is_open() -> Result<()> {
    let company = Company::of(0)?;
    let series = company.measure("renewals", &Question::default())?;
    let told: Vec<_> = series
        .readings
        .iter()
        .map(|reading| {
            let share = reading.share.expect("a rate has counts");
            (reading.period.start.month(), share.counted, share.eligible, reading.rest[0].1.clone(), reading.settled)
        })
        .collect();
    let row = |month, won, decided, open, settled| (month, won, decided, Datum::Count(open), settled);
    assert_eq!(told, [row(3, 1, 1, 0, true), row(4, 1, 2, 0, true), row(5, 1, 2, 0, true), row(6, 0, 1, 1, false)]);
    Ok(())
}
