//! What becomes of a batch's rows: which stand, which the lake has, which it gives up; all asked in SQL.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;

use super::names;
use super::part::ASIDE;
use super::publish::{Changes, MANY_FILES};
use super::spool::Spool;
use super::{contract, zone};
use crate::engine::Engine;
use crate::lake::tables::{
    CONTENTS, CUSTOMER_EVIDENCE, EVENTS, FILES, IDS_ACCOUNTS, IDS_MEMBERS, IDS_USERS, LINKS, MEMBERS, RELEASES,
    SET_ASIDE, SNAPSHOTS, STATEMENTS, Table, USER_DOMAINS,
};
use crate::lake::{DataFile, Lake, Vector};
use crate::model::column::{Type, Value};

/// So many rows, in order already, are worth a file of their own rather than the sorting of their month.
const WORTH_A_FILE: i64 = 100_000;

/// The relations that a batch fills, besides those of its rows.
const RELATIONS: &[(&str, &[(&str, Type)])] = &[
    ("incoming_aside", ASIDE),
    ("incoming_events", EVENT),
    ("incoming_readings", READING),
    ("batch_whos", names::WHOS),
    ("batch_event_names", names::EVENT_NAMES),
    ("incoming_links", &[("anonymous_id", Type::Text), ("user_id", Type::Text), ("file_no", Type::Int)]),
    ("incoming_domains", names::DOMAINS),
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
    (
        "numbered_whos",
        &[("who", Type::Int), ("user_no", Type::Int), ("account_no", Type::Int), ("member_no", Type::Int)],
    ),
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
    ("table_files", &[("file_no", Type::Int)]),
    ("promised", contract::PROMISED),
    ("contract_terms", contract::TERMS),
    ("day_pieces", zone::PIECES),
];

/// A month's events, numbered; the events of all months have their names instead (`spool`).
const EVENT: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("month_no", Type::Int),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("event_id", Type::Text),
    ("event", Type::Int),
    ("event_name", Type::Text),
    ("occurred_at", Type::Moment),
    ("local_day", Type::Day),
    ("who", Type::Int),
    ("properties", Type::Text),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
];
/// A month's readings, numbered.
const READING: &[(&str, Type)] = &[
    ("row_no", Type::Long),
    ("month_no", Type::Int),
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("account_id", Type::Text),
    ("observed_at", Type::Moment),
    ("local_day", Type::Day),
    ("gauge", Type::Text),
    ("value", Type::Double),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
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
    made(changes.engine, "numbered_whos", "whos_in_numbers")?;
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

/// Settles events or readings month by month, and writes the months they touch. `all_months`: rows of files read again
/// are looked for everywhere, not only in the months that gain rows.
///
/// # Errors
/// If the engine refuses.
pub(super) fn monthly(
    changes: &mut Changes<'_>,
    which: Monthly,
    spool: &Spool<'_>,
    source: &str,
    all_months: bool,
) -> Result<Settled> {
    // What each month makes views of stands as empty tables until then.
    changes.engine.run("drop table if exists incoming_keys; drop table if exists lake_keys", &[])?;
    let present = changes.present(which.table())?;
    let mut months: BTreeSet<i32> = spool.months().collect();
    if all_months {
        months.extend(present.iter().filter_map(|file| file.month.as_deref()?.replace('-', "").parse::<i32>().ok()));
    }
    let mut settled = Settled::default();
    for number in months {
        let month = Month { which, source, number, name: format!("{:04}-{:02}", number / 100, number % 100) };
        let files: Vec<_> =
            present.iter().filter(|file| file.month.as_deref() == Some(month.name.as_str())).cloned().collect();
        if month.settle(changes, spool, files, &mut settled)? {
            settled.months.push(month.name);
        }
    }
    Ok(settled)
}

/// A month that a batch may touch.
struct Month<'a> {
    which: Monthly,
    source: &'a str,
    number: i32,
    name: String,
}

