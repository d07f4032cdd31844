//! What becomes of a batch's rows: which stand, which the lake has, which it gives up; all asked in SQL.

use std::collections::BTreeMap;

use anyhow::Result;

use super::part::ASIDE;
use super::publish::{Changes, MANY_FILES};
use super::{events, readings};
use crate::engine::Engine;
use crate::lake::tables::{
    CONTENTS, CUSTOMER_EVIDENCE, EVENTS, FILES, IDS_ACCOUNTS, IDS_MEMBERS, IDS_USERS, LINKS, MEMBERS, RELEASES,
    SET_ASIDE, SNAPSHOTS, STATEMENTS, Table, USER_DOMAINS,
};
use crate::lake::{Lake, Vector};
use crate::model::column::{Type, Value};

/// The relations that a batch fills, besides those of its rows.
const RELATIONS: &[(&str, &[(&str, Type)])] = &[
    ("incoming_aside", ASIDE),
    ("incoming_events", events::COLUMNS),
    ("incoming_readings", readings::COLUMNS),
    ("incoming_links", &[("anonymous_id", Type::Text), ("user_id", Type::Text), ("file_no", Type::Int)]),
    (
        "incoming_domains",
        &[("user_id", Type::Text), ("domain", Type::Text), ("events", Type::Long), ("file_no", Type::Int)],
    ),
    ("incoming_members", MEMBER),
    ("incoming_statements", STATEMENT),
    ("incoming_releases", RELEASE),
    ("incoming_evidence", PIECE),
    ("kept_statements", KEPT_STATEMENT),
    ("kept_releases", RELEASE),
    ("kept_evidence", PIECE),
    ("statement_fate", &[("row_no", Type::Long), ("file_no", Type::Int), ("stands", Type::Bool)]),
    ("release_fate", RELEASE_FATE),
    ("evidence_fate", PIECE_FATE),
    ("fallen", &[("row_no", Type::Long), ("differs", Type::Bool)]),
    ("met", MET),
    ("stale_files", &[("file_no", Type::Int)]),
    ("cleared", &[("file_no", Type::Int)]),
    ("again", &[("file_no", Type::Int)]),
    ("taken_back", &[("file_no", Type::Int), ("from_offset", Type::Long)]),
    ("restated", &[("file_no", Type::Int), ("day", Type::Day)]),
    ("batch_source", &[("source", Type::Text)]),
    ("batch_files", &[("file_no", Type::Int), ("path", Type::Text)]),
    ("batch_names", &[("id", Type::Text)]),
    ("numbered", &[("no", Type::Int), ("id", Type::Text)]),
    ("fresh", &[("no", Type::Int), ("id", Type::Text)]),
    ("batch_users", &[("id", Type::Text), ("no", Type::Int)]),
    ("batch_accounts", &[("id", Type::Text), ("no", Type::Int)]),
    ("batch_pairs", &[("user_no", Type::Int), ("account_no", Type::Int)]),
    ("fresh_members", &[("no", Type::Int), ("user_no", Type::Int), ("account_no", Type::Int)]),
    ("batch_members", &[("user_no", Type::Int), ("account_no", Type::Int), ("no", Type::Int)]),
    ("lake_owners", &[("month_no", Type::Int), ("file_no", Type::Int), ("row_count", Type::Long)]),
    ("incoming_keys", KEYS),
    (
        "lake_keys",
        &[
            ("month_no", Type::Int),
            ("id_hi", Type::Long),
            ("id_lo", Type::Long),
            ("content_hash", Type::Long),
            ("file_no", Type::Int),
            ("seq", Type::Long),
        ],
    ),
    ("contract_terms", &[("event_name", Type::Text), ("property", Type::Text), ("kind", Type::Text)]),
];

