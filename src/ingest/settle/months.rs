//! Events and readings, a month at a time.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::super::publish::{Changes, MANY_FILES};
use super::super::spool::{Run, Spool};
use super::relations::RUNS;
use super::{Settled, attach, first, made, number, rows};
use crate::engine::Engine;
use crate::lake::DataFile;
use crate::lake::tables::{EVENTS, SNAPSHOTS, Table};
use crate::model::column::Value;

/// So many rows, in order already, are worth a file of their own rather than the sorting of their month.
const WORTH_A_FILE: i64 = 100_000;

/// So many incoming rows, and so many months, are settled together.
const TOGETHER: i64 = 2_000_000;
const MONTHS_TOGETHER: usize = 36;

/// Which of the two tables by month a batch fills.
#[derive(Clone, Copy)]
pub(in super::super) enum Monthly {
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

/// Settles events or readings month by month, and writes the months they touch. `all_months`: rows of files read again
/// are looked for everywhere, not only in the months that gain rows.
///
/// # Errors
/// If the engine refuses.
pub(in super::super) fn monthly(
    changes: &mut Changes<'_>,
    which: Monthly,
    spool: &mut Spool<'_>,
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
    for group in groups(&months, spool) {
        Group { which, source, months: group }.settle(changes, spool, &present, &mut settled)?;
    }
    Ok(settled)
}

/// Months that are settled together: each question to the engine has its price, so small months share them.
fn groups(months: &BTreeSet<i32>, spool: &Spool<'_>) -> Vec<Vec<i32>> {
    let (mut groups, mut rows): (Vec<Vec<i32>>, i64) = (Vec::new(), 0);
    for month in months {
        rows += spool.rows(*month);
        match groups.last_mut().filter(|group| rows <= TOGETHER && group.len() < MONTHS_TOGETHER) {
            Some(group) => group.push(*month),
            None => {
                rows = spool.rows(*month);
                groups.push(vec![*month]);
            }
        }
    }
    groups
}

/// Months that a batch may touch, settled together.
struct Group<'a> {
    which: Monthly,
    source: &'a str,
    months: Vec<i32>,
}

impl Group<'_> {
    /// Settles the months, and writes those that change.
    fn settle(
        &self,
        changes: &mut Changes<'_>,
        spool: &mut Spool<'_>,
        present: &[DataFile],
        settled: &mut Settled,
    ) -> Result<()> {
        let engine = changes.engine;
        spool.show(&self.months)?;
        let names: Vec<String> = self.months.iter().map(|month| named(*month)).collect();
        attach(changes.lake, engine, &changes.vector, self.which.table(), Some(&names))?;
        let [incoming, keys, owners, ..] = self.which.words();
        for (view, function) in [("incoming_keys", incoming), ("lake_keys", keys)] {
            engine.run(&format!("create or replace view {view} as select * from {function}()"), &[])?;
        }
        made(engine, "fallen", "fallen_rows")?;
        made(engine, "met", "met_rows")?;
        made(engine, "lake_owners", owners)?;
        count(engine, self.which, settled)?;
        let lost = self.lost(engine, spool)?;
        let touched = engine.query("select * from batch_months() order by month_no", &[])?;
        for row in 0..touched.rows() {
            let number = touched.long("month_no", row).and_then(|month| i32::try_from(month).ok()).unwrap_or(0);
            let of_lake = |file: &&DataFile| file.month.as_deref() == Some(&*named(number));
            let files = present.iter().filter(of_lake).cloned().collect();
            let month = Month { which: self.which, source: self.source, number, spool, lost: &lost, files };
            month.write(changes, touched.count("gained", row) > 0, touched.count("lost", row) > 0)?;
            settled.months.push(named(number));
        }
        self.months.iter().try_for_each(|month| spool.drop_month(*month))
    }

    /// How many rows each run loses, by its first.
    fn lost(&self, engine: &dyn Engine, spool: &Spool<'_>) -> Result<BTreeMap<i64, i64>> {
        let runs = self.months.iter().flat_map(|month| spool.runs(*month));
        let runs: Vec<_> = runs.map(|run| vec![run.first.into(), (run.first + run.rows).into()]).collect();
        engine.relation("batch_runs", RUNS, &runs)?;
        let frame = engine.query("select * from lost_rows()", &[])?;
        Ok((0..frame.rows()).filter_map(|row| frame.long("first_row", row).zip(frame.long("lost", row))).collect())
    }
}

fn named(month: i32) -> String {
    format!("{:04}-{:02}", month / 100, month % 100)
}

/// A month that a batch touches.
struct Month<'a> {
    which: Monthly,
    source: &'a str,
    number: i32,
    spool: &'a Spool<'a>,
    /// How many rows each run loses, by its first.
    lost: &'a BTreeMap<i64, i64>,
    /// The files that it has.
    files: Vec<DataFile>,
}

impl Month<'_> {
    /// Writes what the month gains, as files beside those that it has; where rows go from it, or those are too many, the old
    /// rows and the new ones together.
    fn write(&self, changes: &mut Changes<'_>, gains: bool, loses: bool) -> Result<()> {
        let runs: Vec<&Run> = self.spool.runs(self.number).iter().filter(|run| self.left(run) > 0).collect();
        let rows: i64 = runs.iter().map(|run| self.left(run)).sum();
        let short = runs.len() > 1 && rows / i64::try_from(runs.len())? < WORTH_A_FILE;
        let many = self.files.len() + if short { 1 } else { runs.len() } > MANY_FILES;
        if loses || (gains && many) {
            changes.remove(self.which.table(), self.files.iter().cloned());
            return self.anew(changes);
        }
        if short {
            return self.rewritten(changes, &runs);
        }
        runs.iter().try_for_each(|run| match self.left(run) == run.rows {
            true => changes.take(self.which.table(), &named(self.number), &run.path),
            false => self.rewritten(changes, &[run]),
        })
    }

    /// How many rows are left of a run.
    fn left(&self, run: &Run) -> i64 {
        run.rows - self.lost.get(&run.first).copied().unwrap_or(0)
    }

    /// Writes what is left of some runs as a file.
    fn rewritten(&self, changes: &mut Changes<'_>, runs: &[&Run]) -> Result<()> {
        let [.., new, _, order] = self.which.words();
        self.spool.view(runs.iter().copied())?;
        let sql = format!("select * from {new}() order by {order}");
        changes.add(self.which.table(), Some(&named(self.number)), &sql, &[]).map(|_| ())
    }

    /// Writes the month's old rows and new ones together.
    fn anew(&self, changes: &mut Changes<'_>) -> Result<()> {
        let [.., new, kept, order] = self.which.words();
        self.spool.view(self.spool.runs(self.number).iter())?;
        let (name, number) = (named(self.number), Value::Long(i64::from(self.number)));
        let sql =
            format!("select * from (select * from {new}() union all select * from {kept}(?, ?, ?)) order by {order}");
        let parameters = [self.source.into(), name.as_str().into(), number];
        changes.add(self.which.table(), Some(&name), &sql, &parameters).map(|_| ())
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
    // The engine would look at every row, also where no file is read again.
    if rows(engine, "again")? > 0 {
        let frame = engine.query("select * from vanished_rows()", &[])?;
        for row in 0..frame.rows() {
            *settled.vanished.entry(number(&frame, row)).or_default() += frame.count("vanished", row);
        }
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
