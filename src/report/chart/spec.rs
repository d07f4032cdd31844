//! What each chart shows: specs that `page` fills in and that the drawing files read.

use serde::Serialize;

use crate::report::figure::{Figure, Letter};
use crate::report::numbers::Style;
use crate::report::xmr::Mark;

/// The line: outcomes, traction, business.
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

/// The 6-12 chart.
#[derive(Debug, Serialize)]
pub struct SixTwelve {
    /// What it shows.
    pub alt: String,
    /// How figures are written.
    #[serde(skip)]
    pub style: Style,
    /// The weeks.
    pub weeks: Option<Panel>,
    /// The months.
    pub months: Option<Panel>,
    /// Whether weeks and months mean the same, and share an axis.
    pub one_axis: bool,
    /// Releases of the shown weeks.
    pub releases: Vec<ReleaseMark>,
}

/// The weeks or the months of a 6-12 chart.
#[derive(Debug, Serialize)]
pub struct Panel {
    /// Its periods, oldest first.
    pub slots: Vec<Slot>,
    /// The ordinary range, where it belongs to these periods.
    pub band: Option<(f64, f64)>,
    /// Whether the limits are on trial.
    pub trial: bool,
}

/// A period of a 6-12 chart.
#[derive(Debug, Serialize)]
pub struct Slot {
    /// `22 Jun`, `Jun`.
    pub name: String,
    /// The year, where it begins.
    pub sub: Option<String>,
    /// The first day.
    pub start: String,
    /// The label at the point.
    pub label: String,
    /// This year's figure.
    pub figure: Figure,
    /// Last year's value.
    pub last_year: Option<f64>,
    /// The path's value at the period's end.
    pub target: Option<f64>,
    /// Whether it signals.
    pub ring: bool,
    /// What its signal means.
    #[serde(skip)]
    pub mark: Option<Mark>,
    /// Whether too few actors stand behind it.
    pub hollow: bool,
    /// Whether a segment value was taken from before its first known version.
    pub assumed: bool,
}

/// A release under the weeks.
#[derive(Debug, Serialize)]
pub struct ReleaseMark {
    /// The week it falls in.
    pub slot: usize,
    /// Its title and day.
    pub label: String,
    /// Its day.
    pub day: String,
}

/// The chart that belongs to a kind.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the chart of that name")]
pub enum Companion {
    Curves(Curves),
    Stages(StageBars),
    Funnel(Funnel),
    Triangle(Triangle),
    Movements(Movements),
}

/// Share reached by days since the start, a curve per cohort.
#[derive(Debug, Serialize)]
pub struct Curves {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// The last day shown.
    pub until: f64,
    /// The curves, oldest first.
    pub curves: Vec<Curve>,
    /// What stands below.
    pub below: Option<String>,
}

/// One cohort's curve.
#[derive(Debug, Serialize)]
pub struct Curve {
    /// Its name, with "(open)".
    pub label: String,
    /// How many started.
    pub eligible: u64,
    /// Days and share.
    pub points: Vec<(f64, f64)>,
    /// Whether it is open: dashed.
    pub open: bool,
}

/// The stages of adoption, a stacked bar per period.
#[derive(Debug, Serialize)]
pub struct StageBars {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// The periods, oldest first.
    pub months: Vec<StageBar>,
    /// Share of accounts by days since availability.
    pub since_available: Vec<(f64, f64)>,
}

/// One bar: habitual, adopted, tried, lapsed, never.
#[derive(Debug, Serialize)]
pub struct StageBar {
    /// The period.
    pub name: String,
    /// How many stand in each stage.
    pub counts: [u64; 5],
}

/// A funnel, a bar per step.
#[derive(Debug, Serialize)]
pub struct Funnel {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// The steps.
    pub steps: Vec<FunnelStep>,
}

/// A step of a funnel.
#[derive(Debug, Serialize)]
pub struct FunnelStep {
    /// Its name.
    pub name: String,
    /// Share of those that entered.
    pub share: f64,
    /// The share as printed; empty under `min_n`.
    pub text: String,
    /// `141 of 322`
    pub counts: String,
    /// Median time from entry.
    pub time: Option<String>,
}

/// A retention triangle.
#[derive(Debug, Serialize)]
pub struct Triangle {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// `week`, `month`.
    pub unit: &'static str,
    /// A row per cohort.
    pub rows: Vec<TriangleRow>,
}

