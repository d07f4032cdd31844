//! Charts of bars: the stages of adoption, a funnel, and the movements of recurring revenue.

use plotters::style::RGBColor;

use crate::report::numbers::count;

use super::canvas::{
    Anchor, BLUE, Canvas, FAINT, GRID, INK, ORANGE, PALE, SOFT, WHITE, bold, draw, fitted, plain, width,
};
use super::scale::Scale;
use super::six_twelve::axis_label;
use super::spec::{Funnel, MovementBar, Movements, StageBars};

const WIDE: f64 = 460.0;

/// Stages from the most to the least attached: two blues, then greys that print apart.
const STAGES: [(&str, RGBColor); 5] = [
    ("habitual", BLUE),
    ("adopted", RGBColor(0x8f, 0xb3, 0xdc)),
    ("tried", RGBColor(0xc9, 0xd1, 0xd9)),
    ("lapsed", RGBColor(0xa3, 0x8d, 0x7c)),
    ("never", RGBColor(0xee, 0xf0, 0xf2)),
];

/// A stacked bar per period, the stages named at the last.
pub(super) fn stages(spec: &StageBars) -> String {
    let (top, bottom) = (14.0, 190.0);
    let curve = if spec.since_available.len() > 1 { 150.0 } else { 0.0 };
    draw((WIDE, 216.0 + curve), "chart half", &spec.alt, |canvas| {
        if curve > 0.0 {
            since_available(canvas, &spec.since_available, 216.0);
        }
        let most = spec.months.iter().map(|month| month.counts.iter().sum::<u64>()).max().unwrap_or(1).max(1) as f64;
        let right = WIDE - 110.0;
        let slot = right / spec.months.len().max(1) as f64;
        let mut ends = Vec::new();
        for (at, month) in spec.months.iter().enumerate() {
            let (from, to) = (slot * at as f64 + slot * 0.14, slot * (at as f64 + 1.0) - slot * 0.14);
            let mut y = bottom;
            ends.clear();
            for ((_, ink), counted) in STAGES.iter().zip(month.counts) {
                let tall = counted as f64 / most * (bottom - top);
                canvas.fill((from, y - tall), (to, y), *ink);
                ends.push((y - tall / 2.0, counted));
                y -= tall;
            }
            if spec.months.len() <= 12 {
                canvas.text((slot * (at as f64 + 0.5), bottom + 14.0), &month.name, plain(11.0, SOFT), Anchor::Middle);
            }
        }
        stage_names(canvas, &ends, right + 8.0, bottom);
    })
}

/// Share of accounts by days since it was available to them, under the bars (R5.4).
fn since_available(canvas: &mut Canvas<'_>, points: &[(f64, f64)], top: f64) {
    let (right, bottom) = (WIDE - 110.0, top + 126.0);
    canvas.text((0.0, top + 12.0), "Since it was available", plain(12.0, SOFT), Anchor::Left);
    let until = points.iter().map(|point| point.0).fold(1.0, f64::max);
    let highest = points.iter().map(|point| point.1).fold(0.0, f64::max);
    let scale = Scale::from_zero(highest, (top + 28.0, bottom), 3.0);
    for tick in &scale.ticks {
        let y = scale.y(*tick);
        canvas.line(&[(0.0, y), (right, y)], GRID, 1.0);
        let percent = crate::report::numbers::round(tick * 100.0, 1);
        canvas.text((right + 8.0, y), &format!("{percent} %"), plain(12.0, SOFT), Anchor::Left);
    }
    let places: Vec<_> = points.iter().map(|(day, share)| (day / until * right, scale.y(*share))).collect();
    canvas.line(&places, BLUE, 2.2);
    canvas.text((0.0, bottom + 14.0), "0", plain(11.0, SOFT), Anchor::Left);
    canvas.text((right, bottom + 14.0), &format!("{} days", until.round()), plain(11.0, SOFT), Anchor::Right);
}

/// Names beside the last bar, pushed apart where they would touch.
fn stage_names(canvas: &mut Canvas<'_>, ends: &[(f64, u64)], x: f64, bottom: f64) {
    let mut least = bottom + 8.0;
    for ((name, _), (y, counted)) in STAGES.iter().zip(ends) {
        let y = y.min(least - 14.0);
        canvas.text((x, y), &format!("{name} {}", count(*counted)), plain(12.0, INK), Anchor::Left);
        least = y;
    }
}

