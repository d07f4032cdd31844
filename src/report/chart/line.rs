//! The line: lanes and outcomes, traction and business in three columns, with what is known of each arrow in words.
//!
//! No arrow crosses a text: the words of an arrow stand in a strip of their own left of the curves, and the curves keep
//! to a strip in which nothing is written.

use plotters::style::RGBColor;

use super::spec::{Arrow, Grade, Line, LineNode, LineRow};
use crate::report::figure::Letter;

use super::canvas::{
    Anchor, BLUE, Canvas, FAINT, HAIR, INK, ORANGE, PURPLE, SOFT, WHITE, bold, draw, fitted, plain, width, wrapped,
};

const WIDE: f64 = 960.0;
const OUTCOME: f64 = 74.0;
const TRACTION: f64 = 340.0;
const OUT: f64 = 560.0;
const CURVES: f64 = 660.0;
const BUSINESS: f64 = 748.0;
const ROW: f64 = 17.0;

/// A row with the place of its arrow.
struct Placed<'a> {
    row: &'a LineRow,
    top: f64,
    /// Where value and arrow stand.
    middle: f64,
    outcome: Vec<String>,
    title: Vec<String>,
}

/// Draws the line.
pub(super) fn line(spec: &Line) -> String {
    let (rows, end) = place(spec);
    let business = business(spec, &rows, end);
    let tall = business.iter().map(|(y, _)| y + 34.0).fold(end, f64::max) + 6.0;
    draw((WIDE, tall), "chart line", &spec.alt, |canvas| {
        head(canvas);
        for (at, row) in rows.iter().enumerate() {
            draw_row(canvas, &rows, at, row);
        }
        arrows(canvas, spec, &rows, &business);
        for ((y, title), node) in business.iter().zip(&spec.business) {
            for (at, part) in title.iter().enumerate() {
                let from = y - 9.0 - ROW * (title.len() - 1 - at) as f64;
                canvas.text((BUSINESS, from), part, bold(13.0, INK), Anchor::Left);
            }
            value(canvas, node, (BUSINESS, y + 9.0), WIDE);
        }
    })
}

fn head(canvas: &mut Canvas<'_>) {
    for (x, words) in [(0.0, "Outcome, by lane"), (TRACTION, "Traction"), (BUSINESS, "Business")] {
        canvas.text((x, 8.0), words, bold(12.0, SOFT), Anchor::Left);
    }
    canvas.line(&[(0.0, 22.0), (WIDE, 22.0)], HAIR, 1.0);
}

/// From top to bottom: each row as tall as its longest text and its arrows need.
fn place(spec: &Line) -> (Vec<Placed<'_>>, f64) {
    let mut top = 30.0;
    let mut placed = Vec::new();
    for (at, row) in spec.rows.iter().enumerate() {
        if row.lane.is_some() && at > 0 {
            top += 11.0;
        }
        let outcome = row.outcome.as_ref().map_or(Vec::new(), |text| wrapped(text, bold(13.0, INK), 236.0, 3));
        let title = row
            .node
            .as_ref()
            .map_or(Vec::new(), |node| wrapped(&node.title, bold(13.0, INK), OUT - TRACTION - 12.0, 2));
        let lines = outcome.len().max(title.len()).max(1) as f64;
        let arrows = spec.arrows.iter().filter(|arrow| arrow.row == at).count() as f64;
        let middle = top + lines * ROW + 10.0;
        let spread = ((arrows - 1.0) * 16.0 / 2.0 - 10.0).max(0.0);
        placed.push(Placed { row, top, middle, outcome, title });
        top = middle + 17.0 + spread;
    }
    (placed, top)
}

