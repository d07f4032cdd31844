//! A workspace opened for questions: engine, lake, and the relations that every later stage reads.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::civil::Date;

use crate::business;
use crate::engine::{DuckDb, Engine, Limits, queries};
use crate::lake::{Lake, Vector};
use crate::link;
use crate::measure;
use crate::model::evidence::Evidence;
use crate::model::metric::Metric;
use crate::model::question::Question;
use crate::model::reading::Series;
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::shape::{self, Ask, Shaped};

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
}

/// Opens the engine alone, spilling into the workspace.
///
/// # Errors
/// If the folder cannot be made or the engine refuses its limits.
pub fn engine(opening: &Opening) -> Result<DuckDb> {
    DuckDb::open(&opening.limits)
}

/// The lake of a state folder.
///
/// # Errors
/// If it cannot be opened.
pub fn lake(state: &Path) -> Result<Lake> {
    Lake::open(&state.join("lake"))
}

/// Opens a workspace at its last finished batch and shapes it.
///
/// # Errors
/// If the lake cannot be read or the engine refuses.
pub fn open(plan: &Plan, opening: &Opening) -> Result<Session> {
    let engine = engine(opening)?;
    let lake = lake(&opening.state)?;
    let vector = lake.vector()?;
    let ask = Ask {
        now_us: opening.now_us,
        as_of: opening.as_of,
        kept: opening.kept.clone(),
        facts: &opening.state.join("facts"),
        spare: &opening.spare,
        side_files: None,
    };
    let shaped = shape::shape(&engine, &lake, &vector, plan, &ask).context("could not shape what the lake holds")?;
    business::prepare(&engine, plan).context("could not read billing and deals")?;
    engine.load(queries::REPORT)?;
    Ok(Session { engine, lake, vector, shaped })
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

    /// Readings of a metric, traction or business.
    ///
    /// # Errors
    /// If the question does not fit the metric, or the engine refuses.
    pub fn measure(&self, plan: &Plan, metric: &Metric, question: &Question) -> Result<Series> {
        let measured = match metric {
            Metric::Traction(traction) => measure::measure(&self.engine, plan, self.scope(), traction, question),
            Metric::Business(business) => business::measure(&self.engine, plan, self.scope(), business, question),
        };
        measured.with_context(|| format!("could not measure `{}`", metric.id()))
    }

    /// What is found of each link of the plan.
    ///
    /// # Errors
    /// If the engine refuses.
    pub fn evidence(&self, plan: &Plan) -> Result<Vec<Evidence>> {
        let reached = measure::reached(&self.engine, plan, self.scope()).context("could not tell who reached what")?;
        link::test(&self.engine, plan, self.scope(), reached).context("could not test the links")
    }
}
