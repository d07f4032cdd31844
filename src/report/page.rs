//! What is said: the one page model that every renderer writes, from findings and plan. It knows no format.

mod appendix;
mod attention;
mod block;
mod companion;
mod front;
mod judged;
mod line;
mod moved;
mod six_twelve;
mod table;

use jiff::civil::Date;
use serde::Serialize;

use crate::model::reading::Reading;
use crate::plan::Plan;

use super::chart;
use super::inputs::Findings;
use super::numbers::Style;
use super::xmr::Mark;

pub use judged::{Judged, judged};

/// The pack, in the order in which it is read.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Title, days, and the run.
    pub head: Head,
    /// 1. The front page.
    pub front: Front,
    /// 2. The line.
    pub line: Line,
    /// 3. The lanes' blocks.
    pub lanes: Vec<Section>,
    /// ... and the business metrics'.
    pub business: Section,
    /// 4. One table.
    pub table: Table,
    /// 7. The appendix.
    pub appendix: Appendix,
}

/// Title, days, and the run.
#[derive(Debug, Serialize)]
pub struct Head {
    /// `Product <> Leadership Sync`
    pub title: String,
    /// The company and the last full fiscal quarter.
    pub subtitle: String,
    /// `30 June 2026`
    pub as_of: String,
    /// The same as `2026-06-30`.
    pub as_of_iso: String,
    /// The day of the next review.
    pub next_review: String,
    /// Heads a pack between reviews.
    pub provisional: Option<String>,
    /// The run's id.
    pub run: String,
    /// How to get this pack again.
    pub reproduce: String,
}

/// Text with what a reader must not miss.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Rich(pub Vec<Span>);

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The words.
    pub text: String,
    /// Whether they must not be missed.
    pub bold: bool,
}

impl Rich {
    /// Adds plain words.
    pub fn say(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span { text: text.into(), bold: false });
        self
    }

    /// Adds words not to be missed.
    pub fn bold(mut self, text: impl Into<String>) -> Self {
        self.0.push(Span { text: text.into(), bold: true });
        self
    }

    /// The words alone.
    pub fn plain(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }
}

/// A number with everything needed to doubt it, and as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The number.
    pub value: Option<f64>,
    /// Its denominator.
    pub eligible: Option<u64>,
    /// Its numerator.
    pub counted: Option<u64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// Whether its last window had closed.
    pub settled: bool,
    /// As printed.
    pub text: String,
    /// Why there is none, or what to know of it.
    pub note: Option<String>,
}

impl Figure {
    /// A reading as it stands in tables; under `min_n` as counts.
    pub fn of(reading: &Reading, style: &Style, min_n: u32) -> Self {
        let share = reading.share;
        let small = share.is_some_and(|share| share.eligible < u64::from(min_n));
        let text = match (reading.value, share) {
            (None, _) => "n/a".to_owned(),
            (Some(_), Some(share)) if small => format!("{} of {}", share.counted, share.eligible),
            (Some(value), _) => style.level(value),
        };
        Self {
            value: reading.value,
            eligible: share.map(|share| share.eligible),
            counted: share.map(|share| share.counted),
            low: share.and_then(|share| share.interval).map(|interval| interval.0),
            high: share.and_then(|share| share.interval).map(|interval| interval.1),
            settled: reading.settled,
            text,
            note: reading.segment_assumed.then(|| "by a segment value from before its first known version".to_owned()),
        }
    }

    /// No figure, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self { text: "n/a".to_owned(), note: Some(why.into()), ..Self::default() }
    }
}

/// 1. The front page.
#[derive(Debug, Serialize)]
pub struct Front {
    /// Whom the figures speak for.
    pub coverage: Coverage,
    /// How fresh the sources are, in a few words.
    pub freshness: String,
    /// What has happened, slot by slot.
    pub sentences: Vec<Sentence>,
    /// What needs attention.
    pub attention: Vec<Attention>,
    /// Signals the last review has seen already, one line each.
    pub still: Vec<String>,
    /// How many more would need attention.
    pub attention_more: usize,
    /// The line's counts by grade, where its drawing stands on page two.
    pub line_counts: String,
    /// What reads differently now, or why nothing is compared.
    pub restated: Vec<Restated>,
    /// The words where there is none, or "and n more".
    pub restated_note: Option<String>,
    /// Decisions carried over.
    pub decisions: Vec<Decision>,
    /// The words where there is none, or "and n more".
    pub decisions_note: Option<String>,
}

/// Whom the figures speak for.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// The share that the bar shows.
    pub share: Option<f64>,
    /// In words.
    pub text: Rich,
}

