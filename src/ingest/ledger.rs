//! What `files` knows: read at the beginning of a batch, written at its end (lake.md 11).

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;

use super::found::{Facts, Known, Verdicts};
use crate::engine::{Engine, Frame};
use crate::lake::tables::FILES;
use crate::model::column::Value;

/// Every file that was read, by source and path.
#[derive(Debug, Default, Clone)]
pub(super) struct Ledger {
    pub(super) files: BTreeMap<(String, String), Known>,
}

impl Ledger {
    /// Reads `lake_files`.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn read(engine: &dyn Engine) -> Result<Self> {
        let frame = engine
            .query("select * replace (cast(day as varchar) as day) from lake_files order by source, path", &[])?;
        let known = (0..frame.rows()).map(|row| known(&frame, row));
        Ok(Self { files: known.map(|known| ((known.source.clone(), known.path.clone()), known)).collect() })
    }

    /// The files of a source, by path.
    pub(super) fn of(&self, source: &str) -> BTreeMap<String, Known> {
        let own = self.files.values().filter(|known| known.source == source);
        own.map(|known| (known.path.clone(), known.clone())).collect()
    }

    pub(super) fn next_file(&self) -> i32 {
        self.files.values().map(|known| known.file_no).max().unwrap_or(0) + 1
    }

    pub(super) fn next_batch(&self) -> i64 {
        self.files.values().map(|known| known.batch).max().unwrap_or(0) + 1
    }

    /// The zone in which some file's days were cut, if it is another one.
    pub(super) fn other_zone(&self, zone: &str) -> Option<String> {
        self.files.values().filter_map(Known::zone).find(|cut| *cut != zone).map(str::to_owned)
    }

    /// Notes that all days were cut anew in a zone, with the days that the rows of each file have now.
    pub(super) fn cut_in(&mut self, zone: &str, days: &BTreeMap<i32, (Date, Date)>) {
        for known in self.files.values_mut().filter(|known| known.zone().is_some()) {
            known.verdicts.0.insert("zone".into(), zone.into());
            if let Some((first, last)) = days.get(&known.file_no) {
                (known.first_day, known.last_day) = (Some(*first), Some(*last));
            }
        }
    }

    /// Makes the relation `files_after`, in the order of the table's columns.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn relation(&self, engine: &dyn Engine) -> Result<()> {
        let rows: Vec<_> = self.files.values().map(row).collect();
        engine.relation("files_after", FILES.columns, &rows)
    }
}

fn known(frame: &Frame, row: usize) -> Known {
    let text = |column| frame.text(column, row).unwrap_or_default();
    let long = |column| frame.long(column, row).unwrap_or(0);
    Known {
        source: text("source"),
        path: text("path"),
        file_no: i32::try_from(long("file_no")).unwrap_or(0),
        facts: Facts {
            length: frame.count("length", row),
            modified_us: long("modified_us"),
            edges: text("edges_hash"),
            hash: text("hash"),
        },
        declaration: text("declaration_hash"),
        day: frame.text("day", row).and_then(|day| day.parse().ok()),
        read: frame.count("read", row),
        accepted: frame.count("accepted", row),
        duplicate: frame.count("duplicate", row),
        set_aside: frame.count("set_aside", row),
        reasons: serde_json::from_str(&text("reasons")).unwrap_or_default(),
        verdicts: Verdicts(serde_json::from_str(&text("verdicts")).unwrap_or_default()),
        first_day: frame.day("first_day", row),
        last_day: frame.day("last_day", row),
        batch: long("batch"),
    }
}

fn row(known: &Known) -> Vec<Value> {
    let count = |count: u64| Value::Long(i64::try_from(count).unwrap_or(i64::MAX));
    vec![
        known.source.as_str().into(),
        known.path.as_str().into(),
        known.file_no.into(),
        count(known.facts.length),
        known.facts.modified_us.into(),
        known.facts.edges.as_str().into(),
        known.facts.hash.as_str().into(),
        known.declaration.as_str().into(),
        known.day.into(),
        count(known.read),
        count(known.accepted),
        count(known.duplicate),
        count(known.set_aside),
        serde_json::to_string(&known.reasons).unwrap_or_default().into(),
        serde_json::Value::Object(known.verdicts.0.clone()).to_string().into(),
        known.first_day.into(),
        known.last_day.into(),
        known.batch.into(),
    ]
}