/// A cohort.
#[derive(Debug, Serialize)]
pub struct TriangleRow {
    /// Its period.
    pub name: String,
    /// Its size.
    pub eligible: u64,
    /// Its cells, from k = 0.
    pub cells: Vec<TriangleCell>,
}

/// A cell of a triangle.
#[derive(Debug, Serialize)]
pub struct TriangleCell {
    /// The share; nothing under `min_n`.
    pub share: Option<f64>,
    /// How many came back.
    pub counted: u64,
    /// Whether it is open.
    pub open: bool,
}

/// How recurring revenue moved.
#[derive(Debug, Serialize)]
pub struct Movements {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// The months, oldest first.
    pub months: Vec<MovementBar>,
    /// How figures are written.
    #[serde(skip)]
    pub style: Style,
}

/// A month's movements.
#[derive(Debug, Serialize)]
pub struct MovementBar {
    /// The month.
    pub name: String,
    /// New, reactivation, expansion.
    pub up: [f64; 3],
    /// Contraction, churn.
    pub down: [f64; 2],
    /// Closing less opening.
    pub net: f64,
}

/// A metric by one segment.
#[derive(Debug, Serialize)]
pub struct Segments {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// Whether the values are shares.
    pub share: bool,
    /// How figures are written.
    #[serde(skip)]
    pub style: Style,
    /// The segment's values.
    pub rows: Vec<SegmentRow>,
}

/// A segment's value.
#[derive(Debug, Serialize)]
pub struct SegmentRow {
    /// The segment's value.
    pub name: String,
    /// The figure.
    pub figure: Figure,
    /// `141 of 322`
    pub counts: Option<String>,
    /// Whether too few actors stand behind it.
    pub small: bool,
}

/// A series with its limits.
#[derive(Debug, Serialize)]
pub struct Control {
    /// The block's number.
    pub number: usize,
    /// The metric's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// The verdict.
    pub verdict: String,
    /// `by week`
    pub unit: String,
    /// How figures are written.
    #[serde(skip)]
    pub style: Style,
    /// The centre.
    pub centre: Option<f64>,
    /// The lower limit.
    pub lower: Option<f64>,
    /// The upper limit.
    pub upper: Option<f64>,
    /// Whether the limits are on trial.
    pub trial: bool,
    /// The first period shown.
    pub first: String,
    /// The last.
    pub last: String,
    /// Its points.
    pub points: Vec<ControlPoint>,
}

/// A point of a series.
#[derive(Debug, Serialize)]
pub struct ControlPoint {
    /// The first day of its period.
    pub start: String,
    /// The value; nothing is a gap.
    pub value: Option<f64>,
    /// Whether it signals.
    pub ring: bool,
    /// Whether too few actors stand behind it.
    pub hollow: bool,
    /// Whether limits begin anew after it.
    pub before_break: bool,
}

/// A table as somebody asked for it, with no page around it.
#[derive(Debug)]
pub struct Plot {
    /// Its heading.
    pub title: String,
    /// What it shows.
    pub alt: String,
    /// How figures are written.
    pub style: Style,
    /// What is drawn.
    pub marks: Marks,
}

/// What is drawn of a table.
#[derive(Debug)]
pub enum Marks {
    /// Lines over periods, or over whatever the ticks name; each has a point per tick.
    Lines {
        /// The names below.
        ticks: Vec<String>,
        /// The lines.
        lines: Vec<PlotLine>,
    },
    /// A bar per row.
    Bars(Vec<Bar>),
}

/// A line of a plot.
#[derive(Debug)]
pub struct PlotLine {
    /// Its name.
    pub name: String,
    /// A point per tick.
    pub points: Vec<PlotPoint>,
}

/// A point of a plot.
#[derive(Debug, Clone, Copy)]
pub struct PlotPoint {
    /// The value; nothing is a gap.
    pub value: Option<f64>,
    /// Its interval, where it has one.
    pub interval: Option<(f64, f64)>,
    /// Whether it is not settled yet.
    pub open: bool,
}

/// A bar of a plot.
#[derive(Debug)]
pub struct Bar {
    /// Its name.
    pub name: String,
    /// The value; nothing draws no bar.
    pub value: Option<f64>,
    /// The value as printed.
    pub text: String,
}
