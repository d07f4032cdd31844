//! Renewals from wherever a plan says: terms of subscriptions equal a slow, obvious walk; a file and a label are read.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::{Date, date};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use throughline::diag::Diagnostic;
use throughline::engine::{DuckDb, Engine, Limits};
use throughline::model::period::{days_between, plus_days, plus_months};
use throughline::model::scope::Scope;
use throughline::plan::resolve::{Needs, resolve};
use throughline::plan::{Plan, SideFiles};

const PLAN: &str = r#"
[workspace]
name = "Loomworks"
timezone = "Europe/Amsterdam"
currency = "EUR"
[sources.billing]
kind = "stripe"
subscriptions = "subscriptions.csv"
[sources.crm]
kind = "hubspot"
companies = "companies.csv"
deals = "deals.csv"
"#;

const RELATIONS: &str = "
create table subscription_versions (source varchar, subscription_id varchar, customer_id varchar, status varchar,
    interval varchar, started_at timestamptz, trial_end timestamptz, canceled_at timestamptz, ended_at timestamptz,
    current_period_end timestamptz, from_us bigint, to_us bigint, known_us bigint, valid_to date, mrr_micros bigint,
    exact_mrr decimal(28, 12));
create table customers (source varchar, customer_id varchar, account integer, company_id varchar);
create table accounts (account integer, account_id varchar, company_id varchar);
create table companies (company_id varchar);
create table lone_companies (company_id varchar, account integer);
create table attributes (account integer, segment varchar, value varchar, from_us bigint, to_us bigint, assumed boolean);
create table deals (source varchar, deal_id varchar, company_id varchar, pipeline varchar, stage varchar,
    amount decimal(24, 6), closed_at timestamp, state varchar, fields varchar, valid_to date);
";

const AS_OF: Date = date(2026, 6, 17);

/// A company with these rules for renewals and these rows; the rest of its relations are empty.
struct Company {
    plan: Plan,
    engine: DuckDb,
    told: Vec<Diagnostic>,
}

impl Company {
    fn of(rules: &str, rows: &[String], file: Option<&str>) -> Result<Self> {
        let text = format!("{PLAN}\n[renewals]\n{rules}\n");
        let (plan, problems) = resolve(&text, std::path::Path::new("."), AS_OF, Needs::Metrics);
        let plan = plan.unwrap_or_else(|| panic!("the plan does not hold: {problems:#?}"));
        let engine = DuckDb::open(&Limits { threads: Some(1), ..Limits::default() })?;
        engine.run(RELATIONS, &[])?;
        for row in rows {
            engine.run(row, &[])?;
        }
        let scope = Scope {
            as_of: AS_OF,
            as_of_end_us: plan.workspace.calendar.start_us(plus_days(AS_OF, 1)),
            as_of_is_explicit: true,
            first_day: None,
            known_since: None,
            sources: Vec::new(),
            kept: Vec::new(),
        };
        let side_files = file.map(|text| ("renewals.csv".to_owned(), text.to_owned()));
        let side_files = SideFiles::Kept(side_files.into_iter().collect());
        let told = throughline::business::prepare(&engine, &plan, &scope, &side_files)?;
        Ok(Self { plan, engine, told })
    }

    /// Every renewal as `columns` of it, in order.
    fn renewals(&self, columns: &str) -> Result<Vec<String>> {
        let sql = format!("select concat_ws(' ', {columns}) as told from renewals order by renewal_id, told");
        let frame = self.engine.query(&sql, &[])?;
        Ok((0..frame.rows()).filter_map(|row| frame.text("told", row)).collect())
    }

    fn codes(&self) -> Vec<&'static str> {
        self.told.iter().map(|problem| problem.code).collect()
    }
}

/// How long a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    Months(i32),
    Days(i64),
}

impl Term {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Months(1), "month"),
        (Self::Months(3), "3 month"),
        (Self::Months(12), "year"),
        (Self::Months(24), "2 year"),
        (Self::Days(7), "week"),
        (Self::Days(91), "13 week"),
    ];

    fn is_long(self) -> bool {
        match self {
            Self::Months(months) => months >= 3,
            Self::Days(days) => days >= 90,
        }
    }

    fn end(self, from: Date, nth: i32) -> Date {
        match self {
            Self::Months(months) => plus_months(from, months * nth),
            Self::Days(days) => plus_days(from, days * i64::from(nth)),
        }
    }
}

