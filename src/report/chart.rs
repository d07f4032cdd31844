//! Charts as SVG, drawn with plotters: what each shows is told by `spec`, and one file per kind draws it.

mod bars;
mod canvas;
mod control;
mod curves;
mod line;
mod plot;
mod scale;
mod segments;
mod six_twelve;
mod spark;
pub mod spec;

use spec::{Companion, Control, Line, Marks, Plot, Segments, SixTwelve};

pub use plot::{MOST_BARS, MOST_LINES};

pub(super) use canvas::{INTER_BOLD, INTER_REGULAR, INTER_SEMIBOLD};

/// A table as somebody asked for it.
pub(super) fn plot(spec: &Plot) -> String {
    match &spec.marks {
        Marks::Lines { ticks, lines } => plot::lines(spec, ticks, lines),
        Marks::Bars(rows) => plot::bars(spec, rows),
    }
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
