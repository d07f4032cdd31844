//! The fifth stage: the sync pack, from one page model to HTML, Markdown and JSON.
//!
//! `run` fills in [`inputs::Findings`]; [`page::page`] says what is said; the renderers write it. The report asks no
//! engine, knows no clock, and gives the same bytes for the same findings.

pub mod companions;
pub mod decisions;
pub mod inputs;

pub mod numbers;
pub mod page;
pub mod wording;
pub mod xmr;

pub mod chart;

mod html;
mod json;
mod markdown;
mod tables;
mod write;

use crate::model::ids::MetricId;
use crate::model::period::{Period, Unit};
use crate::plan::Plan;

use inputs::Findings;

pub use write::{Pack, Written, pack, write};

/// A metric whose last settled point signals, and the two periods between which it moved: `run` asks for the accounts'
/// parts of that move (R9.8) and puts them into [`inputs::MetricFindings::contributions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalling {
    /// The metric.
    pub metric: MetricId,
    /// The size of the periods.
    pub unit: Unit,
    /// The last settled one before the signal began.
    pub from: Period,
    /// The last settled one.
    pub to: Period,
}

/// The metrics that signal, in block order.
pub fn signalling(findings: &Findings, plan: &Plan) -> Vec<Signalling> {
    let judged = page::judged(findings, plan);
    let told = judged.iter().filter_map(|one| {
        let (standing, chart) = (one.standing?, one.chart.as_ref().ok()?);
        let (from, to) = (chart.points[standing.before?].period, chart.points[standing.at].period);
        Some(Signalling { metric: one.metric.id().clone(), unit: chart.unit, from, to })
    });
    told.collect()
}
