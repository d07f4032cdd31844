//! The other side: what an analyst would write in DuckDB, one query per metric.

use std::path::Path;

use anyhow::Result;
use throughline::engine::{DuckDb, Engine, Limits};

const ACTIVE: &str = include_str!("active.sql");
const ACTIVATION: &str = include_str!("activation.sql");
const ADOPTION: &str = include_str!("adoption.sql");
const FUNNEL: &str = include_str!("funnel.sql");
const GAUGE: &str = include_str!("gauge.sql");
const RETENTION: &str = include_str!("retention.sql");

/// A value of a metric in a period, or at a step or k.
#[derive(Debug)]
pub(crate) struct Row {
    /// The step or k; 0 for kinds without.
    pub(crate) place: i64,
    /// The period's first day; empty for a whole range.
    pub(crate) period_start: String,
    /// The value.
    pub(crate) value: Option<f64>,
}

impl Row {
    /// Whether both say the same, but for the last digits of a quotient.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        let same_value = match (self.value, other.value) {
            (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.place == other.place && self.period_start == other.period_start && same_value
    }
}

/// Every traction metric of the sample's plan, by its id.
pub(crate) fn queries() -> Vec<(&'static str, String)> {
    let deployed = "event = 'pipeline.deployed' and stage = 'production' and result = 'ok'";
    let adoption = |test: &str, at_least| filled(ADOPTION, &[("test", test), ("at_least", at_least)]);
    let active = |actor, test| filled(ACTIVE, &[("actor", actor), ("test", test)]);
    let gauge = |gauge, period, value| filled(GAUGE, &[("gauge", gauge), ("period", period), ("value", value)]);
    let activation = |days, reached: &str| filled(ACTIVATION, &[("days", days), ("reached", reached)]);
    let production =
        format!("count(*) filter (where event = 'pipeline.created') > 0 and count(*) filter (where {deployed}) > 0");
    let sites = "count(distinct site_id) filter (where event = 'remote_instance.connected') >= 2";
    vec![
        ("production-habit", adoption(deployed, "2")),
        ("production-activation", activation("60", &production)),
        ("set-up-funnel", FUNNEL.to_owned()),
        ("weekly-users", active("distinct_id", "true")),
        ("weekly-return", RETENTION.to_owned()),
        ("snapshot-habit", adoption("event = 'snapshot.created'", "1")),
        ("ha-teams", gauge("ha_instances", "month", "avg((reading >= 1)::int)")),
        ("second-site-activation", activation("120", sites)),
        ("remote-fleet", adoption("event = 'remote_instance.connected'", "1")),
        ("broker-adopted", adoption("event = 'broker.topic_created'", "1")),
        ("broker-clients", gauge("broker_clients", "week", "avg(reading)")),
        ("dashboards-weekly", active("account", "event = 'dashboard.viewed'")),
        ("access-governed", adoption("event = 'role.assigned'", "1")),
        ("members-invited", adoption("event = 'member.invited'", "1")),
    ]
}

fn filled(text: &str, places: &[(&str, &str)]) -> String {
    places.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The product's events as one Parquet file: no checks, no accounting, each row as often as it was exported.
pub(crate) fn ingest(root: &Path, parquet: &Path) -> Result<()> {
    let columns =
        "{uuid: 'VARCHAR', event: 'VARCHAR', timestamp: 'TIMESTAMP', distinct_id: 'VARCHAR', properties: 'JSON'}";
    let sql = format!(
        "select uuid, event, \"timestamp\", distinct_id, properties,
             properties ->> '$.\"$groups\".team' as account, properties ->> '$.stage' as stage,
             properties ->> '$.result' as result, properties ->> '$.site_id' as site_id
         from read_json('{}', format = 'newline_delimited', ignore_errors = true, columns = {columns})",
        root.join("exports/posthog/*.jsonl.gz").display()
    );
    DuckDb::open(&Limits::default())?.write(&sql, &[], parquet).map(|_| ())
}

/// The same, each event once and up to the last day: what both sides then read.
pub(crate) fn each_once(raw: &Path, parquet: &Path) -> Result<()> {
    let sql = format!(
        "select distinct on (uuid) * from read_parquet('{}') where event is not null and \"timestamp\" < timestamp '2026-07-01'",
        raw.display()
    );
    DuckDb::open(&Limits::default())?.write(&sql, &[], parquet).map(|_| ())
}

/// One query per metric.
pub(crate) fn plan(root: &Path, parquet: &Path) -> Result<Vec<(String, Vec<Row>)>> {
    let engine = DuckDb::open(&Limits::default())?;
    engine.run(&format!("create view events as select * from read_parquet('{}')", parquet.display()), &[])?;
    let readings = format!(
        "create view readings as select * replace (taken_at::timestamp as taken_at)
         from read_csv('{}', types = {{'taken_at': 'VARCHAR'}}) where taken_at::timestamp < timestamp '2026-07-01'",
        root.join("exports/pings/*.csv.gz").display()
    );
    engine.run(&readings, &[])?;
    queries().into_iter().map(|(metric, sql)| Ok((metric.to_owned(), rows(&engine, &sql)?))).collect()
}

fn rows(engine: &DuckDb, sql: &str) -> Result<Vec<Row>> {
    let frame = engine.query(&format!("select * from ({sql}) order by place, period_start"), &[])?;
    let row = |row| Row {
        place: frame.long("place", row).unwrap_or(0),
        period_start: frame.text("period_start", row).unwrap_or_default(),
        value: frame.double("value", row),
    };
    Ok((0..frame.rows()).map(row).collect())
}
