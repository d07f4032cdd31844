//! A series with its limits: the centre, the ordinary range, a ring round each point that signals.

use super::canvas::{Anchor, BAND, BLUE, Canvas, FAINT, GRID, INK, SOFT, WHITE, draw, plain};
use super::scale::Scale;
use super::six_twelve::{axis_label, runs};
use super::spec::Control;

const WIDE: f64 = 460.0;
const AXIS: f64 = 52.0;

/// Draws the series.
pub(super) fn control(spec: &Control) -> String {
    let (top, bottom) = (10.0, 132.0);
    draw((WIDE, 158.0), "chart half", &spec.alt, |canvas| {
        let right = WIDE - AXIS;
        let values = spec.points.iter().filter_map(|point| point.value);
        let scale = Scale::around(values.chain([spec.lower, spec.upper].into_iter().flatten()), (top, bottom), 4.0);
        limits(canvas, spec, &scale, right);
        for tick in &scale.ticks {
            let y = scale.y(*tick);
            canvas.line(&[(0.0, y), (right, y)], GRID, 1.0);
            canvas.text((right + 6.0, y), &axis_label(&spec.style, *tick), plain(11.0, SOFT), Anchor::Left);
        }
        if let Some(centre) = spec.centre {
            let line = [(0.0, scale.y(centre)), (right, scale.y(centre))];
            canvas.dashed(&line, FAINT, 1.0, (2.0, 3.0));
        }
        let step = right / spec.points.len().max(1) as f64;
        let place = |at: usize| step * (at as f64 + 0.5);
        let places: Vec<_> = spec
            .points
            .iter()
            .enumerate()
            .map(|(at, point)| point.value.map(|value| (place(at), scale.y(value))))
            .collect();
        for run in runs(&places) {
            canvas.line(&run, BLUE, 1.5);
        }
        for (point, place) in spec.points.iter().zip(&places) {
            let Some(place) = place else { continue };
            let radius = if spec.points.len() > 60 { 1.6 } else { 2.4 };
            if point.hollow {
                canvas.dot(*place, radius + 0.6, WHITE);
                canvas.ring(*place, radius + 0.3, BLUE, 1.0);
            } else {
                canvas.dot(*place, radius, BLUE);
            }
            if point.ring {
                canvas.ring(*place, 5.0, INK, 1.2);
            }
        }
        if let Some(at) = spec.points.iter().rposition(|point| point.before_break) {
            let x = place(at) + step / 2.0;
            canvas.dashed(&[(x, top), (x, bottom)], FAINT, 1.0, (3.0, 3.0));
        }
        canvas.text((0.0, bottom + 15.0), &spec.first, plain(11.0, SOFT), Anchor::Left);
        canvas.text((right, bottom + 15.0), &spec.last, plain(11.0, SOFT), Anchor::Right);
    })
}

fn limits(canvas: &mut Canvas<'_>, spec: &Control, scale: &Scale, right: f64) {
    let Some((lower, upper)) = spec.lower.zip(spec.upper) else { return };
    let (top, bottom) = (scale.y(upper), scale.y(lower));
    if spec.trial {
        canvas.dashed(&[(0.0, top), (right, top)], FAINT, 1.0, (4.0, 4.0));
        canvas.dashed(&[(0.0, bottom), (right, bottom)], FAINT, 1.0, (4.0, 4.0));
    } else {
        canvas.fill((0.0, top), (right, bottom), BAND);
    }
}
