//! Statements, releases and evidence.

use anyhow::Result;

use super::super::publish::Changes;
use super::{Absent, Fate, Settled, first, made, number, rows};
use crate::engine::Engine;
use crate::lake::tables::{CONTENTS, CUSTOMER_EVIDENCE, RELEASES, STATEMENTS};
use crate::model::column::Value;

/// Records of a batch that share an id with another and tell something else.
const DIFFERING_RECORDS: &str = "select fate.file_no, told.position from statement_fate as fate \
    inner join incoming_statements as told on told.row_no = fate.row_no where fate.differs \
    union all select file_no, seq >> 22 from release_fate where differs and row_no is not null \
    union all select file_no, seq >> 22 from evidence_fate where differs and row_no is not null";

/// Settles statements, releases, evidence and what stands beside events.
///
/// # Errors
/// If the engine refuses.
pub(in super::super) fn records(changes: &mut Changes<'_>, source: &str) -> Result<Settled> {
    let engine = changes.engine;
    let name = [Value::from(source)];
    for (kept, function, fate, fates) in [
        ("kept_statements", "statements_kept", "statement_fate", "statement_fates"),
        ("kept_releases", "releases_kept", "release_fate", "release_fates"),
        ("kept_evidence", "evidence_kept", "evidence_fate", "evidence_fates"),
    ] {
        engine.run(&format!("create or replace table {kept} as select * from {function}(?)"), &name)?;
        made(engine, fate, fates)?;
    }
    let settled = count(engine)?;
    for (table, incoming, sql) in [
        (
            &STATEMENTS,
            "incoming_statements",
            "select * from statements_after(?) order by source, record_kind, record_id, day, path",
        ),
        (&RELEASES, "incoming_releases", "select * from releases_after(?) order by source, released_on, release_id"),
        (
            &CUSTOMER_EVIDENCE,
            "incoming_evidence",
            "select * from evidence_after(?) order by source, noted_on, evidence_id, seq",
        ),
    ] {
        if rows(engine, incoming)? + rows(engine, "again")? > 0 {
            changes.replace(table, sql, &name)?;
        }
    }
    if rows(engine, "incoming_statements")? > 0 {
        changes.add(
            &CONTENTS,
            None,
            "select * from new_contents(?) order by record_kind, record_id, content_hash",
            &name,
        )?;
    }
    Ok(settled)
}

/// What became of the batch's records.
fn count(engine: &dyn Engine) -> Result<Settled> {
    let mut settled = Settled::default();
    for sql in [
        "select file_no, count(*) filter (where entered) as accepted, count(*) filter (where own) as own \
         from statement_fate group by file_no",
        "select file_no, count(*) filter (where stands and not own) as accepted, \
         count(*) filter (where stands and own) as own from release_fate where row_no is not null group by file_no",
        "select file_no, count(*) filter (where stands and not own) as accepted, \
         count(*) filter (where stands and own) as own from evidence_fate where row_no is not null group by file_no",
        "select file_no, 0 as accepted, stood as own from members_stood()",
    ] {
        let frame = engine.query(sql, &[])?;
        for row in 0..frame.rows() {
            let fate = Fate { accepted: frame.count("accepted", row), own: frame.count("own", row) };
            settled.fates.insert(number(&frame, row), fate);
        }
    }
    let frame = engine.query("select * from vanished_records()", &[])?;
    for row in 0..frame.rows() {
        settled.vanished.insert(number(&frame, row), frame.count("vanished", row));
    }
    let sql = "select (select count(*) from statement_fate where differs) + (select count(*) from release_fate where differs) \
        + (select count(*) from evidence_fate where differs) as n";
    settled.differing = engine.query(sql, &[])?.count("n", 0);
    if settled.differing > 0 {
        settled.first_differing = first(engine, DIFFERING_RECORDS)?;
    }
    let frame = engine.query("select * from records_absent() where absent > 0 order by record_kind", &[])?;
    for row in 0..frame.rows() {
        let Some((kind, day)) = frame.text("record_kind", row).zip(frame.day("day", row)) else { continue };
        let (records, absent) = (frame.count("records", row), frame.count("absent", row));
        settled.absent.push(Absent { kind, day, records, absent });
    }
    Ok(settled)
}
