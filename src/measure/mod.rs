//! The third stage: readings of every metric, planned or asked for, by the same code.

pub mod explain;
pub mod issues;
pub mod kinds;
pub mod sequence;
pub mod wording;

mod asked;
mod movers;
mod parts;
mod reached;
mod span;
mod trust;

use anyhow::Result;

use crate::engine::Engine;
use crate::model::metric::{Metric, Traction};
use crate::model::question::Question;
use crate::model::reading::{Cell, Reading, Series};
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::plan::hash::definition_hash;

pub use explain::{Explanation, explain};
pub use kinds::activation::{Curve, activation_curve};
pub use kinds::adoption::since_available;
pub use movers::{account_parts, kept};
pub use reached::{Reachable, reachable, reached};
pub use span::widened;
pub use trust::sources;

use parts::Part;
use span::Span;

/// A metric with everything its kind needs to answer a question about it.
pub(crate) struct Asking<'a> {
    /// Where the relations of `shape` are.
    pub(crate) engine: &'a dyn Engine,
    /// What signals and segments mean.
    pub(crate) plan: &'a Plan,
    /// How far the data reach.
    pub(crate) scope: &'a Scope,
    /// The metric.
    pub(crate) traction: &'a Traction,
    /// What is asked of it.
    pub(crate) question: &'a Question,
    /// The range in whole periods.
    pub(crate) span: Span,
    /// What it is split by and filtered on.
    pub(crate) parts: Vec<Part>,
    /// Days without rows where rows were due (R0.7).
    pub(crate) gaps: Vec<jiff::civil::Date>,
}

/// The readings of a metric of the plan, or of one written at the command line.
///
/// # Errors
/// If the question names what the metric cannot be split by or what is not built, or the engine refuses.
pub fn measure(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    traction: &Traction,
    question: &Question,
) -> Result<Series> {
    let asking = Asking::new(engine, plan, scope, traction, question)?;
    let mut readings = kinds::readings(&asking)?;
    let held = trust::held(&asking);
    trust::keep_covered(&asking, &held, &mut readings);
    asking.sort(&mut readings);
    Ok(Series {
        metric: Some(traction.id.clone()),
        kind: traction.kind.name(),
        actor: Some(traction.actor.word()),
        unit: kinds::unit(&traction.kind),
        definition: wording::definition(plan, traction),
        definition_hash: definition_hash(&Metric::Traction(traction.clone()), plan),
        held,
        readings,
    })
}

impl<'a> Asking<'a> {
    /// Resolves the range and the split, and makes the relations that every kind reads.
    pub(crate) fn new(
        engine: &'a dyn Engine,
        plan: &'a Plan,
        scope: &'a Scope,
        traction: &'a Traction,
        question: &'a Question,
    ) -> Result<Self> {
        let span = span::span(plan, scope, traction, question);
        let parts = parts::parts(plan, scope, traction, question)?;
        let gaps = trust::gaps(plan, scope, traction);
        let asking = Self { engine, plan, scope, traction, question, span, parts, gaps };
        parts::place(&asking)?;
        Ok(asking)
    }

    /// In the order of output.md: period, segment, then k or step; pooled rows last.
    fn sort(&self, readings: &mut [Reading]) {
        let order = |cell: &Cell| parts::rank(&self.parts, cell);
        readings.sort_by_cached_key(|reading| {
            (kinds::is_pooled(reading), reading.period.start, order(&reading.segment), kinds::place_in_set(reading))
        });
    }
}
