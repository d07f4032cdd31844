//! The first stage: files and folders become rows of the lake, and every row is accounted for.
//!
//! A file is opened by its content (`rows`), its rows are told by their kind (`source`, `sources`), what a batch of files
//! tells is settled against what the lake holds (`settle`) and committed as one (`publish`). What is said of it is gathered
//! in `said` and worded in `issues`.

mod batch;
pub mod codes;
mod columns;
mod contract;
pub mod detect;
mod drift;
mod events;
mod foresee;
mod found;
mod ids;
mod issues;
mod ledger;
mod moments;
mod names;
mod parquet;
mod part;
mod publish;
mod readings;
mod records;
pub mod rows;
mod said;
pub mod seen;
mod settle;
pub mod source;
pub mod sources;
mod spool;
mod survey;
pub mod tables;
mod take;
mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::diag::Diagnostic;
use crate::engine::{Engine, queries};
use crate::lake::tables::{ALL, FILES};
use crate::lake::{Lake, Vector};
use crate::model::ids::SourceName;
use crate::plan::Plan;
use crate::plan::hash::source_hash;
use crate::plan::source::{Kind, Source};

use batch::{Around, Batch, Todo};
use contract::Promises;
use drift::Drift;
use found::{Before, Known, Task, places};
use ledger::Ledger;
use said::{Held, Said};
use source::Sheet;

pub use foresee::foresee;

/// After so many rows a batch is cut at a file's end.
const BATCH_ROWS: u64 = 5_000_000;

/// How files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What is new or has changed.
    New,
    /// Everything: the source is replaced by what its files hold now.
    Afresh,
}

/// What `ingest` is doing.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// It reads a file.
    Reads {
        /// The source.
        source: &'a SourceName,
        /// The file.
        file: &'a str,
        /// Its bytes on disk.
        bytes: u64,
    },
    /// It has committed a table.
    Committed {
        /// The table.
        table: &'a str,
    },
}

/// What a call of `ingest` came to.
#[derive(Debug, Default)]
pub struct Ingested {
    /// The sources, in the plan's order.
    pub sources: Vec<SourceCounts>,
    /// What is to be said.
    pub issues: Vec<Diagnostic>,
    /// The months (`2026-03`) whose events or readings changed.
    pub changed_months: BTreeSet<String>,
}

impl Ingested {
    /// Whether a contract stopped a source: nothing of it was taken.
    pub fn is_stopped(&self) -> bool {
        self.sources.iter().any(|source| source.stopped)
    }
}

/// What was read of a source in this call.
#[derive(Debug)]
pub struct SourceCounts {
    /// Its name.
    pub source: SourceName,
    /// Its kind.
    pub kind: Kind,
    /// Its files, in order of name.
    pub files: Vec<FileCounts>,
    /// Whether its contract stopped it: nothing of it was taken.
    pub stopped: bool,
}

/// What was read of a file in this call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// The file, relative to the workspace.
    pub file: String,
    /// Rows read: accepted, duplicate and set aside together.
    pub read: u64,
    /// Rows that entered the lake.
    pub accepted: u64,
    /// Rows that were there already.
    pub duplicate: u64,
    /// Rows that could not be read.
    pub set_aside: u64,
    /// Why, by code.
    pub reasons: BTreeMap<&'static str, u64>,
    /// Its bytes on disk.
    pub bytes: u64,
    /// Whether it was read before and is as it was.
    pub already_read: bool,
}