fn draw_row(canvas: &mut Canvas<'_>, rows: &[Placed<'_>], at: usize, placed: &Placed<'_>) {
    if let Some(lane) = &placed.row.lane {
        if at > 0 {
            canvas.line(&[(0.0, placed.top - 6.0), (OUT - 10.0, placed.top - 6.0)], HAIR, 1.0);
        }
        for (line, part) in wrapped(lane, bold(12.0, SOFT), OUTCOME - 10.0, 3).iter().enumerate() {
            canvas.text((0.0, placed.top + 8.0 + 15.0 * line as f64), part, bold(12.0, SOFT), Anchor::Left);
        }
    }
    // Texts stand on the arrow, so that outcome and metric share a ground line.
    let lines = placed.outcome.len().max(placed.title.len()).max(1);
    for (x, texts) in [(OUTCOME, &placed.outcome), (TRACTION, &placed.title)] {
        let from = placed.top + 8.0 + ROW * (lines - texts.len()) as f64;
        for (line, part) in texts.iter().enumerate() {
            canvas.text((x, from + ROW * line as f64), part, bold(13.0, INK), Anchor::Left);
        }
    }
    let Some(node) = &placed.row.node else {
        canvas.text((OUTCOME, placed.middle), "no traction metric yet", plain(12.0, SOFT), Anchor::Left);
        return;
    };
    if placed.row.outcome.is_none() {
        // A further metric of the outcome above: the arrow branches off.
        canvas.line(&[(OUTCOME + 4.0, rows[at - 1].middle + 1.0), (OUTCOME + 4.0, placed.middle)], FAINT, 1.0);
    }
    let from = if placed.row.outcome.is_none() { OUTCOME + 4.0 } else { OUTCOME };
    straight(canvas, (from, TRACTION - 14.0), placed.middle, placed.row.grade);
    value(canvas, node, (TRACTION, placed.middle), OUT - 8.0);
}

/// From outcome to traction: the words stand in the middle, the line leaves them room.
fn straight(canvas: &mut Canvas<'_>, (from, to): (f64, f64), y: f64, grade: Grade) {
    let words = grade.words();
    let style = plain(12.0, SOFT);
    let half = width(words, style) / 2.0 + 7.0;
    let middle = (OUTCOME + TRACTION) / 2.0 - 20.0;
    canvas.text((middle, y), words, style, Anchor::Middle);
    stroke(canvas, &[(from, y), (middle - half, y)], grade);
    stroke(canvas, &[(middle + half, y), (to - 7.0, y)], grade);
    tip(canvas, (to, y), grade);
}

fn stroke(canvas: &mut Canvas<'_>, points: &[(f64, f64)], grade: Grade) {
    match grade {
        Grade::ByDefinition => canvas.line(points, FAINT, 1.0),
        Grade::Ungraded => canvas.dashed(points, SOFT, 1.6, (1.6, 4.4)),
    }
}

fn tip(canvas: &mut Canvas<'_>, (x, y): (f64, f64), grade: Grade) {
    let ink = if grade == Grade::ByDefinition { FAINT } else { SOFT };
    canvas.shape(&[(x, y), (x - 7.5, y - 4.0), (x - 7.5, y + 4.0)], ink);
}

/// The mark, the value, and what it is made of.
fn value(canvas: &mut Canvas<'_>, node: &LineNode, (x, y): (f64, f64), right: f64) {
    mark(canvas, &node.letter, (x + 7.0, y));
    let style = bold(14.0, INK);
    canvas.text((x + 21.0, y), &node.value, style, Anchor::Left);
    let at = x + 21.0 + width(&node.value, style) + 8.0;
    let small = plain(11.5, SOFT);
    canvas.text((at, y), &fitted(&node.small, small, right - at), small, Anchor::Left);
}

/// The letter in its circle: filled where it signals.
fn mark(canvas: &mut Canvas<'_>, letter: &Letter, place: (f64, f64)) {
    match ink(letter.tone) {
        Some(ink) => {
            canvas.dot(place, 7.0, ink);
            canvas.text(place, letter.letter, bold(9.5, WHITE), Anchor::Middle);
        }
        None if letter.letter.is_empty() => {}
        None => {
            canvas.ring(place, 6.5, FAINT, 1.0);
            canvas.dot(place, 1.2, SOFT);
        }
    }
}

