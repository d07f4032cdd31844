//! Late data: which months of events and readings a batch changed, and by how many rows.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;

use crate::engine::{DuckDb, Engine};
use crate::lake::tables::{EVENTS, SNAPSHOTS, Table};
use crate::lake::{DataFile, Lake, Vector};

/// By how many rows each of these months grew between two vectors. What a month keeps is not counted twice: only files
/// that one of the vectors lacks are read.
pub(super) fn grown(
    engine: &DuckDb,
    lake: &Lake,
    (before, after): (&Vector, &Vector),
    months: &BTreeSet<String>,
) -> Result<Vec<(String, i64)>> {
    let mut grown: BTreeMap<String, i64> = months.iter().map(|month| (month.clone(), 0)).collect();
    for table in [&EVENTS, &SNAPSHOTS] {
        let (old, new) = (lake.files_in(table, before)?, lake.files_in(table, after)?);
        for (files, others, sign) in [(&new, &old, 1), (&old, &new, -1)] {
            let is_asked = |file: &&DataFile| file.month.as_ref().is_some_and(|month| months.contains(month));
            let only: Vec<&DataFile> = files.iter().filter(is_asked).filter(|file| !others.contains(file)).collect();
            for (month, rows) in counted(engine, table, &only)? {
                *grown.entry(month).or_default() += sign * rows;
            }
        }
    }
    Ok(grown.into_iter().collect())
}

fn counted(engine: &DuckDb, table: &Table, files: &[&DataFile]) -> Result<Vec<(String, i64)>> {
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
    engine.attach("grown_rows", table.columns, Some("month"), &paths)?;
    let frame =
        engine.query("select month, count(*) as row_count from grown_rows group by month order by month", &[])?;
    let row = |row| Some((frame.text("month", row)?, frame.long("row_count", row)?));
    Ok((0..frame.rows()).filter_map(row).collect())
}

/// Of months like `2026-03` those that were over on a day: whatever came in for them came late.
pub(super) fn over_by(months: &[(String, i64)], day: Date) -> Vec<(String, i64)> {
    let running = format!("{:04}-{:02}", day.year(), day.month());
    months.iter().filter(|(month, _)| *month < running).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_month_that_still_runs_is_not_late() {
        let months = ["2025-11", "2026-06", "2026-07"].map(|month| (month.to_owned(), 1));
        assert_eq!(over_by(&months, date(2026, 6, 30)), [("2025-11".to_owned(), 1)]);
    }
}
