//! Charts as SVG, drawn with plotters: what each shows (the specs here), and one file per kind that draws it.

mod bars;
mod canvas;
mod control;
mod curves;
mod line;
mod scale;
mod segments;
mod six_twelve;
mod spark;

use serde::Serialize;

use super::numbers::Style;
use super::page::{Figure, Line};
use super::xmr::Mark;

pub(super) use canvas::{INTER_BOLD, INTER_REGULAR, INTER_SEMIBOLD};

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

/// The 6-12 chart, for a page.
pub(super) fn six_twelve(spec: &SixTwelve) -> String {
    six_twelve::wide(spec)
}

/// The 6-12 chart, weeks over months, for a phone.
pub(super) fn six_twelve_narrow(spec: &SixTwelve) -> String {
    six_twelve::narrow(spec)
}

/// The chart that belongs to a kind; a triangle is a table, and has none.
pub(super) fn companion(spec: &Companion) -> Option<String> {
    match spec {
        Companion::Curves(curves) => Some(curves::curves(curves)),
        Companion::Stages(stages) => Some(bars::stages(stages)),
        Companion::Funnel(funnel) => Some(bars::funnel(funnel)),
        Companion::Triangle(_) => None,
        Companion::Movements(movements) => Some(bars::movements(movements)),
    }
}

/// A metric by one segment.
pub(super) fn by_segment(spec: &Segments) -> String {
    segments::segments(spec)
}

/// A series with its limits.
pub(super) fn control(spec: &Control) -> String {
    control::control(spec)
}

/// The line.
pub(super) fn the_line(spec: &Line) -> String {
    line::line(spec)
}

/// A small line without axes.
pub(super) fn sparkline(values: &[Option<f64>], tone: &str) -> String {
    spark::spark(values, tone)
}