/// Reads the sources' files into the lake: those named, or all.
///
/// # Errors
/// If the lake or the engine fails; never because of what is in a file.
pub fn ingest(
    plan: &Plan,
    lake: &Lake,
    engine: &dyn Engine,
    now_us: i64,
    which: &[SourceName],
    mode: Mode,
    on: &mut dyn FnMut(Progress<'_>),
) -> Result<Ingested> {
    let (mut vector, scratch) = (restored(lake)?, lake.scratch());
    let mut ledger = known(lake, engine, &vector)?;
    prepare(lake, engine, &vector)?;
    let mut ingested = Ingested::default();
    if let Some(recut) = zone::recut(plan, lake, engine, (&mut ledger, &mut vector), on)? {
        ingested.issues.push(issues::zone_changed(plan, &recut));
        ingested.changed_months.extend(recut.months);
    }
    ingested.issues.extend(unseen(plan, &ledger));
    for source in plan.sources.iter().filter(|source| which.is_empty() || which.contains(&source.name)) {
        let layout = sources::layout(source.kind);
        let declaration = declaration(plan, source, layout.version());
        let around =
            Around { plan, source, layout, lake, engine, now_us, declaration: &declaration, scratch: &scratch };
        let (ledger, vector, ingested) = (&mut ledger, &mut vector, &mut ingested);
        let mut reading = Reading { around, mode, ledger, vector, ingested, drift: None };
        reading.source(on).with_context(|| format!("could not read `{}`", source.name))?;
    }
    Ok(ingested)
}

/// What is known of files.
fn known(lake: &Lake, engine: &dyn Engine, vector: &Vector) -> Result<Ledger> {
    settle::attach(lake, engine, vector, &FILES, None)?;
    Ledger::read(engine)
}

/// Makes the relations of this stage and loads its queries.
fn prepare(lake: &Lake, engine: &dyn Engine, vector: &Vector) -> Result<()> {
    settle::prepare(lake, engine, vector, "")?;
    drift::prepare(engine)?;
    engine.load(queries::INGEST)
}

/// Rows of sources that the plan does not have: they stay, and nothing reads them (lake.md 9).
fn unseen(plan: &Plan, ledger: &Ledger) -> Option<Diagnostic> {
    let in_plan = |name: &str| plan.sources.iter().any(|source| source.name.as_str() == name);
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for known in ledger.files.values().filter(|known| !in_plan(&known.source)) {
        *rows.entry(&known.source).or_default() += known.accepted;
    }
    (!rows.is_empty()).then(|| issues::rows_unseen(&rows))
}

/// Writes what comes in (standard input) beside the source's other files, under a name that its bytes give, and returns
/// where: `ingest` reads it from there.
///
/// # Errors
/// If it cannot be read or written.
pub fn land(root: &Path, source: &SourceName, input: &mut dyn Read) -> Result<PathBuf> {
    let folder = root.join(".throughline").join("landing").join(source.as_str());
    std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let arriving = folder.join(".arriving");
    let mut file =
        std::fs::File::create(&arriving).with_context(|| format!("could not make {}", arriving.display()))?;
    let length = std::io::copy(input, &mut file).context("could not read what comes in")?;
    let path = folder.join(format!("stdin-{}", rows::open::hash(&arriving, length)?));
    std::fs::rename(&arriving, &path).with_context(|| format!("could not name {}", path.display()))?;
    Ok(path)
}

/// Brings every table back to the vector: what a batch that died committed is undone (lake.md 1).
fn restored(lake: &Lake) -> Result<Vector> {
    let vector = lake.vector()?;
    for table in ALL.iter().filter(|table| table.ingested && table.name != FILES.name) {
        lake.restore(table, &vector)?;
    }
    Ok(vector)
}

/// What changes how a source's rows are read: its declaration, its kind's reader, and what the plan lends it: a currency, or
/// the zone in which a day is told. Events and readings keep their moments, and `zone` cuts their days anew.
fn declaration(plan: &Plan, source: &Source, version: u32) -> String {
    let workspace = &plan.workspace;
    let lent = if source.kind.is_crm() || source.kind.is_billing() {
        workspace.currency.clone().unwrap_or_default()
    } else if source.kind.is_telemetry() || source.kind == Kind::Snapshots {
        String::new()
    } else {
        workspace.timezone.clone()
    };
    let text = format!("{}\0{version}\0{lent}", source_hash(source));
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(text.as_bytes()))
}

/// One source being read.
struct Reading<'a> {
    around: Around<'a>,
    mode: Mode,
    ledger: &'a mut Ledger,
    vector: &'a mut Vector,
    ingested: &'a mut Ingested,
    /// What the source's events were before; nothing where there is nothing to compare.
    drift: Option<Drift<'a>>,
}

impl<'a> Reading<'a> {
    fn source(&mut self, on: &mut dyn FnMut(Progress<'_>)) -> Result<()> {
        let source = self.around.source;
        let mut counts =
            SourceCounts { source: source.name.clone(), kind: source.kind, files: Vec::new(), stopped: false };
        let present = self.present();
        let mut issues = Said::new(source, self.around.plan);
        let stale = self.stale(&present);
        let todos = self.todos(present, &mut issues)?;
        let whole = self.mode == Mode::Afresh
            || source.contract.as_ref().is_some_and(|contract| contract.stop_on_break)
            || todos.iter().any(|todo| matches!(todo.task, Task::Redeclared(_)));
        let reads = todos.iter().any(|todo| !matches!(todo.task, Task::Skip(_) | Task::Moved(_)));
        let moves = todos.iter().any(|todo| matches!(todo.task, Task::Moved(_)));
        // A batch asks much of the engine before its first row: nothing new is no batch.
        let mut batch = if reads || moves || self.mode == Mode::Afresh { Some(self.begin()?) } else { None };
        self.drift = if reads { self.drift()? } else { None };
        for todo in todos {
            if let Task::Skip(known) = &todo.task {
                counts.files.push(FileCounts {
                    file: known.path.clone(),
                    bytes: todo.facts.length,
                    already_read: true,
                    ..FileCounts::default()
                });
                continue;
            }
            on(Progress::Reads { source: &source.name, file: &todo.place.name, bytes: todo.facts.length });
            let mut reading = batch.take().map_or_else(|| self.begin(), Ok)?;
            reading.read(todo)?;
            if reading.good >= BATCH_ROWS && !whole {
                self.finish(reading, &stale, &mut counts, &mut issues, on)?;
            } else {
                batch = Some(reading);
            }
        }
        if let Some(batch) = batch {
            self.finish(batch, &stale, &mut counts, &mut issues, on)?;
        }
        if let Some(drift) = self.drift.take() {
            issues.drifted(&drift.told()?);
        }
        counts.files.sort_by(|one, other| one.file.cmp(&other.file));
        let own = self.ledger.files.values().filter(|known| known.source == source.name.as_str());
        self.ingested.issues.extend(issues.told(&Held::of(own)));
        self.ingested.sources.push(counts);
        Ok(())
    }

    fn begin(&mut self) -> Result<Batch<'a>> {
        let mut batch = Batch::begin(self.around, self.ledger, self.vector)?;
        if self.mode == Mode::Afresh {
            let own = self.ledger.of(self.around.source.name.as_str());
            batch.clear(own.values());
        }
        Ok(batch)
    }

