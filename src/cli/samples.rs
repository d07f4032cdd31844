//! A few of the rows behind a figure, so that a person can hold them against what they know.

use anyhow::Result;
use jiff::Timestamp;
use polars::prelude::{Column, DataFrame, DataType};

use super::{output, redact};
use crate::engine::{Engine, Frame};
use crate::measure;
use crate::model::column::Value;
use crate::model::metric::{Actor, BusinessKind, Criterion, Metric, Traction, TractionKind};
use crate::model::period::Period;
use crate::plan::Plan;
use crate::run::session::Session;

/// The units of the answer, as the kind made them: who was counted, and with what.
const UNITS: &str = "select ids.id as {name}, units.* exclude (period, actor, part_1, part_2, part_3, part_4, assumed) \
    from units left join {ids} as ids on ids.no = units.actor order by all limit 5";

/// The newest uses of its signals.
const HITS: &str = "select signals.id as signal, accounts.id as account_id, users.id as user_id, hits.ts_us as occurred_us \
    from hits inner join signals on signals.signal = hits.signal \
    left join lake_ids_accounts as accounts on accounts.no = hits.account \
    left join lake_ids_users as users on users.no = hits.usr \
    where list_contains(string_split(?, chr(31)), signals.id) and hits.local_day >= ? and hits.local_day < ? \
    order by hits.ts_us desc, hits.seq desc, signals.id limit 5";

/// The newest readings of its gauges.
const READINGS: &str = "select gauge_readings.gauge, accounts.id as account_id, gauge_readings.ts_us as observed_us, \
    gauge_readings.value from gauge_readings \
    left join lake_ids_accounts as accounts on accounts.no = gauge_readings.account \
    where list_contains(string_split(?, chr(31)), gauge_readings.gauge) \
    and gauge_readings.local_day >= ? and gauge_readings.local_day < ? \
    order by gauge_readings.ts_us desc, gauge_readings.gauge, accounts.id limit 5";

/// Who pays most at the end of the period.
const PAYING: &str = "select customer_mrr.customer_id, accounts.id as account_id, customer_mrr.company_id, \
    customer_mrr.mrr_micros::double / 1000000 as mrr from customer_mrr \
    left join lake_ids_accounts as accounts on accounts.no = customer_mrr.account \
    where customer_mrr.from_us <= ? and customer_mrr.to_us > ? \
    order by customer_mrr.mrr_micros desc, customer_mrr.customer_id limit 5";

/// The newest renewals due by the end of the period.
const RENEWALS: &str = "select renewals.renewal_id, accounts.id as account_id, renewals.company_id, renewals.due_on, \
    renewals.state, renewals.amount_micros::double / 1000000 as amount from renewals \
    left join lake_ids_accounts as accounts on accounts.no = renewals.account \
    where renewals.due_on < ? order by renewals.due_on desc, renewals.renewal_id limit 5";

/// Rows behind the figure of a period; `units` must be that figure's own. `hidden` is the workspace whose names are to be
/// hidden, if they are.
pub(super) fn samples(
    session: &Session,
    plan: &Plan,
    metric: &Metric,
    period: Option<Period>,
    hidden: Option<&str>,
) -> Result<String> {
    let Some(period) = period else { return Ok(String::new()) };
    let tables = match metric {
        Metric::Traction(traction) => of_traction(session, traction, period)?,
        Metric::Business(business) => vec![of_business(session, plan, &business.kind, period)?],
    };
    let mut text = String::new();
    for (title, frame) in tables.into_iter().filter(|(_, frame)| frame.rows() > 0) {
        let frame = moments(&frame.0)?;
        let frame = hidden.map_or(Ok(frame.clone()), |workspace| redact::redacted(&frame, workspace))?;
        text += &format!("\n## {title}\n\n{}", output::aligned(&frame, usize::MAX));
    }
    Ok(text)
}

/// A few rows, and what they are.
type Sample = (&'static str, Frame);

fn of_traction(session: &Session, traction: &Traction, period: Period) -> Result<Vec<Sample>> {
    let engine = &session.engine;
    let mut tables = Vec::new();
    // A funnel is followed in Rust, and leaves no relation of those it counted.
    if !matches!(traction.kind, TractionKind::Funnel(_)) {
        let (name, ids) = match traction.actor {
            Actor::Account => ("account_id", "lake_ids_accounts"),
            Actor::User => ("user_id", "lake_ids_users"),
        };
        let units = UNITS.replace("{name}", name).replace("{ids}", ids);
        tables.push(("Some of those it is about", engine.query(&units, &[])?));
    }
    let behind = |query: &str, names: &[&str]| {
        let names = Value::Text(names.join("\u{1f}"));
        engine.query(query, &[names, period.start.into(), period.end.into()])
    };
    let signals: Vec<_> = measure::kinds::signals(&traction.kind).into_iter().map(|signal| signal.as_str()).collect();
    tables.push(("The newest events behind it", behind(HITS, &signals)?));
    tables.push(("The newest readings behind it", behind(READINGS, &gauges(traction))?));
    Ok(tables)
}

fn of_business(session: &Session, plan: &Plan, kind: &BusinessKind, period: Period) -> Result<Sample> {
    let engine = &session.engine;
    match kind {
        BusinessKind::RenewalRate { .. } => {
            Ok(("The newest renewals due by then", engine.query(RENEWALS, &[period.end.into()])?))
        }
        BusinessKind::Mrr | BusinessKind::MrrMovements | BusinessKind::NetRevenueRetention { .. } => {
            let end_us = plan.workspace.calendar.start_us(period.end).min(session.scope().as_of_end_us) - 1;
            Ok(("Who paid most at its end", engine.query(PAYING, &[end_us.into(), end_us.into()])?))
        }
    }
}

/// How many rows a business metric is made from.
pub(super) fn business_rows(session: &Session) -> Result<Vec<(&'static str, u64)>> {
    let count = |table: &str| -> Result<u64> {
        Ok(session.engine.query(&format!("select count(*) as n from {table}"), &[])?.count("n", 0))
    };
    Ok(vec![
        ("versions of subscriptions", count("subscription_versions")?),
        ("stretches of one MRR", count("customer_mrr")?),
        ("renewals", count("renewals")?),
    ])
}

/// The gauges a metric reads by name.
fn gauges(traction: &Traction) -> Vec<&str> {
    match &traction.kind {
        TractionKind::Gauge(gauge) => vec![gauge.gauge.as_str()],
        TractionKind::Activation(activation) => {
            let named = activation.reach.needed().1.iter().filter_map(|criterion| match criterion {
                Criterion::Gauge { gauge, .. } => Some(gauge.as_str()),
                Criterion::Signal { .. } => None,
            });
            named.collect()
        }
        TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Retention(_) | TractionKind::Funnel(_) => {
            Vec::new()
        }
    }
}

/// The same, with each `…_us` told as a moment.
fn moments(frame: &DataFrame) -> Result<DataFrame> {
    let told = |column: &Column| -> Column {
        let Some(name) = column.name().strip_suffix("_us").filter(|_| *column.dtype() == DataType::Int64) else {
            return column.clone();
        };
        let moment = |row: usize| {
            let us = column.get(row).ok()?.extract::<i64>()?;
            Some(Timestamp::from_microsecond(us).ok()?.to_string())
        };
        output::texts(&format!("{name}_at"), (0..column.len()).map(moment))
    };
    Ok(DataFrame::new(frame.height(), frame.columns().iter().map(told).collect())?)
}
