//! What becomes of a batch's rows: which stand, which the lake has, which it gives up; asked in SQL.

mod months;
mod records;
mod relations;

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::ids::give_numbers;
use super::names::WHOS;
use super::publish::{Changes, MANY_FILES};
use super::spool;
use crate::engine::{Engine, Frame};
use crate::lake::tables::{
    CONTENTS, CUSTOMER_EVIDENCE, EVENTS, FILES, IDS_ACCOUNTS, IDS_MEMBERS, IDS_USERS, LINKS, MEMBERS, RELEASES,
    SET_ASIDE, SNAPSHOTS, STATEMENTS, Table, USER_DOMAINS,
};
use crate::lake::{Lake, Vector};
use crate::model::column::{Type, Value};

pub(super) use months::{Monthly, monthly};
pub(super) use records::records;
pub(super) use relations::{MEMBER, PIECE, RELEASE, STATEMENT};

/// Makes the batch's relations, empty, and those of the lake that are small.
///
/// # Errors
/// If the engine refuses.
pub(super) fn prepare(lake: &Lake, engine: &dyn Engine, vector: &Vector, source: &str) -> Result<()> {
    for (name, columns) in relations::RELATIONS {
        // Views of an earlier batch stand under some of these names.
        let _ = engine.run(&format!("drop view if exists {name}"), &[]);
        engine.relation(name, columns, &[])?;
    }
    for incoming in [spool::EVENTS, spool::READINGS] {
        spool::attach(engine, incoming, &[])?;
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
    /// The file and the position of the first of them.
    pub(super) first_differing: Option<(i32, u64)>,
    pub(super) absent: Vec<Absent>,
    pub(super) months: Vec<String>,
}

/// Records that the newest export of a CRM or billing source no longer names.
#[derive(Debug, Clone)]
pub(super) struct Absent {
    /// `company`, `deal` or `subscription`.
    pub(super) kind: String,
    /// The day of the export.
    pub(super) day: Date,
    /// The records that are current.
    pub(super) records: u64,
    /// How many of them it does not name.
    pub(super) absent: u64,
}

/// Numbers the ids that stand beside rows (those on rows have their numbers), and adds all that are new to the tables of ids.
///
/// # Errors
/// If the engine refuses.
pub(super) fn ids(changes: &mut Changes<'_>) -> Result<()> {
    changes.engine.relation("batch_whos", WHOS, &[])?;
    give_numbers(changes.engine)?;
    for (table, columns, fresh) in [
        (&IDS_USERS, "no, id", "fresh_users"),
        (&IDS_ACCOUNTS, "no, id", "fresh_accounts"),
        (&IDS_MEMBERS, "no, user_no, account_no", "fresh_members"),
    ] {
        changes.add(table, None, &format!("select {columns} from {fresh} order by no"), &[])?;
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

/// Makes a relation of a table function's rows, as they are now.
pub(super) fn made(engine: &dyn Engine, name: &str, function: &str) -> Result<()> {
    engine.run(&format!("create or replace table {name} as select * from {function}()"), &[])
}

/// The first of some rows, by file and position.
fn first(engine: &dyn Engine, rows: &str) -> Result<Option<(i32, u64)>> {
    let frame = engine.query(&format!("select * from ({rows}) as told order by file_no, position limit 1"), &[])?;
    Ok((frame.rows() > 0).then(|| (number(&frame, 0), frame.count("position", 0))))
}

fn number(frame: &Frame, row: usize) -> i32 {
    frame.long("file_no", row).and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
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