pub(super) const MEMBER: &[(&str, Type)] = &[
    ("user_id", Type::Text),
    ("account_id", Type::Text),
    ("from_us", Type::Long),
    ("to_us", Type::Long),
    ("file_no", Type::Int),
];
pub(super) const STATEMENT: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("position", Type::Long),
    ("record_kind", Type::Text),
    ("record_id", Type::Text),
    ("day", Type::Day),
    ("path", Type::Text),
    ("content_hash", Type::Long),
    ("gone", Type::Bool),
    ("body", Type::Text),
    ("fields", Type::Text),
];
const KEPT_STATEMENT: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("record_kind", Type::Text),
    ("record_id", Type::Text),
    ("day", Type::Day),
    ("path", Type::Text),
    ("content_hash", Type::Long),
    ("gone", Type::Bool),
];
pub(super) const RELEASE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("release_id", Type::Text),
    ("title", Type::Text),
    ("released_on", Type::Day),
    ("lane", Type::Text),
    ("outcome", Type::Text),
    ("url", Type::Text),
];
const RELEASE_FATE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("release_id", Type::Text),
    ("title", Type::Text),
    ("released_on", Type::Day),
    ("lane", Type::Text),
    ("outcome", Type::Text),
    ("url", Type::Text),
    ("stands", Type::Bool),
    ("differs", Type::Bool),
];
pub(super) const PIECE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("evidence_id", Type::Text),
    ("account", Type::Text),
    ("noted_on", Type::Day),
    ("outcome", Type::Text),
    ("kind", Type::Text),
    ("quote", Type::Text),
];
const PIECE_FATE: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("evidence_id", Type::Text),
    ("account", Type::Text),
    ("noted_on", Type::Day),
    ("outcome", Type::Text),
    ("kind", Type::Text),
    ("quote", Type::Text),
    ("stands", Type::Bool),
    ("differs", Type::Bool),
];
const MET: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("month_no", Type::Int),
    ("seq", Type::Long),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("lake_file_no", Type::Int),
    ("lake_seq", Type::Long),
    ("differs", Type::Bool),
    ("replaces", Type::Bool),
];
const KEYS: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("month_no", Type::Int),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
];

/// Makes the batch's relations, empty, and those of the lake that are small.
///
/// # Errors
/// If the engine refuses.
pub(super) fn prepare(lake: &Lake, engine: &dyn Engine, vector: &Vector, source: &str) -> Result<()> {
    for (name, columns) in RELATIONS {
        // Views of an earlier batch stand under some of these names.
        let _ = engine.run(&format!("drop view if exists {name}"), &[]);
        engine.relation(name, columns, &[])?;
    }
    engine.relation("batch_source", &[("source", Type::Text)], &[vec![source.into()]])?;
    for table in [
        &IDS_USERS,
        &IDS_ACCOUNTS,
        &IDS_MEMBERS,
        &STATEMENTS,
        &CONTENTS,
        &RELEASES,
        &CUSTOMER_EVIDENCE,
        &LINKS,
        &MEMBERS,
        &USER_DOMAINS,
        &SET_ASIDE,
        &FILES,
    ] {
        attach(lake, engine, vector, table, None)?;
    }
    attach(lake, engine, vector, &EVENTS, Some(&[]))?;
    attach(lake, engine, vector, &SNAPSHOTS, Some(&[]))
}

/// Makes `lake_<table>`, of all files or of some months.
pub(super) fn attach(
    lake: &Lake,
    engine: &dyn Engine,
    vector: &Vector,
    table: &Table,
    months: Option<&[String]>,
) -> Result<()> {
    let files = match months {
        Some([]) => Vec::new(),
        Some(_) | None => lake.files_in(table, vector)?,
    };
    let wanted =
        |month: &Option<String>| months.is_none_or(|months| month.as_ref().is_some_and(|month| months.contains(month)));
    let files: Vec<_> = files.into_iter().filter(|file| wanted(&file.month)).map(|file| file.path).collect();
    engine.attach(&format!("lake_{}", table.name), table.columns, table.monthly.then_some("month"), &files)
}

/// What a batch's rows of a file came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// Entered the lake.
    pub(super) accepted: u64,
    /// Stood there already, as this file's own.
    pub(super) own: u64,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) fates: BTreeMap<i32, Fate>,
    /// Rows that files of the lake lose to the batch.
    pub(super) lost: BTreeMap<i32, u64>,
    /// Rows that files read again no longer have.
    pub(super) vanished: BTreeMap<i32, u64>,
    pub(super) differing: u64,
    pub(super) months: Vec<String>,
}

/// Which of the two tables by month a batch fills.
#[derive(Clone, Copy)]
pub(super) enum Monthly {
    Events,
    Readings,
}

impl Monthly {
    fn table(self) -> &'static Table {
        match self {
            Self::Events => &EVENTS,
            Self::Readings => &SNAPSHOTS,
        }
    }

    /// The names of the table functions: incoming keys, lake keys, owners, new rows, kept rows, order.
    fn words(self) -> [&'static str; 6] {
        match self {
            Self::Events => [
                "incoming_event_keys",
                "event_keys",
                "event_owners",
                "new_events",
                "kept_events",
                "event_name, occurred_at, seq",
            ],
            Self::Readings => [
                "incoming_reading_keys",
                "reading_keys",
                "reading_owners",
                "new_readings",
                "kept_readings",
                "gauge, account_no, observed_at, seq",
            ],
        }
    }
}