#[derive(Debug, Clone)]
struct Subscription {
    id: String,
    customer: i32,
    term: Term,
    word: &'static str,
    starts: Date,
    ends: Option<Date>,
}

impl Subscription {
    fn any(dice: &mut ChaCha8Rng, id: String) -> Self {
        let starts = plus_days(date(2023, 1, 1), dice.random_range(0..1_250));
        let (term, word) = Term::ALL[dice.random_range(0..Term::ALL.len())];
        let lives = [10, 90, 365, 366, 730, dice.random_range(1..900)][dice.random_range(0..6)];
        let ends = dice.random_bool(0.6).then(|| plus_days(starts, lives));
        Self { id, customer: dice.random_range(0..3), term, word, starts, ends }
    }

    /// One that may continue its term: of the same customer, begun up to 35 days after it ended.
    fn after(&self, dice: &mut ChaCha8Rng) -> Option<Self> {
        let (term, word) = Term::ALL[dice.random_range(0..Term::ALL.len())];
        let starts = plus_days(self.ends?, dice.random_range(0..35));
        let ends = dice.random_bool(0.5).then(|| plus_days(starts, dice.random_range(1..500)));
        Some(Self { id: format!("{}n", self.id), customer: self.customer, term, word, starts, ends })
    }

    fn row(&self) -> String {
        let noon = |day: Date| format!("timestamptz '{day} 12:00:00+00'");
        let ended = self.ends.map_or("null".to_owned(), noon);
        format!(
            "insert into subscription_versions values ('billing', '{}', 'c{}', 'active', '{}', {}, null, null, {ended}, null, \
             {}, {}, 0, null, 1000000, 1)",
            self.id,
            self.customer,
            self.word,
            noon(self.starts),
            -9_000_000_000_000_000_i64,
            9_000_000_000_000_000_i64
        )
    }

    fn pays_on(&self, day: Date) -> bool {
        self.starts < day && self.ends.is_none_or(|ends| ends >= day)
    }
}

/// R7.5 by hand: subscription by subscription in the order they began, term by term.
fn expected(all: &[Subscription]) -> Vec<String> {
    let mut ordered: Vec<&Subscription> = all.iter().collect();
    ordered.sort_by(|one, other| (one.starts, &one.id).cmp(&(other.starts, &other.id)));
    let mut carried: BTreeMap<&str, Option<Date>> = BTreeMap::new();
    let mut told = Vec::new();
    for one in ordered {
        let before = all
            .iter()
            .filter(|other| other.customer == one.customer && other.id != one.id && other.starts < one.starts)
            .filter(|other| other.ends.is_some_and(|ends| (0..=30).contains(&days_between(ends, one.starts))))
            .max_by(|one, other| (one.ends, one.starts, &other.id).cmp(&(other.ends, other.starts, &one.id)));
        let anchor = before.and_then(|before| carried[before.id.as_str()]).unwrap_or(one.starts);
        let until = one.ends.unwrap_or(plus_days(AS_OF, 1)).min(plus_days(AS_OF, 1));
        let mut nth = 0;
        while one.term.is_long() && one.term.end(anchor, nth) < until {
            nth += 1;
            let due = one.term.end(anchor, nth);
            let judged = plus_days(due, 30);
            let pays = all.iter().any(|other| other.customer == one.customer && other.pays_on(judged));
            let state = if judged > AS_OF {
                "open"
            } else if pays {
                "won"
            } else {
                "lost"
            };
            told.push(format!("{} {due} {state}", one.id));
        }
        let running = |ends: Date| (0..).map(|nth| one.term.end(anchor, nth)).find(|end| *end >= ends);
        let goes_on = match one.ends {
            Some(ends) if one.term.is_long() => running(ends),
            Some(ends) => Some(anchor).filter(|anchor| *anchor > ends),
            None => None,
        };
        carried.insert(&one.id, goes_on);
    }
    told.sort();
    told
}