fn ink(tone: &str) -> Option<RGBColor> {
    match tone {
        "better" => Some(BLUE),
        "worse" => Some(ORANGE),
        "none" => Some(PURPLE),
        _ => None,
    }
}

/// Where each business metric stands: as near as may be to the middle of what leads to it, in the order of these
/// middles, so that curves cross as little as may be; those that nothing leads to come last.
fn business(spec: &Line, rows: &[Placed<'_>], end: f64) -> Vec<(f64, Vec<String>)> {
    const APART: f64 = 62.0;
    let titles: Vec<Vec<String>> =
        spec.business.iter().map(|node| wrapped(&node.title, bold(13.0, INK), WIDE - BUSINESS, 2)).collect();
    let wish = |at: usize| {
        let from = spec.arrows.iter().filter(|arrow| arrow.business == at).map(|arrow| rows[arrow.row].middle);
        let (sum, count) = from.fold((0.0, 0.0), |(sum, count), middle| (sum + middle, count + 1.0));
        if count > 0.0 { sum / count } else { f64::MAX }
    };
    let mut order: Vec<usize> = (0..spec.business.len()).collect();
    order.sort_by(|one, other| wish(*one).total_cmp(&wish(*other)).then(one.cmp(other)));
    let mut places = vec![0.0; order.len()];
    let mut least = 54.0;
    for at in &order {
        let tall = ROW * (titles[*at].len().max(1) - 1) as f64;
        let wished = if wish(*at) < f64::MAX { wish(*at) } else { least };
        places[*at] = wished.max(least + tall);
        least = places[*at] + APART;
    }
    // What hangs below the last row is pushed up again, from the bottom.
    let mut most = (end - 16.0).max(54.0 + APART * (order.len().max(1) - 1) as f64);
    for at in order.iter().rev() {
        places[*at] = places[*at].min(most);
        most = places[*at] - APART;
    }
    places.into_iter().zip(titles).collect()
}

/// From traction to business: a short piece, the words, the curve.
fn arrows(canvas: &mut Canvas<'_>, spec: &Line, rows: &[Placed<'_>], business: &[(f64, Vec<String>)]) {
    let style = plain(12.0, SOFT);
    for (at, row) in rows.iter().enumerate() {
        let mut ours: Vec<&Arrow> = spec.arrows.iter().filter(|arrow| arrow.row == at).collect();
        ours.sort_by(|one, other| business[one.business].0.total_cmp(&business[other.business].0));
        let first = row.middle - (ours.len().saturating_sub(1)) as f64 * 8.0;
        for (nth, arrow) in ours.iter().enumerate() {
            let y = first + 16.0 * nth as f64;
            let words = arrow.grade.words();
            stroke(canvas, &[(OUT, y), (OUT + 10.0, y)], arrow.grade);
            canvas.text((OUT + 15.0, y), words, style, Anchor::Left);
            let from = (OUT + 15.0 + width(words, style) + 5.0).min(CURVES);
            let to = (BUSINESS - 14.0, business[arrow.business].0);
            stroke(canvas, &curve((from, y), (to.0 - 7.0, to.1)), arrow.grade);
            tip(canvas, to, arrow.grade);
        }
    }
}

fn curve(from: (f64, f64), to: (f64, f64)) -> Vec<(f64, f64)> {
    let bend = (to.0 - from.0) * 0.5;
    (0..=28)
        .map(|step| {
            let t = f64::from(step) / 28.0;
            let weights = [(1.0 - t).powi(3), 3.0 * t * (1.0 - t).powi(2), 3.0 * t * t * (1.0 - t), t.powi(3)];
            let x = weights[0] * from.0 + weights[1] * (from.0 + bend) + weights[2] * (to.0 - bend) + weights[3] * to.0;
            (x, (weights[0] + weights[1]) * from.1 + (weights[2] + weights[3]) * to.1)
        })
        .collect()
}
