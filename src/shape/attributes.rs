//! What an account is at an instant: its segments over time, and the tests of accounts that the plan makes.

use anyhow::{Context, Result};

use super::make::{load, table};
use super::selection::{self, pointer, quoted};
use super::{BEGIN_US, END_US, Window};
use crate::engine::Engine;
use crate::model::column::{Type, Value};
use crate::plan::{Plan, Segment, SegmentFrom, SideFiles};

/// Makes `attributes`; returns, per segment, the values that its map does not name.
pub(super) fn attributes(
    engine: &dyn Engine,
    plan: &Plan,
    window: &Window,
    side_files: &SideFiles,
) -> Result<Vec<(String, Vec<String>)>> {
    asked(engine, plan)?;
    maps(engine, plan, side_files)?;
    bands(engine, plan)?;
    engine.run(&value_hits(plan, window), &[])?;
    table(engine, "lone_companies", "lone_companies.sql", "lone_companies()")?;
    table(engine, "crm_values", "crm_values.sql", "crm_values()")?;
    let call = format!("billing_values({})", window.as_of_end_us);
    table(engine, "billing_values", "billing_values.sql", &call)?;
    load(engine, "event_values.sql")?;
    let columns = "account, segment, raw, from_us, to_us, assumed";
    engine.run(
        &format!(
            "create or replace table segment_values as select {columns} from crm_values \
             union all select {columns} from billing_values union all select {columns} from event_values({END_US})"
        ),
        &[],
    )?;
    table(engine, "attributes", "attributes.sql", &format!("attributes({BEGIN_US}, {END_US})"))?;
    unmapped(engine)
}

fn asked(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let kind = |segment: &Segment| match segment.from {
        SegmentFrom::CrmCompany => "crm",
        SegmentFrom::Billing => "billing",
        SegmentFrom::Events => "events",
    };
    let row = |segment: &Segment| {
        let field = segment.field.as_str();
        let flags = [Value::Bool(!segment.bands.is_empty()), Value::Bool(segment.map.is_some())];
        let texts = [segment.id.as_str(), kind(segment), field].map(Value::from);
        [&texts[..], &[pointer(field).into()], &flags].concat()
    };
    use Type::{Bool, Text};
    let columns =
        [("segment", Text), ("kind", Text), ("field", Text), ("pointer", Text), ("banded", Bool), ("mapped", Bool)];
    engine.relation("asked_segments", &columns, &plan.segments.iter().map(row).collect::<Vec<_>>())
}

/// The maps of segments, `value, segment` by place whatever the header says.
fn maps(engine: &dyn Engine, plan: &Plan, side_files: &SideFiles) -> Result<()> {
    let mut rows = Vec::new();
    for segment in &plan.segments {
        let Some(path) = &segment.map else { continue };
        let Some(text) = side_files.text(path)? else { continue };
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let mut known = std::collections::BTreeSet::new();
        for record in reader.records() {
            let record = record.with_context(|| format!("could not read {path}"))?;
            let (Some(raw), Some(value)) = (record.get(0), record.get(1)) else { continue };
            if !value.is_empty() && known.insert(raw.to_owned()) {
                rows.push(vec![segment.id.as_str().into(), raw.into(), value.into()]);
            }
        }
    }
    engine.relation("segment_maps", &[("segment", Type::Text), ("raw", Type::Text), ("value", Type::Text)], &rows)
}

fn bands(engine: &dyn Engine, plan: &Plan) -> Result<()> {
    let mut rows = Vec::new();
    for segment in &plan.segments {
        let bounds = || segment.bands.iter().copied();
        let lows = std::iter::once(f64::NEG_INFINITY).chain(bounds());
        let highs = bounds().chain(std::iter::once(f64::INFINITY));
        for ((name, low), high) in segment.band_names().into_iter().zip(lows).zip(highs) {
            rows.push(vec![segment.id.as_str().into(), low.into(), high.into(), name.into()]);
        }
    }
    use Type::{Double, Text};
    engine.relation("segment_bands", &[("segment", Text), ("low", Double), ("high", Double), ("name", Text)], &rows)
}

/// The events that carry a segment's property, as the relation `value_hits`.
fn value_hits(plan: &Plan, window: &Window) -> String {
    let of_events: Vec<_> = plan.segments.iter().filter(|segment| segment.from == SegmentFrom::Events).collect();
    let none = "select null::integer as account, null::varchar as segment, null::varchar as value, null::bigint as ts_us, \
                null::bigint as seq where false";
    let selects: Vec<_> = of_events
        .iter()
        .map(|segment| {
            let value = selection::property_text(&segment.field);
            format!(
                "select coalesce(lake_events.account_no, member_spans.account, domain_accounts.account) as account, \
                 {} as segment, {value} as value, epoch_us(occurred_at) as ts_us, seq from lake_events \
                 left join user_map on user_map.user_no = lake_events.user_no \
                 left join member_spans on member_spans.usr = user_map.usr \
                 and member_spans.from_us <= epoch_us(occurred_at) and member_spans.to_us > epoch_us(occurred_at) \
                 left join domain_accounts on domain_accounts.user_no = lake_events.user_no \
                 where not coalesce(user_map.ours, false) and {value} is not null \
                 and local_day <= date '{}' and local_day >= date '{}'",
                quoted(segment.id.as_str()),
                window.as_of,
                window.first_day
            )
        })
        .collect();
    let body = if selects.is_empty() { none.to_owned() } else { selects.join(" union all ") };
    format!("create or replace view value_hits as {body}")
}

/// Values that a segment's map does not name: they keep their text and are listed.
fn unmapped(engine: &dyn Engine) -> Result<Vec<(String, Vec<String>)>> {
    let frame = engine.query(
        "select distinct segment_values.segment, trim(segment_values.raw) as raw from segment_values \
         inner join asked_segments on asked_segments.segment = segment_values.segment \
         left join segment_maps on segment_maps.segment = segment_values.segment \
         and segment_maps.raw = trim(segment_values.raw) \
         where asked_segments.mapped and segment_maps.raw is null and nullif(trim(segment_values.raw), '') is not null \
         order by all",
        &[],
    )?;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for row in 0..frame.rows() {
        let (segment, raw) =
            (frame.text("segment", row).unwrap_or_default(), frame.text("raw", row).unwrap_or_default());
        match found.last_mut() {
            Some((known, values)) if *known == segment => values.push(raw),
            _ => found.push((segment, vec![raw])),
        }
    }
    Ok(found)
}
