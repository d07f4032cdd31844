//! One file of a batch: opened, read to its end, or set aside as it is.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::parquet;
use super::super::part::{Asides, Tally};
use super::super::records;
use super::super::rows::open::{Place, first_bytes};
use super::super::rows::visit::Rows as Shape;
use super::super::rows::{Code, Problem};
use super::super::source::{About, Rows, Sheet};
use super::super::survey::{First, Ready, first};
use super::{Batch, Done};
use crate::model::column::Value;
use crate::plan::source::Kind;

impl Batch<'_> {
    /// The first look at a file; Parquet is made lines of JSON in a temporary folder.
    pub(super) fn looked(&self, place: &Place, temporary: &Path) -> Result<First> {
        match first(place, self.around.source, self.around.layout.bare_columns())? {
            First::Parquet => {
                let naive_is_utc = self.around.source.kind == Kind::Posthog;
                let ready = parquet::as_lines(self.around.engine, place, temporary, naive_is_utc)?;
                Ok(First::Ready(Box::new(ready)))
            }
            looked => Ok(looked),
        }
    }

    pub(super) fn temporary(&self) -> PathBuf {
        self.around.scratch.join("parquet")
    }

    /// A file that was there when the files were listed and is not when it is opened: as if it had not been listed.
    pub(super) fn gone(&mut self, mut done: Done, problem: anyhow::Error) -> Result<()> {
        self.forget(&mut done)?;
        for files in [&mut self.cleared, &mut self.again] {
            files.remove(&done.file_no);
        }
        self.taken_back.remove(&done.file_no);
        self.restated.retain(|(file, _)| *file != done.file_no);
        self.not_opened.push((done.place.name, problem));
        Ok(())
    }

    /// A file that cannot be read to its end: one row set aside; if it is no longer there, an error.
    pub(super) fn unreadable(&mut self, done: &mut Done, problem: anyhow::Error) -> Result<()> {
        if !done.place.path.exists() {
            return Err(problem);
        }
        let because = first_words(&problem).replace(&done.place.path.display().to_string(), &done.place.name);
        self.whole(done, Problem::new(Code::FileUnreadable, because))
    }

    /// A file whose only row is an error: no export.
    pub(super) fn error_for_rows(&mut self, done: &mut Done) -> Result<()> {
        const BECAUSE: &str = "it is an error, and no rows";
        if done.tally.read != 1 || done.tally.set_aside != 1 || !done.tally.looks_like_error {
            return Ok(());
        }
        let code = Code::NotAnExport.word();
        done.tally.reasons = BTreeMap::from([(code, 1)]);
        done.tally.firsts = BTreeMap::from([(code, (1, BECAUSE.to_owned()))]);
        let sql = "update incoming_aside set reason = ?, because = ? where file_no = ?";
        self.around.engine.run(sql, &[code.into(), BECAUSE.into(), done.file_no.into()])
    }

    /// A file that is one row set aside.
    pub(super) fn whole(&mut self, done: &mut Done, problem: Problem) -> Result<()> {
        done.tally.read += 1;
        let mut asides = Asides::new(done.file_no);
        asides.put(&mut done.tally, 1, 0, &first_bytes(&done.place.path), &problem);
        asides.finish().map_or(Ok(()), |batch| self.around.engine.append("incoming_aside", batch))
    }

    pub(super) fn rows(&mut self, mut ready: Ready, done: &mut Done, sheet: Sheet) -> Result<()> {
        done.guessed = ready.guessed;
        if let Shape::Table { header, exact: false, .. } = &ready.rows {
            done.header = header.names().to_vec();
        }
        let is_parquet = ready.place.path != done.place.path;
        done.by_record = is_parquet || !done.header.is_empty();
        if let Some(encoding) = ready.encoding {
            done.verdicts.0.insert("encoding".into(), encoding.name().into());
        }
        match self.around.layout.rows() {
            Rows::Events(telemetry) => self.events(&mut ready, done, telemetry)?,
            Rows::Readings => self.readings(&mut ready, done)?,
            Rows::Records(kind) => {
                let about =
                    About { plan: self.around.plan, source: self.around.source, file: &done.place.name.clone(), sheet };
                let collected = records::read(&mut ready, kind, &about, done.file_no);
                match collected {
                    Ok(collected) => self.collected(collected, done)?,
                    Err(problem) => self.unreadable(done, problem)?,
                }
            }
        }
        self.note_verdicts(done, sheet);
        Ok(())
    }

    /// Forgets what was read of a file.
    pub(super) fn forget(&mut self, done: &mut Done) -> Result<()> {
        done.tally = Tally::default();
        self.spool.forget(done.file_no)?;
        self.names.forget(done.file_no);
        self.around.engine.run("delete from incoming_aside where file_no = ?", &[done.file_no.into()])?;
        let file_no = Value::from(done.file_no);
        self.links.retain(|row| row[2] != file_no);
        self.members.retain(|row| row[4] != file_no);
        Ok(())
    }
}

/// What is wrong at the bottom of a problem: its first line, without the kind that the engine puts before it.
fn first_words(problem: &anyhow::Error) -> String {
    let words = problem.root_cause().to_string();
    let first = words.lines().next().unwrap_or_default();
    first.split_once("Error: ").map_or(first, |(_, told)| told).to_owned()
}