impl Month<'_> {
    /// Settles the month, and says whether it changed.
    fn settle(
        &self,
        changes: &mut Changes<'_>,
        spool: &Spool<'_>,
        files: Vec<DataFile>,
        settled: &mut Settled,
    ) -> Result<bool> {
        let engine = changes.engine;
        spool.show(self.number)?;
        attach(changes.lake, engine, &changes.vector, self.which.table(), Some(std::slice::from_ref(&self.name)))?;
        let [incoming, keys, owners, ..] = self.which.words();
        for (view, function) in [("incoming_keys", incoming), ("lake_keys", keys)] {
            engine.run(&format!("create or replace temp view {view} as select * from {function}()"), &[])?;
        }
        made(engine, "fallen", "fallen_rows")?;
        made(engine, "met", "met_rows")?;
        made(engine, "lake_owners", owners)?;
        count(engine, self.which, settled)?;
        let frame = engine.query("select * from batch_months()", &[])?;
        let changed = frame.rows() > 0;
        if changed {
            let lost = frame.count("lost", 0) > 0;
            let runs = self.runs(spool);
            if lost || (files.len() + runs.len() > MANY_FILES && frame.count("gained", 0) > 0) {
                self.write_anew(changes)?;
                changes.remove(self.which.table(), files);
            } else {
                self.write_runs(changes, &runs)?;
            }
        }
        spool.drop_month(self.number)?;
        Ok(changed)
    }

    /// The runs that become a file each: rows from, rows until, and how they are to be ordered. Events stand in order within
    /// their runs; where those are short, and for readings, the engine sorts the month.
    fn runs(&self, spool: &Spool<'_>) -> Vec<(i64, i64, &'static str)> {
        let runs = spool.runs(self.number);
        let rows = runs.last().map_or(0, |run| run.end);
        let many = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        match self.which {
            Monthly::Events if many == 1 || rows / many.max(1) >= WORTH_A_FILE => {
                runs.iter().map(|run| (run.start, run.end, "")).collect()
            }
            Monthly::Events | Monthly::Readings => vec![(0, rows, self.which.words()[5])],
        }
    }

    fn write_runs(&self, changes: &mut Changes<'_>, runs: &[(i64, i64, &'static str)]) -> Result<()> {
        let [.., new, _, _] = self.which.words();
        for (from, until, order) in runs {
            let order = if order.is_empty() { String::new() } else { format!(" order by {order}") };
            let rows = [self.source.into(), Value::Long(*from), Value::Long(*until)];
            changes.add(
                self.which.table(),
                Some(&self.name),
                &format!("select * from {new}(?, ?, ?){order}"),
                &rows,
            )?;
        }
        Ok(())
    }

    /// Writes the month's old rows and new ones together.
    fn write_anew(&self, changes: &mut Changes<'_>) -> Result<()> {
        let [.., new, kept, order] = self.which.words();
        let sql = format!(
            "select * from (select * from {new}(?, 0, {}) union all select * from {kept}(?, ?, ?)) order by {order}",
            i64::MAX
        );
        let number = Value::Long(i64::from(self.number));
        let of_month = [self.source.into(), self.source.into(), self.name.as_str().into(), number];
        changes.add(self.which.table(), Some(&self.name), &sql, &of_month).map(|_| ())
    }
}

/// Adds what became of the month's rows to what is known of the others.
fn count(engine: &dyn Engine, which: Monthly, settled: &mut Settled) -> Result<()> {
    let by_row = matches!(which, Monthly::Readings);
    let frame = engine.query("select * from file_counts(?)", &[Value::Bool(by_row)])?;
    for row in 0..frame.rows() {
        let fate = settled.fates.entry(number(&frame, row)).or_default();
        fate.accepted += frame.count("accepted", row);
        fate.own += frame.count("own", row);
    }
    let frame = engine.query("select * from displaced_rows()", &[])?;
    for row in 0..frame.rows() {
        *settled.lost.entry(number(&frame, row)).or_default() += frame.count("lost", row);
    }
    let frame = engine.query("select * from vanished_rows()", &[])?;
    for row in 0..frame.rows() {
        *settled.vanished.entry(number(&frame, row)).or_default() += frame.count("vanished", row);
    }
    let sql = "select (select count(*) from fallen where differs) + (select count(*) from met where differs) as n";
    let differing = engine.query(sql, &[])?.count("n", 0);
    if differing > 0 {
        settled.differing += differing;
        let of_month = first(engine, "select * from differing_rows()")?;
        settled.first_differing = settled.first_differing.into_iter().chain(of_month).min();
    }
    Ok(())
}

/// The first of some rows, by file and position.
fn first(engine: &dyn Engine, rows: &str) -> Result<Option<(i32, u64)>> {
    let frame = engine.query(&format!("select * from ({rows}) as told order by file_no, position limit 1"), &[])?;
    Ok((frame.rows() > 0).then(|| (number(&frame, 0), frame.count("position", 0))))
}

fn number(frame: &crate::engine::Frame, row: usize) -> i32 {
    frame.long("file_no", row).and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
}

/// Records of a batch that share an id with another and tell something else.
const DIFFERING_RECORDS: &str = "select fate.file_no, told.position from statement_fate as fate \
    inner join incoming_statements as told on told.row_no = fate.row_no where fate.differs \
    union all select file_no, seq >> 22 from release_fate where differs and row_no is not null \
    union all select file_no, seq >> 22 from evidence_fate where differs and row_no is not null";

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
    if settled.differing > 0 {
        settled.first_differing = first(engine, DIFFERING_RECORDS)?;
    }
    let frame = engine.query("select * from records_absent() where absent > 0 order by record_kind", &[])?;
    for row in 0..frame.rows() {
        let Some((kind, day)) = frame.text("record_kind", row).zip(frame.day("day", row)) else { continue };
        let (records, absent) = (frame.count("records", row), frame.count("absent", row));
        settled.absent.push(Absent { kind, day, records, absent });
    }
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