#[test]
fn terms_of_subscriptions_are_renewals_as_the_obvious_walk_tells_them() -> Result<()> {
    for seed in 0..20 {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut all: Vec<Subscription> =
            (0..dice.random_range(1..7)).map(|number| Subscription::any(&mut dice, format!("s{number}"))).collect();
        let next: Vec<Subscription> = all.iter().filter_map(|one| one.after(&mut dice)).collect();
        all.extend(next);
        let customers =
            (0..3).map(|number| format!("insert into customers values ('billing', 'c{number}', null, null)"));
        let rows: Vec<String> = customers.chain(all.iter().map(Subscription::row)).collect();
        let company = Company::of("from = \"billing\"", &rows, None)?;
        let mut told = company.renewals("split_part(renewal_id, ':', 2), due_on, state")?;
        told.sort();
        assert_eq!(told, expected(&all), "seed {seed}: {all:#?}");
    }
    Ok(())
}

#[test]
fn the_whole_company_decides_a_renewal_that_links_are_tested_on() -> Result<()> {
    let rows = [
        "insert into accounts values (1, 't1', 'co')",
        "insert into customers values ('billing', 'c0', 1, 'co'), ('billing', 'c1', null, 'co')",
    ]
    .map(str::to_owned)
    .into_iter();
    let annual = |customer, starts, ends| Subscription {
        id: format!("s{customer}"),
        customer,
        term: Term::Months(12),
        word: "year",
        starts,
        ends,
    };
    let all = [annual(0, date(2025, 1, 10), Some(date(2026, 1, 10))), annual(1, date(2025, 6, 1), None)];
    let company =
        Company::of("from = \"billing\"", &rows.chain(all.iter().map(Subscription::row)).collect::<Vec<_>>(), None)?;
    assert_eq!(
        company.renewals("unit, account, due_on, state, unit_state, term_months, amount_micros")?,
        [
            "co 1 2026-01-10 lost won 12 12000000",
            "co 1 2026-06-01 open open 12 12000000",
            "co 1 2027-06-01 open open 12 12000000"
        ]
    );
    Ok(())
}

#[test]
fn a_file_tells_renewals_by_account_or_company_and_what_it_cannot_say_is_counted() -> Result<()> {
    let file = "\u{feff}account;due_on;state;amount\nt1;2026-03-31;Signed;1200.50\nco2;2026-04-01;lost;\n\
                t9;2026-04-02;won;5\nt1;soon;won;\nt1;2026-05-01;maybe;\nt2;2026-07-01;open;7\n";
    let rows = [
        "insert into accounts values (1, 't1', 'co1'), (2, 't2', null)".to_owned(),
        "insert into companies values ('co1'), ('co2')".to_owned(),
    ];
    let company = Company::of("from = \"renewals.csv\"\nwon = [\"Signed\"]", &rows, Some(file))?;
    assert_eq!(
        company.renewals("unit, due_on, state, amount_micros")?,
        ["co1 2026-03-31 won 1200500000", "co2 2026-04-01 lost", "t2 2026-07-01 open 7000000"]
    );
    assert_eq!(company.codes(), ["renewals-unreadable", "renewals-unmatched"]);
    assert!(company.told[0].what.starts_with("2 rows of `renewals.csv`"), "{:?}", company.told[0]);
    assert!(company.told[1].what.starts_with("1 of 4 renewals"), "{:?}", company.told[1]);
    let none = Company::of("from = \"renewals.csv\"", &[], None)?;
    assert_eq!((none.renewals("unit")?, none.codes()), (Vec::new(), vec!["renewals-not-opened"]));
    Ok(())
}

#[test]
fn the_label_that_the_plan_names_is_the_day_a_renewal_is_due() -> Result<()> {
    let deal = |id: &str, fields: &str| {
        format!(
            "insert into deals values ('crm', '{id}', null, 'Renewals', 'Closed won', 10, '2026-05-20 10:00:00', 'open', \
             '{fields}', null)"
        )
    };
    let rows = [deal("a", r#"{"Renewal date": "2026-03-31 00:00"}"#), deal("b", r#"{"Renewal date": ""}"#)];
    let company = Company::of("due = \"Renewal date\"", &rows, None)?;
    assert_eq!(company.renewals("unit, due_on, state")?, ["a 2026-03-31 won", "b 2026-05-20 won"]);
    assert_eq!(company.codes(), ["renewals-without-due"]);
    let zone = &company.plan.workspace.calendar;
    let due = company.engine.query("select due_us from renewals where unit = 'a'", &[])?;
    assert_eq!(due.long("due_us", 0), Some(zone.start_us(date(2026, 3, 31))), "the day begins where the company is");
    Ok(())
}