/// A sentence of page one.
#[derive(Debug, Serialize)]
pub struct Sentence {
    /// Its slot, 1 to 7.
    pub slot: u8,
    /// The words.
    pub text: Rich,
    /// The figures it rests on.
    pub figures: Vec<Figure>,
}

/// A row of what needs attention.
#[derive(Debug, Serialize)]
pub struct Attention {
    /// The block's number.
    pub number: usize,
    /// The metric's title.
    pub title: String,
    /// The last 26 points, for the small line.
    pub spark: Vec<Option<f64>>,
    /// What stands in its place.
    pub spark_note: Option<String>,
    /// `H`, `L`, or nothing.
    pub letter: Option<Letter>,
    /// What was seen.
    pub seen: String,
    /// The lane's owner.
    pub owner: String,
    /// What the owner says.
    pub word: String,
}

/// A mark as it stands beside a figure.
#[derive(Debug, Clone, Serialize)]
pub struct Letter {
    /// `H` above, `L` below, `·` ordinary.
    pub letter: &'static str,
    /// `better`, `worse`, `none` (no direction), `ordinary`.
    pub tone: &'static str,
    /// For those who cannot see it.
    pub words: &'static str,
}

impl Letter {
    fn of(standing: Option<&super::xmr::Standing>) -> Self {
        use crate::stats::xmr::Side;
        let Some(standing) = standing else {
            return Self { letter: "·", tone: "ordinary", words: "ordinary" };
        };
        let letter = if standing.side == Side::Above { "H" } else { "L" };
        let (tone, words) = match standing.mark {
            Mark::Worse => ("worse", "special, worse"),
            Mark::Better => ("better", "special, better"),
            Mark::NoDirection => ("none", "special, no direction"),
        };
        Self { letter, tone, words }
    }
}

/// A published value that reads differently now.
#[derive(Debug, Serialize)]
pub struct Restated {
    /// Metric and period.
    pub what: String,
    /// As published.
    pub old: String,
    /// As read now.
    pub new: String,
    /// Why.
    pub cause: String,
}

/// A decision carried over.
#[derive(Debug, Serialize)]
pub struct Decision {
    /// What was decided.
    pub text: String,
    /// Its state and date.
    pub state: String,
    /// Whether it is past its day.
    pub overdue: bool,
}

/// 2. The line.
#[derive(Debug, Serialize)]
pub struct Line {
    /// One row per traction metric, or per outcome without one.
    pub rows: Vec<LineRow>,
    /// The business metrics.
    pub business: Vec<LineNode>,
    /// Traction to business.
    pub arrows: Vec<Arrow>,
    /// Whether it is drawn on page one.
    pub on_page_one: bool,
    /// What stands below: outcomes not agreed, lanes without outcomes, metrics that signal nothing, and so on.
    pub below: Vec<(String, Vec<String>)>,
    /// What the drawing shows, in a sentence.
    pub alt: String,
}

/// A row of the line.
#[derive(Debug, Serialize)]
pub struct LineRow {
    /// The lane, on its first row.
    pub lane: Option<String>,
    /// The outcome, on its first row.
    pub outcome: Option<String>,
    /// The traction metric.
    pub node: Option<LineNode>,
    /// The words on the arrow from outcome to traction.
    pub grade: Grade,
}

/// A node of the line.
#[derive(Debug, Serialize)]
pub struct LineNode {
    /// The block's number.
    pub number: usize,
    /// The metric's title.
    pub title: String,
    /// Its last settled value.
    pub value: String,
    /// Its counts and period, and "as of D" or "held back" where that is so.
    pub small: String,
    /// Its mark.
    pub letter: Letter,
}

/// An arrow from traction to business, by their places.
#[derive(Debug, Serialize)]
pub struct Arrow {
    /// The row it begins at.
    pub row: usize,
    /// The business node it ends at.
    pub business: usize,
    /// What is known of it.
    pub grade: Grade,
    /// Why it is believed.
    pub because: String,
}

/// What is known of an arrow. Published grades come with the link stage's reviews; until then there are these two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Grade {
    /// Nothing is published.
    #[serde(rename = "not graded yet")]
    Ungraded,
    /// The metric counts the outcome's own behaviour.
    #[serde(rename = "by definition")]
    ByDefinition,
}

impl Grade {
    /// The words on the arrow.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ungraded => "not graded yet",
            Self::ByDefinition => "by definition",
        }
    }
}

/// 3. A lane, or the business section.
#[derive(Debug, Serialize)]
pub struct Section {
    /// The lane's name.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// Outcomes that have no metric, in words.
    pub without: Vec<String>,
}

