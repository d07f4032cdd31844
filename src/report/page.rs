//! What is said, as data: the one page model that every renderer writes. It knows no format, and not where figures come from.

use serde::Serialize;

use super::chart::spec;
use super::figure::{Figure, Letter};

/// The pack, in the order in which it is read.
#[derive(Debug, Serialize)]
pub struct Page {
    /// Title, days, and the run.
    pub head: Head,
    /// 1. The front page.
    pub front: Front,
    /// 2. The line.
    pub line: spec::Line,
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

/// 3. A lane, or the business section.
#[derive(Debug, Serialize)]
pub struct Section {
    /// The lane's name.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The objectives that its outcomes serve.
    pub objectives: Vec<String>,
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
    pub chart: Option<spec::SixTwelve>,
    /// What stands instead of a chart without points.
    pub no_chart: Option<String>,
    /// The nine numbers, with their names.
    pub nine: Vec<Nine>,
    /// The footnotes of the nine.
    pub notes: Vec<String>,
    /// The verdict in words.
    pub verdict: String,
    /// The chart that belongs to its kind.
    pub companion: Option<spec::Companion>,
    /// By one segment.
    pub segments: Option<spec::Segments>,
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
    pub controls: Vec<spec::Control>,
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
