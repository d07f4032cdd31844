//! Another reporting zone than the lake was written with: days and months are cut anew from the stored UTC times, as one
//! batch before any other (lake.md 14).

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;

use super::ledger::Ledger;
use super::publish::Changes;
use super::{Progress, settle};
use crate::engine::Engine;
use crate::lake::tables::{EVENTS, FILES, SNAPSHOTS, Table};
use crate::lake::{Lake, Vector};
use crate::model::column::{Type, Value};
use crate::model::period::{Calendar, plus_days, plus_months};
use crate::plan::Plan;

const UTC_DAY_US: i64 = 86_400_000_000;
/// What the batch is called in the lake's log, where others name their source.
const TRANSACTION: &str = "timezone";

/// The relation of the days of a zone, cut at the midnights of UTC.
pub(super) const PIECES: &[(&str, Type)] = &[
    ("utc_day", Type::Long),
    ("from_us", Type::Long),
    ("to_us", Type::Long),
    ("local_day", Type::Day),
    ("month", Type::Text),
];

/// What was cut anew.
pub(super) struct Recut {
    /// The zone that the lake was written with.
    pub(super) before: String,
    pub(super) rows: u64,
    pub(super) months: BTreeSet<String>,
}

/// A table by month, the time of its rows, and what tells them anew, in which order.
const CUT: [(&Table, &str, &str, &str); 2] = [
    (&EVENTS, "occurred_at", "recut_events", "event_name, occurred_at, seq"),
    (&SNAPSHOTS, "observed_at", "recut_readings", "gauge, account_no, observed_at, seq"),
];

/// Cuts days and months anew, if the lake was written with another zone than the plan has; says what it did.
///
/// # Errors
/// If the engine refuses or a commit fails: the lake is then as it was.
pub(super) fn recut(
    plan: &Plan,
    lake: &Lake,
    engine: &dyn Engine,
    (ledger, vector): (&mut Ledger, &mut Vector),
    on: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Recut>> {
    let zone = plan.workspace.timezone.as_str();
    let Some(before) = ledger.other_zone(zone) else { return Ok(None) };
    let batch = ledger.next_batch();
    let mut changes = Changes::new(lake, engine, vector.clone(), batch);
    let mut recut = Recut { before, rows: 0, months: BTreeSet::new() };
    let mut days = BTreeMap::new();
    for cut in CUT {
        table(&mut changes, &plan.workspace.calendar, cut, &mut recut, &mut days)?;
    }
    ledger.cut_in(zone, &days);
    ledger.relation(engine)?;
    changes.replace(&FILES, "select * from files_after order by source, path", &[])?;
    *vector = changes.commit((TRANSACTION.to_owned(), batch), on)?;
    Ok(Some(recut))
}

/// Writes one table's months anew. A row moves by a day at most, so a month is made of itself and its neighbours.
fn table(
    changes: &mut Changes<'_>,
    calendar: &Calendar,
    (table, moment, function, order): (&Table, &str, &str, &str),
    recut: &mut Recut,
    days: &mut BTreeMap<i32, (Date, Date)>,
) -> Result<()> {
    let (lake, engine) = (changes.lake, changes.engine);
    settle::attach(lake, engine, &changes.vector, table, None)?;
    let ends = engine.query(
        &format!(
            "select epoch_us(min({moment})) as first_us, epoch_us(max({moment})) as last_us from lake_{}",
            table.name
        ),
        &[],
    )?;
    let Some((first_us, last_us)) = ends.long("first_us", 0).zip(ends.long("last_us", 0)) else { return Ok(()) };
    engine.relation("day_pieces", PIECES, &pieces(calendar, first_us, last_us))?;
    let told = engine.query(
        &format!(
            "select month, file_no, count(*) as row_count, min(local_day) as first_day, max(local_day) as last_day \
             from {function}() group by month, file_no order by month, file_no"
        ),
        &[],
    )?;
    let mut months = BTreeSet::new();
    for row in 0..told.rows() {
        months.extend(told.text("month", row));
        recut.rows += told.count("row_count", row);
        let file = told.long("file_no", row).and_then(|number| i32::try_from(number).ok());
        if let (Some(file), Some(first), Some(last)) = (file, told.day("first_day", row), told.day("last_day", row)) {
            let known = days.entry(file).or_insert((first, last));
            *known = (known.0.min(first), known.1.max(last));
        }
    }
    let present = changes.present(table)?;
    for month in &months {
        settle::attach(lake, engine, &changes.vector, table, Some(&around(month)))?;
        let sql = format!("select * exclude (month) from {function}() where month = ? order by {order}");
        changes.add(table, Some(month), &sql, &[month.as_str().into()])?;
    }
    changes.remove(table, present);
    recut.months.extend(months);
    Ok(())
}

/// A month with the one before and the one after it.
fn around(month: &str) -> Vec<String> {
    let first: Option<Date> = format!("{month}-01").parse().ok();
    first.iter().flat_map(|first| [-1, 0, 1].map(|step| month_of(plus_months(*first, step)))).collect()
}

fn month_of(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The days of a zone that hold what happened from one moment to another, each cut at the midnights of UTC.
fn pieces(calendar: &Calendar, first_us: i64, last_us: i64) -> Vec<Vec<Value>> {
    let (mut day, last) = (calendar.day(first_us), calendar.day(last_us));
    let mut pieces = Vec::new();
    while day <= last {
        let (mut from, end) = (calendar.start_us(day), calendar.start_us(plus_days(day, 1)));
        while from < end {
            let utc_day = from.div_euclid(UTC_DAY_US);
            let to = end.min((utc_day + 1) * UTC_DAY_US);
            pieces.push(vec![utc_day.into(), from.into(), to.into(), day.into(), month_of(day).into()]);
            from = to;
        }
        day = plus_days(day, 1);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_pieces_of_days_cover_time_without_a_gap_and_lie_within_a_day_of_utc() {
        for zone in ["Europe/Amsterdam", "America/Los_Angeles", "Pacific/Kiritimati", "UTC"] {
            let zone = TimeZone::get(zone).unwrap();
            let calendar = Calendar { zone, week_starts: Weekday::Monday, fiscal_year_starts: 1 };
            let (first, last) = (calendar.start_us(date(2026, 3, 1)), calendar.start_us(date(2026, 11, 2)));
            let pieces = pieces(&calendar, first, last);
            let number = |piece: &Vec<Value>, at: usize| match piece[at] {
                Value::Long(number) => number,
                _ => panic!("a number"),
            };
            assert_eq!(number(&pieces[0], 1), first);
            for pair in pieces.windows(2) {
                assert_eq!(number(&pair[0], 2), number(&pair[1], 1));
            }
            for piece in &pieces {
                let (from, to) = (number(piece, 1), number(piece, 2));
                assert_eq!(
                    (from.div_euclid(UTC_DAY_US), (to - 1).div_euclid(UTC_DAY_US)),
                    (number(piece, 0), number(piece, 0))
                );
                assert_eq!(Value::from(calendar.day(from)), piece[3]);
            }
        }
    }

    #[test]
    fn a_month_is_made_of_itself_and_its_neighbours() {
        assert_eq!(around("2026-01"), ["2025-12", "2026-01", "2026-02"]);
    }
}