/// A metric's block.
#[derive(Debug, Serialize)]
pub struct Block {
    /// Its number, so that people can say "block 8".
    pub number: usize,
    /// The metric's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The definition in words.
    pub definition: String,
    /// Its hash.
    pub definition_hash: String,
    /// The periods the chart shows, in words.
    pub reads: String,
    /// The outcome, the target, the pace, the owner's word.
    pub lead: Rich,
    /// Its mark.
    pub letter: Letter,
    /// The chart.
    pub chart: Option<chart::SixTwelve>,
    /// What stands instead of a chart without points.
    pub no_chart: Option<String>,
    /// The nine numbers, with their names.
    pub nine: Vec<Nine>,
    /// The footnotes of the nine.
    pub notes: Vec<String>,
    /// The verdict in words.
    pub verdict: String,
    /// The chart that belongs to its kind.
    pub companion: Option<chart::Companion>,
    /// By one segment.
    pub segments: Option<chart::Segments>,
    /// Who moved it, where it signals.
    pub moved: Option<Moved>,
    /// Releases of the shown weeks.
    pub releases: Vec<String>,
    /// What customers said.
    pub quotes: Vec<String>,
}

/// One of the nine numbers.
#[derive(Debug, Serialize)]
pub struct Nine {
    /// `last week`, `WoW`, …
    pub name: String,
    /// The figure.
    pub figure: Figure,
    /// Under a level, its count.
    pub count: Option<String>,
    /// The footnote's number.
    pub footnote: Option<usize>,
}

/// Who moved a metric: parts that add up to the move.
#[derive(Debug, Serialize)]
pub struct Moved {
    /// From when to when.
    pub label: String,
    /// Who, how, and by how much.
    pub rows: Vec<(String, String, String)>,
}

/// 4. One table: a row per metric, a column per month.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The months.
    pub months: Vec<String>,
    /// Their first days.
    pub starts: Vec<String>,
    /// The rows.
    pub rows: Vec<TableRow>,
}

/// A row of the table.
#[derive(Debug, Serialize)]
pub struct TableRow {
    /// The block's number.
    pub number: usize,
    /// The metric's id.
    pub id: String,
    /// The metric's title.
    pub title: String,
    /// Its unit: `%`, `€`, nothing.
    pub unit: String,
    /// A figure per month.
    pub cells: Vec<Figure>,
}

/// 7. The appendix.
#[derive(Debug, Serialize)]
pub struct Appendix {
    /// What each metric counts.
    pub definitions: Vec<Definition>,
    /// How figures are made.
    pub methods: Vec<(String, String)>,
    /// Each series with its limits.
    pub controls: Vec<chart::Control>,
    /// Series without a chart: why.
    pub uncharted: Vec<String>,
    /// What became of each source's rows.
    pub accounting: Vec<AccountingRow>,
    /// How many flags luck alone would raise.
    pub false_alarms: String,
    /// Arrows with raw and adjusted figures: compared, not yet tested.
    pub compared: Vec<Compared>,
    /// Arrows that were not compared: why.
    pub not_compared: Vec<(String, String)>,
    /// How to get this pack again.
    pub reproduce: Vec<String>,
}

/// What a metric counts.
#[derive(Debug, Serialize)]
pub struct Definition {
    /// The block's number.
    pub number: usize,
    /// The metric's title.
    pub title: String,
    /// Its id.
    pub id: String,
    /// The definition in words.
    pub words: String,
    /// Its hash.
    pub hash: String,
    /// Whether and when it changed.
    pub changed: String,
}

/// What became of a source's rows.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "each is the count of that name (R9.6)")]
pub struct AccountingRow {
    pub source: String,
    pub read: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub set_aside: u64,
    pub reasons: String,
    /// The last day it speaks of.
    pub fresh: String,
}

/// An arrow's figures.
#[derive(Debug, Serialize)]
pub struct Compared {
    /// From what to what.
    pub arrow: String,
    /// How it was compared.
    pub design: String,
    /// Exposed and not, as counts.
    pub raw: String,
    /// The raw difference with its interval.
    pub difference: String,
    /// The adjusted difference with its interval.
    pub adjusted: String,
    /// Rows, clusters, and p.
    pub rest: String,
}

/// Makes the page.
pub fn page(findings: &Findings, plan: &Plan) -> Page {
    let judged = judged(findings, plan);
    let line = line::line(findings, plan, &judged);
    Page {
        head: front::head(findings, plan),
        front: front::front(findings, plan, &judged, &line),
        lanes: block::lanes(findings, plan, &judged),
        business: block::business(findings, plan, &judged),
        table: table::table(findings, plan, &judged),
        appendix: appendix::appendix(findings, plan, &judged),
        line,
    }
}

/// A day in tables.
fn iso(day: Date) -> String {
    day.to_string()
}
