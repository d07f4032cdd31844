//! A table as somebody asked for it: lines over periods, a line per metric and segment; or a bar per row.

use plotters::style::RGBColor;

use super::canvas::{
    Anchor, BLUE, Canvas, FAINT, GRID, INK, ORANGE, PURPLE, SOFT, WHITE, bold, draw, fitted, plain, width,
};
use super::scale::Scale;
use super::six_twelve::{axis_label, runs};
use super::spec::{Bar, Plot, PlotLine, PlotPoint};

const WIDE: f64 = 860.0;
const AXIS: f64 = 64.0;
const ROW: f64 = 24.0;
/// Where the picture begins, below its title.
const TOP: f64 = 34.0;

/// As many lines as can be told apart.
pub const MOST_LINES: usize = 6;
/// As many bars as a page holds.
pub const MOST_BARS: usize = 40;

const INKS: [RGBColor; MOST_LINES] =
    [BLUE, ORANGE, PURPLE, RGBColor(0x2f, 0x8a, 0x6b), RGBColor(0x8c, 0x6d, 0x1f), RGBColor(0x8b, 0x94, 0x9e)];

/// Draws lines over periods; what is open is hollow and joined by dashes, for it is never a fall.
pub(super) fn lines(spec: &Plot, ticks: &[String], lines: &[PlotLine]) -> String {
    let named = if lines.len() > 1 { lines.len().div_ceil(3) as f64 * 18.0 + 6.0 } else { 0.0 };
    let (top, bottom) = (TOP + named, TOP + named + 260.0);
    draw((WIDE, bottom + 30.0), "chart", &spec.alt, |canvas| {
        let right = WIDE - AXIS;
        canvas.text((0.0, 14.0), &fitted(&spec.title, bold(15.0, INK), WIDE), bold(15.0, INK), Anchor::Left);
        let band = |point: &PlotPoint| point.interval.filter(|_| lines.len() == 1);
        let values = lines.iter().flat_map(|line| &line.points);
        let ends =
            values.flat_map(|point| [point.value, band(point).map(|(low, _)| low), band(point).map(|(_, high)| high)]);
        let scale = Scale::around(ends.flatten(), (top, bottom), 5.0);
        axes(canvas, spec, &scale, (right, bottom), ticks);
        let step = right / ticks.len().max(1) as f64;
        for (at, line) in lines.iter().enumerate() {
            let ink = INKS[at % INKS.len()];
            one(canvas, line, ink, &scale, &|at| step * (at as f64 + 0.5), lines.len() == 1);
            if lines.len() > 1 {
                let place = ((at % 3) as f64 * right / 3.0, TOP + (at / 3) as f64 * 18.0);
                canvas.line(&[(place.0, place.1), (place.0 + 16.0, place.1)], ink, 2.4);
                let name = fitted(&line.name, plain(12.0, INK), right / 3.0 - 30.0);
                canvas.text((place.0 + 22.0, place.1), &name, plain(12.0, INK), Anchor::Left);
            }
        }
    })
}

fn axes(canvas: &mut Canvas<'_>, spec: &Plot, scale: &Scale, (right, bottom): (f64, f64), ticks: &[String]) {
    for tick in &scale.ticks {
        let y = scale.y(*tick);
        canvas.line(&[(0.0, y), (right, y)], if *tick == 0.0 { FAINT } else { GRID }, 1.0);
        canvas.text((right + 6.0, y), &axis_label(&spec.style, *tick), plain(12.0, SOFT), Anchor::Left);
    }
    let step = right / ticks.len().max(1) as f64;
    let widest = ticks.iter().map(|tick| width(tick, plain(12.0, SOFT))).fold(1.0, f64::max) + 14.0;
    let every = (widest / step).ceil().max(1.0) as usize;
    for (at, tick) in ticks.iter().enumerate().step_by(every) {
        let x = (step * (at as f64 + 0.5)).clamp(widest / 2.0 - 7.0, right - widest / 2.0 + 7.0);
        canvas.text((x, bottom + 16.0), tick, plain(12.0, SOFT), Anchor::Middle);
    }
}

