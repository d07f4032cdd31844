//! The plan's signals over facts and events: `signals`, `signal_parts`, `raw_hits`, and from them `hits`, `week_parts`, `firsts`.

use anyhow::Result;

use super::facts::{anchor, is_kept};
use super::make::{load, table, view};
use super::selection::{self, quoted};
use super::{Window, account_tests};
use crate::engine::Engine;
use crate::model::column::{Type, Value};
use crate::model::ids::SignalId;
use crate::plan::{Matches, Moment, Plan, Signal};

/// The id of the reserved signal: any event.
pub(super) const ANY: &str = "any";

/// The plan's signals in their places, and `any` after them where the plan does not have it.
pub(super) fn signals(plan: &Plan) -> Vec<Signal> {
    let mut signals = plan.signals.clone();
    if !signals.iter().any(|signal| signal.id.as_str() == ANY) {
        signals.push(Signal {
            id: SignalId::new(ANY),
            matches: Matches::AnyEvent,
            filter: None,
            account_filter: None,
            first_time: false,
            distinct: None,
            at_least: 1,
            per: None,
        });
    }
    signals
}

/// Makes `signals`, and the views over facts that do not depend on any account.
pub(super) fn views(engine: &dyn Engine, plan: &Plan, signals: &[Signal], kept: &[String]) -> Result<()> {
    let rows: Vec<Vec<Value>> =
        signals.iter().zip(0_i64..).map(|(signal, place)| vec![place.into(), signal.id.as_str().into()]).collect();
    engine.relation("signals", &[("signal", Type::Int), ("id", Type::Text)], &rows)?;
    let parts: Vec<_> = signals.iter().enumerate().map(|(place, signal)| parts(plan, place, signal)).collect();
    engine.run(&format!("create or replace view signal_parts as {}", parts.join(" union all ")), &[])?;
    let hits: Vec<_> = signals.iter().enumerate().map(|(place, signal)| hits(place, signal, kept)).collect();
    let none = "select 0 as signal, null::integer as user_no, null::integer as account_no, null::bigint as ts_us, \
                null::bigint as seq, null::date as local_day, null::varchar as source, null::varchar as value, \
                null::varchar as kept_1, null::varchar as kept_2, null::varchar as kept_3, null::varchar as kept_4 where false";
    let hits = if hits.is_empty() { none.to_owned() } else { hits.join(" union all ") };
    engine.run(&format!("create or replace view raw_hits as {hits}"), &[])
}

/// Makes `every_hit`, `every_part` and `every_first`: signals by person and account, tests on accounts left aside.
pub(super) fn every(engine: &dyn Engine, window: &Window) -> Result<()> {
    let Window { as_of, as_of_end_us, first_day } = window;
    view(engine, "every_hit", "hits.sql", &format!("all_hits(date '{as_of}', date '{first_day}')"))?;
    view(engine, "every_part", "week_parts.sql", &format!("week_parts(date '{as_of}', date '{first_day}')"))?;
    view(engine, "every_first", "firsts.sql", &format!("firsts({as_of_end_us}, date '{first_day}')"))
}

