//! A metric by one segment: a point per value, with its interval where it is a share.

use super::canvas::{Anchor, BLUE, GRID, INK, SOFT, WHITE, bold, draw, fitted, plain, width};
use super::scale::Scale;
use super::six_twelve::axis_label;
use super::spec::Segments;

const WIDE: f64 = 460.0;
const ROW: f64 = 30.0;

/// Draws the segments.
pub(super) fn segments(spec: &Segments) -> String {
    let rows = ROW * spec.rows.len() as f64 + 8.0;
    let tall = rows + 18.0;
    draw((WIDE, tall), "chart half", &spec.alt, |canvas| {
        let names = spec.rows.iter().map(|row| width(&row.name, plain(13.0, INK))).fold(40.0, f64::max).min(130.0);
        let (left, right) = (names + 14.0, WIDE - 150.0);
        let ends = spec.rows.iter().flat_map(|row| [row.figure.high, row.figure.value]).flatten().fold(0.0, f64::max);
        // A sideways scale: its "bottom" is the left.
        let scale = Scale::from_zero(if spec.share { ends.min(1.0) } else { ends }, (right, left), 4.0);
        for tick in &scale.ticks {
            canvas.line(&[(scale.y(*tick), 0.0), (scale.y(*tick), rows)], GRID, 1.0);
            canvas.text(
                (scale.y(*tick), rows + 9.0),
                &axis_label(&spec.style, *tick),
                plain(11.0, SOFT),
                Anchor::Middle,
            );
        }
        for (at, row) in spec.rows.iter().enumerate() {
            let y = ROW * (at as f64 + 0.5) + 4.0;
            let name = plain(13.0, INK);
            canvas.text((0.0, y), &fitted(&row.name, name, names), name, Anchor::Left);
            if let Some((low, high)) = row.figure.low.zip(row.figure.high) {
                canvas.line(&[(scale.y(low), y), (scale.y(high), y)], BLUE, 1.4);
            }
            if let Some(value) = row.figure.value {
                if row.small {
                    canvas.dot((scale.y(value), y), 4.2, WHITE);
                    canvas.ring((scale.y(value), y), 3.8, BLUE, 1.6);
                } else {
                    if row.figure.low.is_none() {
                        canvas.line(&[(scale.y(0.0), y), (scale.y(value), y)], BLUE, 1.4);
                    }
                    canvas.dot((scale.y(value), y), 4.2, BLUE);
                }
            }
            let counts = row.counts.as_deref().filter(|_| !row.small).unwrap_or_default();
            canvas.text((WIDE - 78.0, y), &row.figure.text, bold(13.0, INK), Anchor::Right);
            canvas.text((WIDE, y), counts, plain(12.0, SOFT), Anchor::Right);
        }
    })
}