/// One line; alone it also shows the interval of each point.
fn one(canvas: &mut Canvas<'_>, line: &PlotLine, ink: RGBColor, scale: &Scale, x: &dyn Fn(usize) -> f64, alone: bool) {
    let place = |at: usize, point: &PlotPoint| point.value.map(|value| (x(at), scale.y(value)));
    let places: Vec<_> = line.points.iter().enumerate().map(|(at, point)| place(at, point)).collect();
    if alone {
        for (at, point) in line.points.iter().enumerate() {
            if let Some((low, high)) = point.interval {
                canvas.line(&[(x(at), scale.y(low)), (x(at), scale.y(high))], FAINT, 1.0);
            }
        }
    }
    let closed: Vec<_> = line.points.iter().zip(&places).map(|(point, place)| place.filter(|_| !point.open)).collect();
    for run in runs(&closed) {
        canvas.line(&run, ink, 2.0);
    }
    for (pair, points) in places.windows(2).zip(line.points.windows(2)) {
        if let ([Some(from), Some(to)], true) = (pair, points[1].open) {
            canvas.dashed(&[*from, *to], ink, 1.6, (4.0, 3.0));
        }
    }
    let radius = if places.len() > 60 { 1.6 } else { 2.8 };
    for (point, place) in line.points.iter().zip(&places) {
        let Some(place) = place else { continue };
        if point.open {
            canvas.dot(*place, radius + 0.6, WHITE);
            canvas.ring(*place, radius + 0.3, ink, 1.2);
        } else {
            canvas.dot(*place, radius, ink);
        }
    }
}

/// Draws a bar per row, from zero.
pub(super) fn bars(spec: &Plot, rows: &[Bar]) -> String {
    let tall = TOP + ROW * rows.len() as f64;
    draw((WIDE, tall + 24.0), "chart", &spec.alt, |canvas| {
        canvas.text((0.0, 14.0), &fitted(&spec.title, bold(15.0, INK), WIDE), bold(15.0, INK), Anchor::Left);
        let names = rows.iter().map(|row| width(&row.name, plain(13.0, INK))).fold(40.0, f64::max).min(WIDE / 2.6);
        let figures = rows.iter().map(|row| width(&row.text, plain(13.0, INK))).fold(20.0, f64::max);
        let (left, right) = (names + 14.0, WIDE - figures - 14.0);
        let values = || rows.iter().filter_map(|row| row.value).chain([0.0]);
        // A sideways scale: its "bottom" is the left.
        let scale = match values().any(|value| value < 0.0) {
            true => Scale::around(values(), (right, left), 5.0),
            false => Scale::from_zero(values().fold(0.0, f64::max), (right, left), 5.0),
        };
        for tick in &scale.ticks {
            let x = scale.y(*tick);
            canvas.line(&[(x, TOP - 6.0), (x, tall)], if *tick == 0.0 { FAINT } else { GRID }, 1.0);
            canvas.text((x, tall + 12.0), &axis_label(&spec.style, *tick), plain(12.0, SOFT), Anchor::Middle);
        }
        for (at, row) in rows.iter().enumerate() {
            let y = TOP + ROW * (at as f64 + 0.5);
            let name = plain(13.0, INK);
            canvas.text((0.0, y), &fitted(&row.name, name, names), name, Anchor::Left);
            if let Some(value) = row.value {
                let (from, to) = (scale.y(0.0).min(scale.y(value)), scale.y(0.0).max(scale.y(value)));
                canvas.fill((from, y - 7.0), (to.max(from + 0.5), y + 7.0), BLUE);
            }
            canvas.text((WIDE, y), &row.text, plain(13.0, INK), Anchor::Right);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::ValueUnit;
    use crate::report::chart::{Marks, plot};
    use crate::report::numbers::Style;

    fn spec(marks: Marks) -> Plot {
        let style = Style::new(ValueUnit::Share, None);
        Plot { title: "a & b".into(), alt: "what it shows".into(), style, marks }
    }

    #[test]
    fn an_open_point_is_hollow_and_joined_by_dashes() {
        let point = |value, open| PlotPoint { value: Some(value), interval: None, open };
        let drawn = |open| {
            let line = PlotLine { name: "x".into(), points: vec![point(0.25, false), point(0.125, open)] };
            plot(&spec(Marks::Lines { ticks: vec!["2026-05".into(), "2026-06".into()], lines: vec![line] }))
        };
        let (closed, open) = (drawn(false), drawn(true));
        assert!(open.matches("<polyline").count() > closed.matches("<polyline").count(), "{open}");
        assert!(open.contains("fill=\"#FFFFFF\"") && !closed.contains("fill=\"#FFFFFF\""), "{open}");
        assert!(closed.contains("a &amp; b") && closed.contains("what it shows"));
    }

    #[test]
    fn a_bar_below_zero_lies_on_the_other_side_of_it() {
        let bar = |value: f64| Bar { name: "x".into(), value: Some(value), text: value.to_string() };
        let drawn = plot(&spec(Marks::Bars(vec![bar(1.0), bar(-1.0)])));
        let edges: Vec<f64> =
            drawn.split("<rect x=\"").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
        assert_eq!(edges.len(), 2, "{drawn}");
        assert!(edges[1] < edges[0], "{edges:?}");
    }
}
