//! Share reached by days since the start: a curve per cohort, the newest in full ink, the open one dashed.

use plotters::style::RGBColor;

use super::canvas::{Anchor, BLUE, FAINT, GRID, INK, PALE, SOFT, draw, plain, width};
use super::scale::Scale;
use super::spec::Curves;

const WIDE: f64 = 460.0;
const AXIS: f64 = 46.0;
const INKS: [RGBColor; 4] = [BLUE, RGBColor(0x5f, 0x8f, 0xc8), RGBColor(0x93, 0xb0, 0xd2), PALE];

/// Draws the curves.
pub(super) fn curves(spec: &Curves) -> String {
    let (top, bottom) = (14.0, 216.0);
    draw((WIDE, 244.0), "chart half", &spec.alt, |canvas| {
        let right = WIDE - AXIS;
        let highest = spec.curves.iter().flat_map(|curve| &curve.points).map(|point| point.1).fold(0.0, f64::max);
        let scale = Scale::from_zero(highest * 1.08, (top, bottom), 4.0);
        for tick in &scale.ticks {
            let y = scale.y(*tick);
            canvas.line(&[(0.0, y), (right, y)], if *tick == 0.0 { FAINT } else { GRID }, 1.0);
            let percent = crate::report::numbers::round(tick * 100.0, 1);
            canvas.text((right + 6.0, y), &format!("{percent} %"), plain(12.0, SOFT), Anchor::Left);
        }
        let x = |day: f64| day / spec.until * right;
        for quarter in 0..=4 {
            let day = spec.until * f64::from(quarter) / 4.0;
            let anchor = match quarter {
                0 => Anchor::Left,
                4 => Anchor::Right,
                _ => Anchor::Middle,
            };
            let text = format!("{}{}", day.round(), if quarter == 4 { " days" } else { "" });
            canvas.text((x(day), bottom + 16.0), &text, plain(12.0, SOFT), anchor);
        }
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for (back, curve) in spec.curves.iter().rev().enumerate() {
            let ink = INKS[back.min(INKS.len() - 1)];
            let points: Vec<(f64, f64)> = curve.points.iter().map(|(day, share)| (x(*day), scale.y(*share))).collect();
            let wide = if back == 0 { 2.6 } else { 2.0 };
            if curve.open {
                canvas.dashed(&points, ink, wide, (7.0, 4.0));
            } else {
                canvas.line(&points, ink, wide);
            }
            let Some(end) = points.last() else { continue };
            // Above its own end, and higher still where another name stands already.
            let style = plain(12.0, if back == 0 { INK } else { SOFT });
            let half = width(&curve.label, style);
            let end_x = end.0.min(right);
            // Below the line above, where the ends stand close.
            let mut y = end.1 - 9.0;
            while taken.iter().any(|other| (other.1 - y).abs() < 15.0 && other.0 > end_x - half && other.2 < end_x) {
                y += 3.0;
            }
            taken.push((end_x, y, end_x - half));
            canvas.text((end_x, y), &curve.label, style, Anchor::Right);
        }
    })
}
