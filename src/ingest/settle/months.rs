//! Events and readings, a month at a time.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::publish::{Changes, MANY_FILES, OfMonth};
use super::super::spool::{MOST_ROWS, Spool, row_no};
use super::{Settled, attach, first, made, number};
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
        let mut written = Vec::new();
        let touched = engine.query("select * from batch_months() order by month_no", &[])?;
        for row in 0..touched.rows() {
            let number = touched.long("month_no", row).and_then(|month| i32::try_from(month).ok()).unwrap_or(0);
            let month = Month { which: self.which, source: self.source, number, name: named(number) };
            let files: Vec<_> = present.iter().filter(|file| file.month.as_ref() == Some(&month.name)).collect();
            let (gains, loses) = (touched.count("gained", row) > 0, touched.count("lost", row) > 0);
            let runs = month.runs(spool);
            if loses || (gains && files.len() + runs.len() > MANY_FILES) {
                changes.remove(self.which.table(), files.into_iter().cloned());
                written.push(month.anew());
            } else {
                written.extend(runs.iter().map(|run| month.of_run(run)));
            }
            settled.months.push(month.name);
        }
        changes.add_all(self.which.table(), &written)?;
        self.months.iter().try_for_each(|month| spool.drop_month(*month))
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
    name: String,
}

impl Month<'_> {
    /// The runs that become a file each: rows from, rows until, and how they are to be ordered. Events stand in order within
    /// their runs; where those are short, and for readings, the engine sorts the month.
    fn runs(&self, spool: &Spool<'_>) -> Vec<(i64, i64, &'static str)> {
        let runs = spool.runs(self.number);
        let rows = spool.rows(self.number);
        let many = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        match self.which {
            Monthly::Events if many == 1 || rows / many.max(1) >= WORTH_A_FILE => {
                runs.iter().map(|run| (run.start, run.end, "")).collect()
            }
            Monthly::Events | Monthly::Readings => vec![(0, rows, self.which.words()[5])],
        }
    }

    /// The numbers of some of the month's rows, as queries know them.
    fn numbers(&self, from: i64, until: i64) -> [Value; 2] {
        [from, until].map(|row| Value::Long(row_no(self.number, row)))
    }

    /// A run's rows, as a file beside those that the month has.
    fn of_run(&self, (from, until, order): &(i64, i64, &'static str)) -> OfMonth {
        let [.., new, _, _] = self.which.words();
        let order = if order.is_empty() { String::new() } else { format!(" order by {order}") };
        let [from, until] = self.numbers(*from, *until);
        let sql = format!("select * from {new}(?, ?, ?){order}");
        OfMonth { month: self.name.clone(), sql, parameters: vec![self.source.into(), from, until] }
    }

    /// The month's old rows and new ones together, where rows go from it or it has too many files.
    fn anew(&self) -> OfMonth {
        let [.., new, kept, order] = self.which.words();
        let sql = format!(
            "select * from (select * from {new}(?, ?, ?) union all select * from {kept}(?, ?, ?)) order by {order}"
        );
        let [from, until] = self.numbers(0, MOST_ROWS);
        let number = Value::Long(i64::from(self.number));
        let parameters = vec![self.source.into(), from, until, self.source.into(), self.name.as_str().into(), number];
        OfMonth { month: self.name.clone(), sql, parameters }
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
