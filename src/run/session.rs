//! A workspace opened for questions: engine, lake, and the relations that every later stage reads.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use jiff::civil::Date;

use super::desk::Desk;
use super::known::Known;
use crate::business;
use crate::engine::{DuckDb, Engine, Limits, queries, side_by_side};
use crate::lake::{Lake, Vector};
use crate::link;
use crate::measure;
use crate::model::column::Type;
use crate::model::evidence::Evidence;
use crate::model::ids::MetricId;
use crate::model::scope::Scope;
use crate::plan::{Link, Plan, SideFiles};
use crate::shape::{self, Ask, Shaped};

/// How many properties of events hits have columns for.
const KEPT_AT_MOST: usize = 4;

/// How a workspace is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The folder of everything that is made, `.throughline`.
    pub state: PathBuf,
    /// Where facts go if that folder cannot be written.
    pub spare: PathBuf,
    /// The moment it is, in microseconds since 1970 UTC.
    pub now_us: i64,
    /// The last day that is read, where a person named it.
    pub as_of: Option<Date>,
    /// The run whose rows and side files are read; nothing: those of today.
    pub known: Option<Known>,
    /// Properties that the question keeps.
    pub kept: Vec<String>,
    /// What the engine may take.
    pub limits: Limits,
}

/// An opened workspace.
pub struct Session {
    /// The engine, with the relations of `queries/README.md`.
    pub engine: DuckDb,
    /// The lake.
    pub lake: Lake,
    /// The version of each table that is read.
    pub vector: Vector,
    /// What shape made, and what it had to say.
    pub shaped: Shaped,
    /// The files that the plan names beside the exports: of then where a run of before is read.
    pub side_files: SideFiles,
}

/// Opens the engine alone, spilling into the workspace.
///
/// # Errors
/// If the folder cannot be made or the engine refuses its limits.
pub fn engine(opening: &Opening) -> Result<DuckDb> {
    DuckDb::open(&opening.limits)
}

/// How much memory `ingest` gives the engine where nobody says: what does not fit spills, so that a large import asks for
/// no large machine.
const INGEST_MEMORY: &str = "384MB";

/// Opens an engine for `ingest`, whose caller holds the lock: it spills into a folder of its own, emptied first, since a
/// process that died leaves what it spilled.
///
/// # Errors
/// As [`engine`].
pub fn ingest_engine(opening: &Opening) -> Result<DuckDb> {
    let spill = lake(&opening.state)?.scratch();
    let _none_left = std::fs::remove_dir_all(&spill);
    let memory = opening.limits.memory.clone().or_else(|| Some(INGEST_MEMORY.to_owned()));
    DuckDb::open(&Limits { memory, spill: Some(spill), ..opening.limits.clone() })
}

/// The lake of a state folder.
///
/// # Errors
/// If it cannot be opened.
pub fn lake(state: &Path) -> Result<Lake> {
    Lake::open(&state.join("lake"))
}

/// Opens a workspace at its last finished batch, or at what a run of before read, and shapes it.
///
/// # Errors
/// If the lake cannot be read or the engine refuses.
pub fn open(plan: &Plan, opening: &Opening) -> Result<Session> {
    let engine = engine(opening)?;
    let lake = lake(&opening.state)?;
    let known = opening.known.as_ref();
    let vector = known.map_or_else(|| lake.vector(), |known| Ok(known.vector.clone()))?;
    let now = || SideFiles::beside(&plan.root);
    let side_files = known.map_or_else(now, |known| SideFiles::Kept(known.side_files.clone()));
    let ask = Ask {
        now_us: known.map_or(opening.now_us, |known| known.now_us),
        as_of: opening.as_of.or_else(|| known.and_then(|known| known.as_of)),
        kept: kept(opening)?,
        facts: &opening.state.join("facts"),
        spare: &opening.spare,
        side_files: &side_files,
    };
    let mut shaped =
        shape::shape(&engine, &lake, &vector, plan, &ask).context("could not shape what the lake holds")?;
    let told =
        business::prepare(&engine, plan, &shaped.scope, &side_files).context("could not read billing and deals")?;
    shaped.issues.extend(told);
    engine.load(queries::REPORT)?;
    Ok(Session { engine, lake, vector, shaped, side_files })
}

/// The properties that hits keep, each once.
fn kept(opening: &Opening) -> Result<Vec<String>> {
    let mut kept: Vec<String> = Vec::new();
    for name in &opening.kept {
        if !kept.contains(name) {
            kept.push(name.clone());
        }
    }
    ensure!(
        kept.len() <= KEPT_AT_MOST,
        "a question can keep {KEPT_AT_MOST} properties of events, and this one needs {}: {}",
        kept.len(),
        kept.join(", ")
    );
    Ok(kept)
}

impl Session {
    /// What a computation may see.
    pub fn scope(&self) -> &Scope {
        &self.shaped.scope
    }

    /// Makes the tables of output.md stand under their plain names, for questions in SQL. Where a relation of a stage has
    /// the same name, the table comes first: nothing is measured in this session after it.
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn show_tables(&self) -> Result<()> {
        self.engine.run("set search_path = 'tables,main'", &[])
    }

    /// Where questions of a plan are asked.
    pub fn desk<'a>(&'a self, plan: &'a Plan) -> Desk<'a> {
        Desk { engine: &self.engine, plan, scope: self.scope() }
    }

    /// Does a piece of work for each of some things at a desk of its own, several at a time.
    ///
    /// # Errors
    /// The first that the work had.
    pub fn side_by_side<T: Sync, R: Send>(
        &self,
        plan: &Plan,
        things: &[T],
        work: impl Fn(&Desk<'_>, &T) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let scope = self.scope();
        side_by_side(&self.engine, things, |engine, thing| work(&Desk { engine, plan, scope }, thing))
    }

    /// What is found of each link of the plan.
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn evidence(&self, plan: &Plan) -> Result<Vec<Evidence>> {
        let reached = self.reached(plan).context("could not tell who reached what")?;
        let context = link::Context::of(plan, self.scope(), reached);
        context.as_ref().map_or(Ok(()), |context| link::prepare(&self.engine, plan, context))?;
        let test = |desk: &Desk<'_>, of: &Link| link::test(desk.engine, plan, context.as_ref(), of);
        self.side_by_side(plan, &plan.links, test).context("could not test the links")
    }

    /// Makes `reached` (metric, account, reached_us) and says which metrics, and which outcomes by their ids, stand in it.
    fn reached(&self, plan: &Plan) -> Result<Vec<MetricId>> {
        let reachable = measure::reachable(plan);
        let told =
            self.side_by_side(plan, &reachable, |desk, of| measure::reached(desk.engine, plan, desk.scope, of))?;
        let told: Vec<_> = reachable.iter().zip(told).filter_map(|(of, rows)| Some((of.id(), rows?))).collect();
        let row = |id: &MetricId, (account, us): &(i64, i64)| vec![id.as_str().into(), (*account).into(), (*us).into()];
        let rows: Vec<_> = told.iter().flat_map(|(id, rows)| rows.iter().map(|of| row(id, of))).collect();
        let columns = [("metric", Type::Text), ("account", Type::Int), ("reached_us", Type::Long)];
        self.engine.relation("reached", &columns, &rows)?;
        Ok(told.into_iter().map(|(id, _)| id.clone()).collect())
    }
}
