//! A small line without axes: the last 26 points, the newest marked.

use super::canvas::{BLUE, ORANGE, PURPLE, draw};
use super::six_twelve::runs;

/// Draws it; `tone` is that of the mark beside it.
pub(super) fn spark(values: &[Option<f64>], tone: &str) -> String {
    const SIZE: (f64, f64) = (120.0, 26.0);
    let ink = match tone {
        "worse" => ORANGE,
        "none" => PURPLE,
        _ => BLUE,
    };
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let reach = if high > low { high - low } else { 1.0 };
    let step = (SIZE.0 - 8.0) / (values.len().max(2) - 1) as f64;
    draw(SIZE, "spark", "the last points of the series", |canvas| {
        let places: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(at, value)| value.map(|value| (3.0 + step * at as f64, 22.0 - (value - low) / reach * 18.0)))
            .collect();
        for run in runs(&places) {
            canvas.line(&run, ink, 1.5);
        }
        if let Some(last) = places.iter().rev().flatten().next() {
            canvas.dot(*last, 2.6, ink);
        }
    })
}