/// Numbers the ids of a batch: `batch_users`, `batch_accounts`, `batch_members`.
///
/// # Errors
/// If the engine refuses.
pub(super) fn ids(changes: &mut Changes<'_>) -> Result<()> {
    for (table, names, into) in
        [(&IDS_USERS, "user_names", "batch_users"), (&IDS_ACCOUNTS, "account_names", "batch_accounts")]
    {
        let engine = changes.engine;
        made(engine, "batch_names", names)?;
        engine.run("drop table if exists numbered", &[])?;
        engine.run(&format!("create or replace temp view numbered as select no, id from lake_{}", table.name), &[])?;
        made(engine, "fresh", "new_ids")?;
        made(engine, into, "numbered_names")?;
        changes.add(table, None, "select no, id from fresh order by no", &[])?;
        engine.run("drop view numbered", &[])?;
    }
    made(changes.engine, "batch_pairs", "event_pairs")?;
    made(changes.engine, "fresh_members", "new_members")?;
    made(changes.engine, "batch_members", "numbered_pairs")?;
    changes.add(&IDS_MEMBERS, None, "select no, user_no, account_no from fresh_members order by no", &[])?;
    for table in [&IDS_USERS, &IDS_ACCOUNTS, &IDS_MEMBERS] {
        compact(changes, table, "no")?;
    }
    Ok(())
}

/// A table of many files becomes one of one.
fn compact(changes: &mut Changes<'_>, table: &Table, order: &str) -> Result<()> {
    let present = changes.present(table)?;
    if present.len() < MANY_FILES {
        return Ok(());
    }
    changes.add(table, None, &format!("select * from lake_{} order by {order}", table.name), &[])?;
    changes.remove(table, present);
    Ok(())
}

fn made(engine: &dyn Engine, name: &str, function: &str) -> Result<()> {
    engine.run(&format!("create or replace temp table {name} as select * from {function}()"), &[])
}

/// Settles events or readings, and writes the months they touch. `all_months`: rows of files read again are looked for
/// everywhere, not only in the months that gain rows.
///
/// # Errors
/// If the engine refuses.
pub(super) fn monthly(changes: &mut Changes<'_>, which: Monthly, source: &str, all_months: bool) -> Result<Settled> {
    let engine = changes.engine;
    let [incoming, keys, owners, ..] = which.words();
    for (view, function) in [("incoming_keys", incoming), ("lake_keys", keys)] {
        engine.run(&format!("drop table if exists {view}"), &[])?;
        engine.run(&format!("create or replace temp view {view} as select * from {function}()"), &[])?;
    }
    let touched = engine.query("select distinct month_no from incoming_keys order by month_no", &[])?;
    let months: Vec<_> = (0..touched.rows()).filter_map(|row| touched.long("month_no", row)).map(month_name).collect();
    attach(changes.lake, engine, &changes.vector, which.table(), (!all_months).then_some(&months))?;
    made(engine, "fallen", "fallen_rows")?;
    made(engine, "met", "met_rows")?;
    made(engine, "lake_owners", owners)?;
    let mut settled = counts(engine, which, all_months)?;
    let frame = engine.query("select * from batch_months() order by month_no", &[])?;
    let present = changes.present(which.table())?;
    for row in 0..frame.rows() {
        let number = frame.long("month_no", row).unwrap_or(0);
        let month = month_name(number);
        let files: Vec<_> =
            present.iter().filter(|file| file.month.as_deref() == Some(month.as_str())).cloned().collect();
        let rewrite = frame.count("lost", row) > 0 || (files.len() >= MANY_FILES && frame.count("gained", row) > 0);
        if rewrite {
            attach(changes.lake, engine, &changes.vector, which.table(), Some(std::slice::from_ref(&month)))?;
        }
        write_month(changes, which, source, (number, &month), rewrite)?;
        if rewrite {
            changes.remove(which.table(), files);
        }
        settled.months.push(month);
    }
    Ok(settled)
}

fn write_month(
    changes: &mut Changes<'_>,
    which: Monthly,
    source: &str,
    (number, month): (i64, &str),
    rewrite: bool,
) -> Result<()> {
    let [.., new, kept, order] = which.words();
    let (sql, parameters) = match rewrite {
        false => (format!("select * from {new}(?, ?) order by {order}"), vec![source.into(), Value::Long(number)]),
        true => (
            format!(
                "select * from (select * from {new}(?, ?) union all select * from {kept}(?, ?, ?)) order by {order}"
            ),
            vec![source.into(), Value::Long(number), source.into(), month.into(), Value::Long(number)],
        ),
    };
    changes.add(which.table(), Some(month), &sql, &parameters)?;
    Ok(())
}