    /// What the source's events were before this call.
    fn drift(&self) -> Result<Option<Drift<'a>>> {
        let own = self.ledger.files.values().filter(|known| known.source == self.around.source.name.as_str());
        Drift::begin(self.around, self.vector, own.map(|known| known.accepted).sum::<u64>() > 0)
    }

    /// The files the source has today, by the table they are.
    fn present(&self) -> Vec<(Sheet, rows::open::Place)> {
        let (source, root) = (self.around.source, self.around.plan.root.as_path());
        let (first, landed) =
            if source.kind.is_crm() { (Sheet::Companies, Sheet::Companies) } else { (Sheet::Only, Sheet::Only) };
        let landing = [format!(".throughline/landing/{}/**/*", source.name)];
        let mut present: BTreeMap<String, (Sheet, rows::open::Place)> = BTreeMap::new();
        for (sheet, patterns) in
            [(first, source.files.as_slice()), (Sheet::Deals, source.deals.as_slice()), (landed, &landing)]
        {
            for place in places(root, patterns) {
                let deals =
                    source.kind.is_crm() && place.name.rsplit('/').next().is_some_and(|name| name.starts_with("deals"));
                let sheet = if patterns == landing && deals { Sheet::Deals } else { sheet };
                present.entry(place.name.clone()).or_insert((sheet, place));
            }
        }
        present.into_values().collect()
    }

    /// Files of the source that are gone and were declared otherwise: newer readings of their ids stand.
    fn stale(&self, present: &[(Sheet, rows::open::Place)]) -> BTreeSet<i32> {
        let own = self.ledger.files.values().filter(|known| known.source == self.around.source.name.as_str());
        let old = own.filter(|known| known.declaration != self.around.declaration);
        old.filter(|known| !present.iter().any(|(_, place)| place.name == known.path))
            .map(|known| known.file_no)
            .collect()
    }

    /// What is to be done with each file.
    fn todos(&self, present: Vec<(Sheet, rows::open::Place)>, issues: &mut Said<'_>) -> Result<Vec<Todo>> {
        let known: BTreeMap<String, Known> = self.ledger.of(self.around.source.name.as_str());
        let names: Vec<_> = present.iter().map(|(_, place)| place.clone()).collect();
        let nothing = BTreeMap::new();
        let known = if self.mode == Mode::Afresh { &nothing } else { &known };
        let before =
            Before { known, present: &names, declaration: self.around.declaration, now_us: self.around.now_us };
        let mut todos = Vec::new();
        for (sheet, place) in present {
            match before.task(&place) {
                Ok((task, facts)) => todos.push(Todo { place, sheet, task, facts }),
                Err(problem) => issues.not_opened(&place.name, &problem),
            }
        }
        Ok(todos)
    }

    /// Hands over what was read, and looks at it: what it keeps of the source's contract, and how it has drifted.
    fn look(&self, batch: &mut Batch<'_>) -> Result<Promises> {
        batch.hand_over()?;
        if let Some(drift) = &self.drift {
            drift.look(self.vector)?;
        }
        let mut promises = Promises::default();
        promises.look(self.around)?;
        Ok(promises)
    }

    fn finish(
        &mut self,
        mut batch: Batch<'_>,
        stale: &BTreeSet<i32>,
        counts: &mut SourceCounts,
        issues: &mut Said<'_>,
        on: &mut dyn FnMut(Progress<'_>),
    ) -> Result<()> {
        for (file, why) in &batch.passed_over {
            issues.passed_over(file, why);
        }
        for (file, problem) in &batch.not_opened {
            issues.not_opened(file, problem);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let promises = self.look(&mut batch)?;
        issues.contract(&batch, &promises);
        let contract = self.around.source.contract.as_ref();
        counts.stopped = promises.broken().next().is_some() && contract.is_some_and(|contract| contract.stop_on_break);
        if counts.stopped {
            return Ok(());
        }
        if self.mode == Mode::Afresh {
            self.ledger.files.retain(|(source, _), _| source != self.around.source.name.as_str());
        }
        let moved: Vec<_> = batch.moved.iter().map(|(_, place, facts)| (place.name.clone(), facts.length)).collect();
        let (batch, outcome) = batch.finish(self.ledger, self.vector.clone(), stale, on)?;
        issues.batch(&batch, &outcome);
        *self.vector = outcome.vector;
        counts.files.extend(outcome.counts);
        counts.files.extend(moved.into_iter().map(|(file, bytes)| FileCounts {
            file,
            bytes,
            already_read: true,
            ..FileCounts::default()
        }));
        self.ingested.changed_months.extend(outcome.settled.months);
        Ok(())
    }
}