/// Makes `hits`, `week_parts` and `firsts`. Where there are few rows they are kept, so that many questions read them fast;
/// else each question reads the facts it needs.
pub(super) fn relations(engine: &dyn Engine, signals: &[Signal], few: bool) -> Result<()> {
    let tested: Vec<_> = (0..signals.len()).filter(|place| signals[*place].account_filter.is_some()).collect();
    if tested.is_empty() {
        for (name, from) in [("hits", "every_hit"), ("week_parts", "every_part"), ("firsts", "every_first")] {
            keep(engine, name, from, few)?;
        }
        return Ok(());
    }
    let list = tested.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let columns = "signal, usr, account, ts_us, seq, local_day, tie_us, value, kept_1, kept_2, kept_3, kept_4";
    let held = format!(
        "select every_hit.{} from every_hit inner join eligible_spans \
         on eligible_spans.test = '{}' || every_hit.signal and eligible_spans.account = every_hit.account \
         and eligible_spans.from_us <= every_hit.ts_us and eligible_spans.to_us > every_hit.ts_us \
         where every_hit.signal in ({list})",
        columns.replace(", ", ", every_hit."),
        account_tests::SIGNAL
    );
    engine.run(&format!("create or replace table tested_hits as {held}"), &[])?;
    load(engine, "tested.sql")?;
    let rest = |from: &str| format!("(select * from {from} where signal not in ({list}))");
    keep(
        engine,
        "hits",
        &format!("(select {columns} from {} union all select {columns} from tested_hits)", rest("every_hit")),
        few,
    )?;
    keep(
        engine,
        "week_parts",
        &format!("(select * from {} union all select * from tested_parts())", rest("every_part")),
        few,
    )?;
    keep(
        engine,
        "firsts",
        &format!("(select * from {} union all select * from tested_firsts())", rest("every_first")),
        few,
    )
}

/// Offers a relation, kept or computed when read. Under one name it is always a view, so that it can be made again.
fn keep(engine: &dyn Engine, name: &str, from: &str, few: bool) -> Result<()> {
    if !few {
        return engine.run(&format!("create or replace view {name} as select * from {from} as told"), &[]);
    }
    engine.run(&format!("create or replace table kept_{name} as select * from {from} as told"), &[])?;
    engine.run(&format!("create or replace view {name} as select * from kept_{name}"), &[])
}

/// Makes `gauge_days` and `gauge_readings`, `event_weeks` and `signal_weeks`.
pub(super) fn gauges(engine: &dyn Engine, window: &Window) -> Result<()> {
    let bounds = format!("date '{}', date '{}'", window.as_of, window.first_day);
    table(engine, "gauge_days", "gauge_days.sql", &format!("gauge_days({bounds})"))?;
    view(engine, "gauge_readings", "gauge_readings.sql", &format!("gauge_readings({bounds})"))
}

/// Makes `event_weeks` and `signal_weeks`; week 0 holds the first telemetry day.
pub(super) fn weeks(engine: &dyn Engine, plan: &Plan, window: &Window) -> Result<()> {
    let week = plan.workspace.calendar.period(crate::model::period::Unit::Week, window.first_day).start;
    let bounds = format!("date '{}', date '{}', date '{week}'", window.as_of, window.first_day);
    view(engine, "event_weeks", "event_weeks.sql", &format!("event_weeks({bounds})"))?;
    view(engine, "signal_weeks", "signal_weeks.sql", &format!("signal_weeks(date '{week}')"))
}

/// One signal's facts, as `signal_parts` unites them.
fn parts(plan: &Plan, place: usize, signal: &Signal) -> String {
    let columns = "user_no, account_no, month_start, week_start, day_0, day_1, day_2, day_3, day_4, day_5, day_6, first_us, first_seq";
    match &signal.matches {
        Matches::Gauge(gauge) => gauge_parts(plan, place, signal, gauge),
        Matches::Events(_) | Matches::AnyEvent if signal.filter.is_some() || signal.distinct.is_some() => {
            format!("select {place} as signal, {columns} from fact_parts_{place}")
        }
        Matches::Events(names) => {
            format!(
                "select {place} as signal, {columns} from fact_events where event_name in ({})",
                selection::name_list(names)
            )
        }
        Matches::AnyEvent => format!("select {place} as signal, {columns} from fact_any"),
    }
}

/// A gauge signal happens once per account and day, at the day's last reading, if that passes (R0.11).
fn gauge_parts(plan: &Plan, place: usize, signal: &Signal, gauge: &str) -> String {
    let day = format!("date_diff('day', date '{}', local_day) % 7", anchor(plan));
    let days: Vec<_> = (0..7).map(|at| format!("cast({day} = {at} as integer) as day_{at}")).collect();
    format!(
        "select {place} as signal, null::integer as user_no, account as account_no, \
         cast(date_trunc('month', local_day) as date) as month_start, local_day - cast({day} as integer) as week_start, {}, \
         ts_us as first_us, seq as first_seq from gauge_days where {}",
        days.join(", "),
        gauge_test(signal, gauge)
    )
}