fn counts(engine: &dyn Engine, which: Monthly, all_months: bool) -> Result<Settled> {
    let mut settled = Settled::default();
    let by_row = matches!(which, Monthly::Readings);
    let frame = engine.query("select * from file_counts(?)", &[Value::Bool(by_row)])?;
    for row in 0..frame.rows() {
        let fate = Fate { accepted: frame.count("accepted", row), own: frame.count("own", row) };
        settled.fates.insert(number(&frame, row), fate);
    }
    let frame = engine.query("select * from displaced_rows()", &[])?;
    settled.lost = (0..frame.rows()).map(|row| (number(&frame, row), frame.count("lost", row))).collect();
    if all_months {
        let frame = engine.query("select * from vanished_rows()", &[])?;
        settled.vanished = (0..frame.rows()).map(|row| (number(&frame, row), frame.count("vanished", row))).collect();
    }
    let sql = "select (select count(*) from fallen where differs) + (select count(*) from met where differs) as n";
    settled.differing = engine.query(sql, &[])?.count("n", 0);
    Ok(settled)
}

fn number(frame: &crate::engine::Frame, row: usize) -> i32 {
    frame.long("file_no", row).and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
}

fn month_name(number: i64) -> String {
    format!("{:04}-{:02}", number / 100, number % 100)
}

/// Settles statements, releases, evidence and what stands beside events.
///
/// # Errors
/// If the engine refuses.
pub(super) fn records(changes: &mut Changes<'_>, source: &str) -> Result<Settled> {
    let engine = changes.engine;
    let name = [Value::from(source)];
    for (kept, function, fate, fates) in [
        ("kept_statements", "statements_kept", "statement_fate", "statement_fates"),
        ("kept_releases", "releases_kept", "release_fate", "release_fates"),
        ("kept_evidence", "evidence_kept", "evidence_fate", "evidence_fates"),
    ] {
        engine.run(&format!("create or replace temp table {kept} as select * from {function}(?)"), &name)?;
        made(engine, fate, fates)?;
    }
    let mut settled = Settled::default();
    for sql in [
        "select file_no, count(*) filter (where entered) as accepted from statement_fate group by file_no",
        "select file_no, count(*) filter (where stands) as accepted from release_fate where row_no is not null group by file_no",
        "select file_no, count(*) filter (where stands) as accepted from evidence_fate where row_no is not null group by file_no",
    ] {
        let frame = engine.query(sql, &[])?;
        for row in 0..frame.rows() {
            let fate = Fate { accepted: frame.count("accepted", row), own: 0 };
            settled.fates.insert(number(&frame, row), fate);
        }
    }
    let sql = "select (select count(*) from statement_fate where differs) + (select count(*) from release_fate where differs) \
        + (select count(*) from evidence_fate where differs) as n";
    settled.differing = engine.query(sql, &[])?.count("n", 0);
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

/// Replaces the rows of links, memberships and mail domains of the batch's files.
///
/// # Errors
/// If the engine refuses.
pub(super) fn beside(changes: &mut Changes<'_>, source: &str) -> Result<()> {
    let name = [Value::from(source)];
    for (table, incoming, sql) in [
        (&LINKS, "incoming_links", "select * from links_after(?) order by all"),
        (&MEMBERS, "incoming_members", "select * from members_after(?) order by all"),
        (&USER_DOMAINS, "incoming_domains", "select * from domains_after(?) order by all"),
    ] {
        if rows(changes.engine, incoming)? + rows(changes.engine, "again")? > 0 {
            changes.replace(table, sql, &name)?;
        }
    }
    Ok(())
}

/// Writes the rows set aside; those of files read again are taken back.
///
/// # Errors
/// If the engine refuses.
pub(super) fn aside(changes: &mut Changes<'_>, source: &str) -> Result<()> {
    let name = [Value::from(source)];
    let taken_back = rows(changes.engine, "taken_back")? > 0 && rows(changes.engine, "lake_set_aside")? > 0;
    if taken_back || changes.present(&SET_ASIDE)?.len() >= MANY_FILES {
        changes.replace(
            &SET_ASIDE,
            "select * from aside_after(?) order by source, file, position, byte_offset",
            &name,
        )?;
    } else if rows(changes.engine, "incoming_aside")? > 0 {
        changes.add(&SET_ASIDE, None, "select * from new_aside(?) order by file, position, byte_offset", &name)?;
    }
    Ok(())
}

/// How many rows a relation has.
pub(super) fn rows(engine: &dyn Engine, relation: &str) -> Result<u64> {
    Ok(engine.query(&format!("select count(*) as n from {relation}"), &[])?.count("n", 0))
}
