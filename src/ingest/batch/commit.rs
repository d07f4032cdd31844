//! The end of a batch: put before the engine, settled, committed, and told to the ledger.

use std::collections::BTreeSet;

use anyhow::Result;

use super::super::found::Known;
use super::super::ledger::Ledger;
use super::super::publish::Changes;
use super::super::rows::Code;
use super::super::settle::{self, Monthly, Settled};
use super::super::source::Rows;
use super::super::{FileCounts, Progress};
use super::verdicts::merged;
use super::{Batch, Done};
use crate::lake::Vector;
use crate::lake::tables::FILES;
use crate::model::column::{Type, Value};
use crate::model::period::from_epoch_day;

/// What a batch that was committed came to.
pub(in super::super) struct Outcome {
    pub(in super::super) counts: Vec<FileCounts>,
    pub(in super::super) settled: Settled,
    pub(in super::super) vector: Vector,
}

impl Batch<'_> {
    /// Puts the small relations before the engine: what stands beside rows, and which files are read again.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(in super::super) fn hand_over(&mut self) -> Result<()> {
        let engine = self.around.engine;
        self.names.put_domains(engine)?;
        let rows = |taken: &mut Vec<Vec<Value>>| std::mem::take(taken);
        engine.relation(
            "incoming_links",
            &[("anonymous_id", Type::Text), ("user_id", Type::Text), ("file_no", Type::Int)],
            &rows(&mut self.links),
        )?;
        engine.relation("incoming_members", settle::MEMBER, &rows(&mut self.members))?;
        engine.relation("incoming_statements", settle::STATEMENT, &rows(&mut self.statements))?;
        engine.relation("incoming_releases", settle::RELEASE, &rows(&mut self.releases))?;
        engine.relation("incoming_evidence", settle::PIECE, &rows(&mut self.pieces))?;
        let files = |files: &BTreeSet<i32>| files.iter().map(|file| vec![Value::from(*file)]).collect::<Vec<_>>();
        engine.relation("cleared", &[("file_no", Type::Int)], &files(&self.cleared))?;
        engine.relation("again", &[("file_no", Type::Int)], &files(&self.again))?;
        let taken_back: Vec<_> = self
            .taken_back
            .iter()
            .map(|(file, offset)| vec![Value::from(*file), Value::Long(i64::try_from(*offset).unwrap_or(i64::MAX))])
            .collect();
        engine.relation("taken_back", &[("file_no", Type::Int), ("from_offset", Type::Long)], &taken_back)?;
        let restated: Vec<_> =
            self.restated.iter().map(|(file, day)| vec![Value::from(*file), Value::from(*day)]).collect();
        engine.relation("restated", &[("file_no", Type::Int), ("day", Type::Day)], &restated)?;
        let tables = self.done.iter().filter(|done| !done.header.is_empty());
        let tables: Vec<_> = tables.map(|done| vec![Value::from(done.file_no)]).collect();
        engine.relation("table_files", &[("file_no", Type::Int)], &tables)?;
        let paths: Vec<_> =
            self.done.iter().map(|done| vec![done.file_no.into(), done.place.name.as_str().into()]).collect();
        engine.relation("batch_files", &[("file_no", Type::Int), ("path", Type::Text)], &paths)?;
        self.spool.end()?;
        self.spool.show_all()
    }

    /// Settles and commits what was read and handed over, and tells the ledger.
    ///
    /// # Errors
    /// If the engine refuses or a commit fails.
    pub(in super::super) fn finish(
        mut self,
        ledger: &mut Ledger,
        vector: Vector,
        stale: &BTreeSet<i32>,
        on: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(Self, Outcome)> {
        let source = self.around.source.name.as_str().to_owned();
        let stale: Vec<_> = stale.iter().map(|file| vec![Value::from(*file)]).collect();
        self.around.engine.relation("stale_files", &[("file_no", Type::Int)], &stale)?;
        let batch = ledger.next_batch();
        let mut changes = Changes::new(self.around.lake, self.around.engine, vector, batch);
        settle::ids(&mut changes)?;
        let all_months = !self.again.is_empty() || !self.cleared.is_empty();
        let mut settled = match self.around.layout.rows() {
            Rows::Events(_) => settle::monthly(&mut changes, Monthly::Events, &mut self.spool, &source, all_months)?,
            Rows::Readings => settle::monthly(&mut changes, Monthly::Readings, &mut self.spool, &source, all_months)?,
            Rows::Records(_) => settle::records(&mut changes, &source)?,
        };
        settle::beside(&mut changes, &source)?;
        settle::aside(&mut changes, &source)?;
        let counts = self.account(ledger, &mut settled, batch);
        ledger.relation(self.around.engine)?;
        changes.replace(&FILES, "select * from files_after order by source, path", &[])?;
        let vector = changes.commit((source, batch), on)?;
        Ok((self, Outcome { counts, settled, vector }))
    }

    /// Counts of this call, and the ledger's totals.
    pub(super) fn account(&self, ledger: &mut Ledger, settled: &mut Settled, batch: i64) -> Vec<FileCounts> {
        let source = self.around.source.name.as_str();
        for (known, place, facts) in &self.moved {
            ledger.files.remove(&(known.source.clone(), known.path.clone()));
            let moved = Known { path: place.name.clone(), facts: facts.clone(), ..known.clone() };
            ledger.files.insert((source.to_owned(), place.name.clone()), moved);
        }
        for known in ledger.files.values_mut() {
            let lost = settled.lost.get(&known.file_no).copied().unwrap_or(0).min(known.accepted);
            known.accepted -= lost;
            known.duplicate += lost;
        }
        self.done
            .iter()
            .map(|done| {
                let (counts, known) = self.totals(done, settled, batch);
                ledger.files.insert((source.to_owned(), known.path.clone()), known);
                counts
            })
            .collect()
    }

    pub(super) fn totals(&self, done: &Done, settled: &Settled, batch: i64) -> (FileCounts, Known) {
        let tally = &done.tally;
        let good = tally.read - tally.set_aside;
        let fate = settled.fates.get(&done.file_no).copied().unwrap_or_default();
        let accepted = (fate.accepted + done.plain.saturating_sub(fate.own) + tally.empty).min(good);
        let counts = FileCounts {
            file: done.place.name.clone(),
            read: tally.read,
            accepted,
            duplicate: good - accepted,
            set_aside: tally.set_aside,
            reasons: tally.reasons.clone(),
            bytes: done.facts.length,
            already_read: false,
        };
        debug_assert_eq!(counts.read, counts.accepted + counts.duplicate + counts.set_aside);
        let before = done.before.clone().filter(|_| done.grown).unwrap_or_default();
        let mut reasons = before.reasons.clone();
        if let Some(count) = reasons.get_mut(Code::NotJson.word()).filter(|_| done.taken_back > 0) {
            *count -= done.taken_back.min(*count);
        }
        for (code, count) in &tally.reasons {
            *reasons.entry((*code).to_owned()).or_default() += count;
        }
        reasons.retain(|_, count| *count > 0);
        let (own, entered) = (if done.grown { 0 } else { fate.own }, accepted);
        let read = before.read + tally.read - done.taken_back.min(before.read);
        let set_aside = before.set_aside + tally.set_aside - done.taken_back.min(before.set_aside);
        let accepted = (before.accepted + entered + own).min(read - set_aside);
        let day = |number: i32| from_epoch_day(number);
        let known = Known {
            source: self.around.source.name.as_str().to_owned(),
            path: done.place.name.clone(),
            file_no: done.file_no,
            facts: done.facts.clone(),
            declaration: self.around.declaration.to_owned(),
            day: done.day,
            read,
            accepted,
            duplicate: read - set_aside - accepted,
            set_aside,
            reasons,
            verdicts: merged(&before.verdicts, &done.verdicts),
            first_day: before.first_day.into_iter().chain(tally.days.map(|days| day(days.0))).min(),
            last_day: before.last_day.into_iter().chain(tally.days.map(|days| day(days.1))).max(),
            batch,
        };
        (counts, known)
    }
}