fn gauge_test(signal: &Signal, gauge: &str) -> String {
    let test = signal.filter.as_ref().map_or("true".to_owned(), |filter| selection::test(filter, &selection::Reading));
    format!("gauge = {} and coalesce({test}, false)", quoted(gauge))
}

/// One signal's matches, as `raw_hits` unites them. With properties to keep they come from the events, else from facts.
fn hits(place: usize, signal: &Signal, kept: &[String]) -> String {
    let none = "cast(null as varchar)";
    let nothing_kept: Vec<_> = (1..=4).map(|at| format!("{none} as kept_{at}")).collect();
    match &signal.matches {
        Matches::Gauge(gauge) => format!(
            "select {place} as signal, null::integer as user_no, account as account_no, ts_us, seq, local_day, source, \
             {none} as value, {} from gauge_days where {}",
            nothing_kept.join(", "),
            gauge_test(signal, gauge)
        ),
        Matches::Events(_) | Matches::AnyEvent if kept.is_empty() && is_kept(signal) => format!(
            "select {place} as signal, user_no, account_no, ts_us, seq, local_day, source, value, {} from fact_hits_{place}",
            nothing_kept.join(", ")
        ),
        Matches::Events(_) | Matches::AnyEvent => {
            let value = signal.distinct.as_ref().map_or(none.to_owned(), |name| selection::property_text(name));
            let kept: Vec<_> = (0..4)
                .map(|at| kept.get(at).map_or(none.to_owned(), |name| selection::property_text(name)))
                .zip(1..)
                .map(|(value, at)| format!("{value} as kept_{at}"))
                .collect();
            let named = match &signal.matches {
                Matches::Events(names) => format!("event_name in ({}) and ", selection::name_list(names)),
                Matches::AnyEvent | Matches::Gauge(_) => String::new(),
            };
            let test = selection::event_test(signal).expect("a signal of events has a test");
            format!(
                "select {place} as signal, user_no, account_no, epoch_us(occurred_at) as ts_us, seq, local_day, source, \
                 {value} as value, {} from lake_events where {named}{test}",
                kept.join(", ")
            )
        }
    }
}

/// When accounts began and ended, where the plan names a signal or a CRM date for it: `account_moments`.
pub(super) fn moments(engine: &dyn Engine, plan: &Plan, at_us: i64) -> Result<()> {
    let source = |moment: &Option<Moment>| -> String {
        match moment {
            None => "select null::integer as account, null::bigint as us where false".to_owned(),
            Some(Moment::Signal(id)) => format!(
                "select account, min(ts_us) as us from every_first inner join signals on signals.signal = every_first.signal \
                 where signals.id = {} and account is not null group by account",
                quoted(id.as_str())
            ),
            Some(Moment::Crm(label)) => format!(
                "select account_companies.account, min(coalesce(zone_days.start_us, \
                 epoch_us(cast(told.day as timestamp)))) as us from account_companies \
                 inner join (select company_id, try_cast(left(json_extract_string(fields, {}), 10) as date) as day \
                 from companies where from_us <= {at_us} and to_us > {at_us}) as told \
                 on told.company_id = account_companies.company_id \
                 left join zone_days on zone_days.local_day = told.day where told.day is not null \
                 group by account_companies.account",
                quoted(&selection::pointer(label))
            ),
        }
    };
    let (created, ended) = (source(&plan.workspace.created), source(&plan.workspace.ended));
    engine.run(
        &format!(
            "create or replace table account_moments as \
             select coalesce(began.account, finished.account) as account, began.us as created_us, finished.us as ended_us \
             from ({created}) as began full join ({ended}) as finished on finished.account = began.account"
        ),
        &[],
    )
}