/// A bar per step, with share, counts and time.
pub(super) fn funnel(spec: &Funnel) -> String {
    const STEP: f64 = 46.0;
    draw((WIDE, 10.0 + STEP * spec.steps.len() as f64), "chart half", &spec.alt, |canvas| {
        for (at, step) in spec.steps.iter().enumerate() {
            let y = 10.0 + STEP * at as f64;
            let counts = match &step.time {
                Some(time) if at > 0 => format!("{}, median {time}", step.counts),
                _ => step.counts.clone(),
            };
            let style = plain(12.0, SOFT);
            let room = WIDE - width(&counts, style) - 16.0;
            canvas.text((0.0, y), &fitted(&step.name, bold(13.0, INK), room), bold(13.0, INK), Anchor::Left);
            canvas.text((WIDE, y), &counts, style, Anchor::Right);
            let right = (WIDE - 52.0) * step.share;
            canvas.fill((0.0, y + 11.0), (WIDE - 52.0, y + 25.0), GRID);
            canvas.fill((0.0, y + 11.0), (right.max(1.0), y + 25.0), BLUE);
            canvas.text((WIDE, y + 18.0), &step.text, bold(13.0, INK), Anchor::Right);
        }
    })
}

const UP: [(&str, RGBColor); 3] = [("new", BLUE), ("reactivation", PALE), ("expansion", RGBColor(0x5f, 0x8f, 0xc8))];
const DOWN: [(&str, RGBColor); 2] = [("contraction", RGBColor(0xe5, 0xb9, 0x97)), ("churn", ORANGE)];

/// What came above the line, what went below it, and a mark at the net.
pub(super) fn movements(spec: &Movements) -> String {
    const AXIS: f64 = 62.0;
    let (top, bottom) = (34.0, 250.0);
    draw((960.0, 284.0), "chart", &spec.alt, |canvas| {
        movement_key(canvas);
        let highest = spec.months.iter().map(|month| month.up.iter().sum::<f64>());
        let lowest = spec.months.iter().map(|month| -month.down.iter().sum::<f64>());
        let scale = Scale::around(highest.chain(lowest).chain([0.0, 1.0]), (top, bottom), 6.0);
        for tick in &scale.ticks {
            let y = scale.y(*tick);
            canvas.line(&[(0.0, y), (960.0 - AXIS, y)], if *tick == 0.0 { FAINT } else { GRID }, 1.0);
            canvas.text((966.0 - AXIS, y), &axis_label(&spec.style, *tick), plain(12.0, SOFT), Anchor::Left);
        }
        let slot = (960.0 - AXIS) / spec.months.len().max(1) as f64;
        for (at, month) in spec.months.iter().enumerate() {
            bar(canvas, spec, month, &scale, (slot * at as f64, slot));
            canvas.text((slot * (at as f64 + 0.5), bottom + 18.0), &month.name, plain(12.0, SOFT), Anchor::Middle);
        }
    })
}

fn bar(canvas: &mut Canvas<'_>, spec: &Movements, month: &MovementBar, scale: &Scale, (left, slot): (f64, f64)) {
    let (from, to) = (left + slot * 0.2, left + slot * 0.8);
    let mut level = 0.0;
    for ((_, ink), amount) in UP.iter().zip(month.up) {
        canvas.fill((from, scale.y(level + amount)), (to, scale.y(level)), *ink);
        level += amount;
    }
    let high = scale.y(level);
    level = 0.0;
    for ((_, ink), amount) in DOWN.iter().zip(month.down) {
        canvas.fill((from, scale.y(level)), (to, scale.y(level - amount)), *ink);
        level -= amount;
    }
    let net = scale.y(month.net);
    canvas.line(&[(from - 4.0, net), (to + 4.0, net)], WHITE, 4.0);
    canvas.line(&[(from - 4.0, net), (to + 4.0, net)], INK, 2.0);
    let sign = if month.net > 0.0 { "+" } else { "" };
    let label = format!("{sign}{}", spec.style.level(month.net));
    canvas.text((f64::midpoint(from, to), high.min(net) - 9.0), &label, plain(11.5, INK), Anchor::Middle);
}

fn movement_key(canvas: &mut Canvas<'_>) {
    let mut x = 0.0;
    let style = plain(12.0, SOFT);
    for (name, ink) in UP.iter().chain(&DOWN) {
        canvas.fill((x, 3.0), (x + 11.0, 13.0), *ink);
        canvas.text((x + 16.0, 8.0), name, style, Anchor::Left);
        x += 16.0 + width(name, style) + 20.0;
    }
    canvas.line(&[(x, 8.0), (x + 16.0, 8.0)], INK, 2.0);
    canvas.text((x + 21.0, 8.0), "net", style, Anchor::Left);
}
