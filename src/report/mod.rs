//! The fifth stage: the sync pack, from one page model to HTML, Markdown and JSON.
//!
//! `run` fills in [`inputs::Findings`]; [`sections::page`] says what is said; the renderers write it. The report asks no
//! engine, knows no clock, and gives the same bytes for the same findings.

pub mod companions;
pub mod decisions;
pub mod inputs;

pub mod figure;
pub mod numbers;
pub mod xmr;

pub mod chart;
pub mod page;

pub mod judged;
pub mod sections;
pub mod wording;

mod html;
mod json;
mod markdown;
mod tables;
mod write;

use jiff::civil::Date;

use crate::model::ids::MetricId;
use crate::model::period::{Period, Unit};
use crate::plan::Plan;

use inputs::Findings;

pub use write::{Pack, Written, pack, write, write_again};

/// A metric whose last settled point signals, and the two periods between which it moved: `run` asks for the accounts'
/// parts of that move (R9.8) and puts them into [`inputs::MetricFindings::contributions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signalling {
    /// The metric.
    pub metric: MetricId,
    /// The size of the periods: of a trailing quarter, the months that are read at its ends.
    pub unit: Unit,
    /// The last settled one before the signal began.
    pub from: Period,
    /// The last settled one.
    pub to: Period,
}

/// A table drawn as a file that looks the same on a machine without our face.
pub fn plot(spec: &chart::spec::Plot) -> String {
    write::alone(&chart::plot(spec))
}

/// The metrics that signal, in block order.
pub fn signalling(findings: &Findings, plan: &Plan) -> Vec<Signalling> {
    let judged = judged::judged(findings, plan);
    let told = judged.iter().filter_map(|one| {
        let (standing, chart) = (one.standing?, one.chart.as_ref().ok()?);
        let (from, to) = (chart.points[standing.before?].reading.period, chart.points[standing.at].reading.period);
        let unit = if chart.unit == Unit::Quarter { Unit::Month } else { chart.unit };
        Some(Signalling { metric: one.metric.id().clone(), unit, from, to })
    });
    told.collect()
}

/// The signals that a pack shows, with the first day of the period since which each stands: what the next review's pack
/// tells as known ([`inputs::LastReview`]).
pub fn shown_signals(findings: &Findings, plan: &Plan) -> Vec<(MetricId, Date)> {
    let shown = judged::judged(findings, plan).into_iter().filter_map(|one| {
        let since = one.seen_since.unwrap_or(one.standing?.since.start);
        Some((one.metric.id().clone(), since))
    });
    shown.collect()
}
