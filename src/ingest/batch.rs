//! A batch: some files of one source, read, settled and committed together (lake.md 6).

mod commit;
mod file;
mod statements;
mod telemetry;
mod verdicts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;

use super::columns::Columns;
use super::found::{Facts, Known, Task, Verdicts};
use super::ledger::Ledger;
use super::names::Names;
use super::part::Tally;
use super::rows::open::Place;
use super::rows::{Code, Problem};
use super::settle;
use super::source::{Layout, Rows, Sheet};
use super::spool::{self, ROOM, Spool};
use super::survey::First;
use crate::engine::Engine;
use crate::lake::Lake;
use crate::model::column::Value;
use crate::plan::Plan;
use crate::plan::source::Source;

pub(super) use commit::Outcome;

/// What surrounds a batch.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a Source,
    pub(super) layout: &'static dyn Layout,
    pub(super) lake: &'a Lake,
    pub(super) engine: &'a dyn Engine,
    pub(super) now_us: i64,
    pub(super) declaration: &'a str,
    /// A folder of our own, in which files may stand while they are needed.
    pub(super) scratch: &'a Path,
}

/// A file and what is to be done with it.
pub(super) struct Todo {
    pub(super) place: Place,
    pub(super) sheet: Sheet,
    pub(super) task: Task,
    pub(super) facts: Facts,
}

/// A file that was read in the batch.
pub(super) struct Done {
    pub(super) place: Place,
    pub(super) file_no: i32,
    facts: Facts,
    before: Option<Known>,
    grown: bool,
    pub(super) tally: Tally,
    verdicts: Verdicts,
    day: Option<jiff::civil::Date>,
    /// Rows taken back from the tail of a file that has grown.
    taken_back: u64,
    /// Rows that are no statement of their own (memberships): accepted as they stand.
    pub(super) plain: u64,
    pub(super) guessed: bool,
    /// Whether its day had to be taken from its time of change.
    pub(super) undated: bool,
    /// The header of a table; of what is none, empty.
    pub(super) header: Vec<String>,
    /// Whether its rows are records, counted from 1, rather than lines.
    pub(super) by_record: bool,
    /// The columns that no file of the source had before.
    pub(super) new_columns: Vec<String>,
}

/// A batch that is being read.
pub(super) struct Batch<'a> {
    around: Around<'a>,
    pub(super) done: Vec<Done>,
    pub(super) passed_over: Vec<(String, &'static str)>,
    /// Files that went before they were opened, and what the system said.
    pub(super) not_opened: Vec<(String, anyhow::Error)>,
    pub(super) moved: Vec<(Known, Place, Facts)>,
    next_file: i32,
    names: Arc<Names>,
    spool: Spool<'a>,
    links: Vec<Vec<Value>>,
    members: Vec<Vec<Value>>,
    statements: Vec<Vec<Value>>,
    releases: Vec<Vec<Value>>,
    pieces: Vec<Vec<Value>>,
    cleared: BTreeSet<i32>,
    again: BTreeSet<i32>,
    taken_back: BTreeMap<i32, u64>,
    restated: BTreeSet<(i32, jiff::civil::Date)>,
    columns: Columns,
    pub(super) good: u64,
}

impl<'a> Batch<'a> {
    /// An empty batch; its relations are made anew.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn begin(around: Around<'a>, ledger: &Ledger, vector: &crate::lake::Vector) -> Result<Self> {
        settle::prepare(around.lake, around.engine, vector, around.source.name.as_str())?;
        let incoming = match around.layout.rows() {
            Rows::Readings => spool::READINGS,
            Rows::Events(_) | Rows::Records(_) => spool::EVENTS,
        };
        let (names, source) = (Arc::<Names>::default(), around.source.name.as_str());
        let spool = Spool::new(around.engine, around.scratch.join("rows"), source, incoming, Arc::clone(&names), ROOM);
        Ok(Self {
            around,
            done: Vec::new(),
            passed_over: Vec::new(),
            not_opened: Vec::new(),
            moved: Vec::new(),
            next_file: ledger.next_file(),
            names,
            spool,
            links: Vec::new(),
            members: Vec::new(),
            statements: Vec::new(),
            releases: Vec::new(),
            pieces: Vec::new(),
            cleared: BTreeSet::new(),
            again: BTreeSet::new(),
            taken_back: BTreeMap::new(),
            restated: BTreeSet::new(),
            columns: Columns::of(ledger.of(around.source.name.as_str()).values()),
            good: 0,
        })
    }

    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.done.is_empty() && self.moved.is_empty() && self.cleared.is_empty()
    }

    /// Takes out every row of some files (`--afresh`).
    pub(super) fn clear<'k>(&mut self, files: impl Iterator<Item = &'k Known>) {
        for known in files {
            self.cleared.insert(known.file_no);
            self.again.insert(known.file_no);
            self.taken_back.insert(known.file_no, 0);
            self.restated.extend(known.day.map(|day| (known.file_no, day)));
        }
    }

    /// Reads a file that is new, has grown, has changed or is declared otherwise.
    ///
    /// # Errors
    /// If the engine refuses; never because of what is in the file.
    pub(super) fn read(&mut self, todo: Todo) -> Result<()> {
        let (before, grown) = match todo.task {
            Task::New => (None, false),
            Task::Grown(known) => (Some(known), true),
            Task::Changed(known) => {
                self.again.insert(known.file_no);
                self.taken_back.insert(known.file_no, 0);
                (Some(known), false)
            }
            Task::Redeclared(known) => {
                self.clear(std::iter::once(&known));
                (Some(known), false)
            }
            Task::Skip(_) => return Ok(()),
            Task::Moved(known) => {
                self.moved.push((known, todo.place, todo.facts));
                return Ok(());
            }
        };
        let file_no = before.as_ref().map_or(self.next_file, |known| known.file_no);
        let mut done = Done {
            place: todo.place,
            file_no,
            facts: todo.facts,
            before,
            grown,
            tally: Tally::default(),
            verdicts: Verdicts::default(),
            day: None,
            taken_back: 0,
            plain: 0,
            guessed: false,
            undated: false,
            header: Vec::new(),
            by_record: false,
            new_columns: Vec::new(),
        };
        let temporary = self.temporary();
        match self.looked(&done.place, &temporary) {
            Ok(First::PassedOver(why)) => {
                self.passed_over.push((done.place.name, why));
                return Ok(());
            }
            Ok(First::Ready(ready)) => match self.rows(*ready, &mut done, todo.sheet) {
                Err(problem) if !done.place.path.exists() => return self.gone(done, problem),
                read => read?,
            },
            Ok(First::Page | First::Parquet) => {
                self.whole(&mut done, Problem::new(Code::NotAnExport, "it is a web page"))?
            }
            Err(problem) if !done.place.path.exists() => return self.gone(done, problem),
            Err(problem) => self.unreadable(&mut done, problem)?,
        }
        if temporary.exists() {
            let _ = std::fs::remove_dir_all(&temporary);
        }
        self.next_file = self.next_file.max(file_no + 1);
        self.good += done.tally.read - done.tally.set_aside;
        self.done.push(done);
        Ok(())
    }
}
