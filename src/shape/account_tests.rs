//! Tests of accounts over all time: the stretches in which an account passes, as `eligible_spans` (test, account, from, to).
//!
//! A test's name is its text as the plan writes it; of a link `link:<place>`, of a signal's `where_account` `signal:<place>`.

use std::cell::RefCell;

use anyhow::{Result, anyhow};

use super::selection::{self, Attributes, pointer, quoted};
use super::{BEGIN_US, END_US};
use crate::engine::Engine;
use crate::model::column::Type;
use crate::model::metric::{Metric, TractionKind};
use crate::plan::filter::{self, Filter, Name};
use crate::plan::{Plan, Signal};

/// What the name of a signal's own test begins with.
pub(super) const SIGNAL: &str = "signal:";
/// What the name of a link's test begins with.
pub(super) const LINK: &str = "link:";

/// Makes `eligible_spans` for every test on accounts that the plan makes.
pub(super) fn spans(engine: &dyn Engine, plan: &Plan, signals: &[Signal]) -> Result<()> {
    let columns = [("test", Type::Text), ("account", Type::Int), ("from_us", Type::Long), ("to_us", Type::Long)];
    engine.relation("eligible_spans", &columns, &[])?;
    let mut tests: Vec<(String, Filter)> = Vec::new();
    for (place, signal) in signals.iter().enumerate() {
        tests.extend(signal.account_filter.iter().map(|filter| (format!("{SIGNAL}{place}"), filter.clone())));
    }
    for (place, link) in plan.links.iter().enumerate() {
        tests.extend(link.eligible.iter().map(|filter| (format!("{LINK}{place}"), filter.clone())));
    }
    for metric in &plan.metrics {
        let Metric::Traction(traction) = metric else { continue };
        if let TractionKind::Adoption(adoption) = &traction.kind
            && let Some(text) = &adoption.eligible
            && !tests.iter().any(|(name, _)| name == text)
        {
            let parsed = filter::parse_account(text).map_err(|error| anyhow!("`{text}` is no test: {error:?}"))?;
            tests.push((text.clone(), parsed));
        }
    }
    for (name, filter) in &tests {
        engine.run(&statement(name, filter, plan, signals), &[])?;
    }
    Ok(())
}

/// The statement that adds the spans of one test: at each instant at which anything it asks of may change, it is asked anew.
fn statement(test: &str, filter: &Filter, plan: &Plan, signals: &[Signal]) -> String {
    let atoms: RefCell<Vec<String>> = RefCell::new(Vec::new());
    let atom = |source: String| -> usize {
        let mut atoms = atoms.borrow_mut();
        match atoms.iter().position(|known| *known == source) {
            Some(place) => place,
            None => {
                atoms.push(source);
                atoms.len() - 1
            }
        }
    };
    let column = |name: &Name| format!("atom_{}.value", atom(values(name)));
    let done = |name: &Name| {
        let place = atom(first_done(name, plan, signals));
        format!("(atom_{place}.value is not null)")
    };
    let passes = selection::test(filter, &Attributes { column: &column, done: &done });
    let atoms = atoms.into_inner();
    let points: String =
        atoms.iter().map(|atom| format!(" union select account, from_us as us from ({atom}) as told")).collect();
    let ends: String = atoms
        .iter()
        .map(|atom| format!(" union select account, to_us as us from ({atom}) as told where to_us < {END_US}"))
        .collect();
    let joins: String = atoms
        .iter()
        .enumerate()
        .map(|(place, atom)| {
            format!(
                " left join ({atom}) as atom_{place} on atom_{place}.account = pieces.account \
                 and atom_{place}.from_us <= pieces.from_us and atom_{place}.to_us >= pieces.to_us"
            )
        })
        .collect();
    format!(
        "insert into eligible_spans \
         with points as (select account, cast({BEGIN_US} as bigint) as us from accounts{points}{ends}), \
         pieces as (select account, us as from_us, lead(us, 1, cast({END_US} as bigint)) \
         over (partition by account order by us) as to_us from points) \
         select {} as test, pieces.account, pieces.from_us, pieces.to_us from pieces{joins} where coalesce({passes}, false)",
        quoted(test)
    )
}

/// The stretches of a segment's or a CRM label's values: `account, value, from_us, to_us`.
fn values(name: &Name) -> String {
    match name {
        Name::Plain(segment) => {
            format!("select account, value, from_us, to_us from attributes where segment = {}", quoted(segment))
        }
        Name::Crm(label) => format!(
            "select accounts.account, nullif(json_extract_string(companies.fields, {}), '') as value, \
             companies.from_us, companies.to_us from accounts \
             inner join companies on companies.company_id = accounts.company_id",
            quoted(&pointer(label))
        ),
    }
}

/// The stretch from the instant at which a signal has happened: its n-th match, or n-th different value (R0.11).
fn first_done(name: &Name, _: &Plan, signals: &[Signal]) -> String {
    let (Name::Plain(id) | Name::Crm(id)) = name;
    let place = signals.iter().position(|signal| signal.id.as_str() == id);
    let Some((place, signal)) = place.map(|place| (place, &signals[place])) else {
        return format!("select 0 as account, '' as value, {BEGIN_US} as from_us, {END_US} as to_us where false");
    };
    let needed = signal.at_least.max(1);
    let from = match (&signal.distinct, needed) {
        (None, 1) => format!(
            "select account, min(ts_us) as from_us from every_first where signal = {place} and account is not null group by account"
        ),
        (None, _) => format!(
            "select account, ts_us as from_us from (select account, ts_us, row_number() over (partition by account \
             order by ts_us, seq) as place from every_hit where signal = {place} and account is not null) as told \
             where place = {needed}"
        ),
        (Some(_), _) => format!(
            "select account, ts_us as from_us from (select account, ts_us, row_number() over (partition by account \
             order by ts_us) as place from (select account, value, min(ts_us) as ts_us from every_hit \
             where signal = {place} and account is not null and value is not null group by account, value) as firsts) as told \
             where place = {needed}"
        ),
    };
    format!("select account, 'done' as value, from_us, cast({END_US} as bigint) as to_us from ({from}) as reached")
}
