//! The 6-12 chart: six weeks, an empty slot, twelve months, each point with its figure.

use plotters::style::RGBColor;

use crate::model::reading::ValueUnit;
use crate::report::numbers::Style;
use crate::report::xmr::Mark;

use super::canvas::{
    Anchor, BAND, BLUE, Canvas, FAINT, GRID, INK, ORANGE, PALE, PURPLE, SOFT, WHITE, bold, draw, fitted, plain, width,
};
use super::scale::Scale;
use super::spec::{Panel, SixTwelve, Slot};

const RELEASES: usize = 2;
const RELEASE_ROW: f64 = 15.0;

/// Where a panel stands on the sheet.
struct Frame {
    left: f64,
    slot: f64,
    scale: Scale,
    top: f64,
    bottom: f64,
    /// Where the axis' figures begin.
    axis: f64,
    /// The slots from which a release's line goes down.
    marks: Vec<usize>,
}

impl Frame {
    fn x(&self, slot: usize) -> f64 {
        self.left + self.slot * (slot as f64 + 0.5)
    }
}

/// For a page: 960 wide, weeks and months side by side.
pub(super) fn wide(spec: &SixTwelve) -> String {
    const AXIS: f64 = 52.0;
    let releases = spec.releases.len().min(RELEASES) as f64 * RELEASE_ROW;
    let (top, bottom) = (30.0, 250.0);
    draw((960.0, bottom + releases + 44.0), "chart", &spec.alt, |canvas| {
        key(canvas, spec, 960.0 - AXIS);
        let place = (top, bottom);
        let shared = spec.one_axis.then(|| scale(spec.weeks.iter().chain(&spec.months), place, &spec.style));
        let counts = [&spec.weeks, &spec.months].map(|panel| panel.as_ref().map_or(0, |panel| panel.slots.len()));
        let both = counts.iter().all(|count| *count > 0);
        let gap = if !both {
            0.0
        } else if spec.one_axis {
            1.0
        } else {
            1.7
        };
        let slot = (960.0 - AXIS) / (counts[0] as f64 + counts[1] as f64 + gap);
        let mut left = 0.0;
        for panel in [&spec.weeks, &spec.months].into_iter().flatten() {
            let right = left + slot * panel.slots.len() as f64;
            let last = std::ptr::eq(panel, spec.months.as_ref().unwrap_or(panel));
            let scale = shared.clone().unwrap_or_else(|| scale([panel], place, &spec.style));
            let axis = if last || !spec.one_axis { right } else { 960.0 - AXIS };
            let weeks = spec.weeks.as_ref().is_some_and(|weeks| std::ptr::eq(panel, weeks));
            let marks = if weeks { spec.releases.iter().map(|release| release.slot).collect() } else { Vec::new() };
            let frame = Frame { left, slot, scale, top, bottom, axis, marks };
            let grid_to = if spec.one_axis && !last { right + slot * gap } else { right };
            gridlines(canvas, &frame, (left, grid_to), &spec.style, last || !spec.one_axis);
            paint(canvas, panel, &frame, releases);
            if weeks {
                marks_of_releases(canvas, spec, &frame, bottom);
            }
            left = right + slot * gap;
        }
    })
}

/// For a phone: 360 wide, weeks over months.
pub(super) fn narrow(spec: &SixTwelve) -> String {
    const WIDE: f64 = 360.0;
    const AXIS: f64 = 44.0;
    const TALL: f64 = 200.0;
    let panels: Vec<&Panel> = [&spec.weeks, &spec.months].into_iter().flatten().collect();
    draw((WIDE, 26.0 + TALL * panels.len() as f64), "chart narrow", &spec.alt, |canvas| {
        key(canvas, spec, WIDE - AXIS);
        for (at, panel) in panels.iter().enumerate() {
            let (top, bottom) = (30.0 + TALL * at as f64, 30.0 + TALL * at as f64 + TALL - 50.0);
            let slot = (WIDE - AXIS) / panel.slots.len() as f64;
            let right = WIDE - AXIS;
            let frame = Frame {
                left: 0.0,
                slot,
                scale: scale([*panel], (top, bottom), &spec.style),
                top,
                bottom,
                axis: right,
                marks: Vec::new(),
            };
            gridlines(canvas, &frame, (0.0, right), &spec.style, true);
            paint(canvas, panel, &frame, 0.0);
        }
    })
}

fn scale<'a>(panels: impl IntoIterator<Item = &'a Panel>, place: (f64, f64), style: &Style) -> Scale {
    let values = panels.into_iter().flat_map(|panel| {
        let slots = panel.slots.iter().flat_map(|slot| [slot.figure.value, slot.last_year, slot.target]).flatten();
        slots.chain(panel.band.iter().flat_map(|band| [band.0, band.1])).collect::<Vec<_>>()
    });
    let values: Vec<f64> = values.collect();
    let mut scale = Scale::around(values.iter().copied(), place, 5.0);
    // Room above the whole is room, and no share that there could be.
    if style.unit == ValueUnit::Share && values.iter().all(|value| *value <= 1.0) {
        scale.ticks.retain(|tick| *tick <= 1.0 + 1e-9);
    }
    scale
}

fn gridlines(canvas: &mut Canvas<'_>, frame: &Frame, ends: (f64, f64), style: &Style, labels: bool) {
    for tick in &frame.scale.ticks {
        let y = frame.scale.y(*tick);
        canvas.line(&[(ends.0, y), (ends.1, y)], GRID, 1.0);
        if labels {
            canvas.text((frame.axis + 6.0, y), &axis_label(style, *tick), plain(12.0, SOFT), Anchor::Left);
        }
    }
}

/// A gridline's figure: no more digits than it needs.
pub(super) fn axis_label(style: &Style, tick: f64) -> String {
    use crate::model::reading::ValueUnit;
    let short = Style { digits: 3, ..style.clone() };
    match style.unit {
        ValueUnit::Share => {
            let percent = crate::report::numbers::round(tick * 100.0, 2);
            format!("{percent} %").replace('-', "\u{2212}")
        }
        ValueUnit::Count | ValueUnit::Number => {
            let value = crate::report::numbers::round(tick, 6);
            if value.abs() < 10_000.0 {
                format!("{value}").replace('-', "\u{2212}")
            } else {
                trimmed(&short.label(tick))
            }
        }
        ValueUnit::Money => trimmed(&short.level(tick)),
    }
}

/// `€2.50 M` as `€2.5 M`, `100 k` as it is.
fn trimmed(text: &str) -> String {
    let end = text.find(' ').unwrap_or(text.len());
    let (figure, unit) = text.split_at(end);
    if figure.contains('.') {
        format!("{}{unit}", figure.trim_end_matches('0').trim_end_matches('.'))
    } else {
        text.to_owned()
    }
}

fn paint(canvas: &mut Canvas<'_>, panel: &Panel, frame: &Frame, below: f64) {
    let last_year = places(panel, frame, |slot| slot.last_year);
    let this_year = places(panel, frame, |slot| slot.figure.value);
    let targets = places(panel, frame, |slot| slot.target);
    let around = |reach: f64| move |(x, y): &(f64, f64)| ((x - reach, y - reach), (x + reach, y + reach));
    let mut taken: Vec<Box2> = targets.iter().flatten().map(around(6.5)).collect();
    taken.extend(this_year.iter().flatten().map(around(5.0)));
    let marked = frame.marks.iter().filter_map(|slot| this_year[*slot]);
    taken.extend(marked.map(|(x, y)| ((x - 2.0, y + 6.0), (x + 2.0, frame.bottom))));
    if let Some(band) = panel.band {
        taken.push(ordinary_range(canvas, panel, band, frame, &[&this_year, &last_year]));
    }
    for part in runs(&last_year) {
        canvas.line(&part, PALE, 2.0);
        lonely(canvas, &part, PALE);
    }
    for (x, y) in targets.iter().flatten() {
        triangle(canvas, (*x, *y));
    }
    for part in runs(&this_year) {
        canvas.line(&part, BLUE, 2.2);
    }
    for (slot, place) in panel.slots.iter().zip(&this_year) {
        if let Some(place) = place {
            point(canvas, slot, *place);
        }
    }
    labels(canvas, panel, frame, [&this_year, &last_year], taken);
    names(canvas, panel, frame, below);
}

fn segments_of(lines: &[&[Option<(f64, f64)>]]) -> Vec<((f64, f64), (f64, f64))> {
    let runs = lines.iter().flat_map(|line| runs(line));
    runs.flat_map(|run| run.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()).collect()
}

/// The band with its words, which stand where they cross no line.
fn ordinary_range(
    canvas: &mut Canvas<'_>,
    panel: &Panel,
    band: (f64, f64),
    frame: &Frame,
    lines: &[&[Option<(f64, f64)>]],
) -> Box2 {
    let (left, right) = (frame.left + 4.0, frame.left + frame.slot * panel.slots.len() as f64 - 4.0);
    let (top, bottom) = (frame.scale.y(band.1), frame.scale.y(band.0));
    if panel.trial {
        canvas.dashed(&[(left, top), (right, top)], FAINT, 1.0, (4.0, 4.0));
        canvas.dashed(&[(left, bottom), (right, bottom)], FAINT, 1.0, (4.0, 4.0));
    } else {
        canvas.fill((left, top), (right, bottom), BAND);
    }
    let words = if panel.trial { "range on trial" } else { "ordinary range" };
    let wide = width(words, plain(11.0, SOFT)) + 6.0;
    let segments = segments_of(lines);
    let points = || lines[0].iter().flatten();
    let space = |(x, y): (f64, f64)| ((x, y - 7.0), (x + wide, y + 7.0));
    let cost = |place: (f64, f64)| {
        let space = space(place);
        let near = ((space.0.0 - 16.0, space.0.1 - 10.0), (space.1.0 + 16.0, space.1.1 + 10.0));
        let outside = space.0.1 < frame.top - 18.0 || space.1.1 > frame.bottom;
        let crossed = segments.iter().filter(|segment| crosses(space, **segment)).count();
        let beside = points().filter(|point| crosses(near, (**point, **point))).count();
        crossed * 10 + beside * 3 + usize::from(outside) * 100
    };
    let heights = [top - 8.0, bottom + 9.0, top + 8.0, bottom - 8.0];
    let places = heights.into_iter().flat_map(|y| [(left + 2.0, y), (right - wide, y)]);
    let best = places.min_by_key(|place| cost(*place)).expect("there are eight places to choose from");
    canvas.text((best.0 + 2.0, best.1), words, plain(11.0, SOFT), Anchor::Left);
    space(best)
}

type Box2 = ((f64, f64), (f64, f64));

fn places(panel: &Panel, frame: &Frame, value: impl Fn(&Slot) -> Option<f64>) -> Vec<Option<(f64, f64)>> {
    let slots = panel.slots.iter().enumerate();
    slots.map(|(at, slot)| value(slot).map(|value| (frame.x(at), frame.scale.y(value)))).collect()
}

/// The stretches without a gap: a line is never drawn over a missing point.
pub(super) fn runs(places: &[Option<(f64, f64)>]) -> Vec<Vec<(f64, f64)>> {
    places
        .split(Option::is_none)
        .filter(|run| !run.is_empty())
        .map(|run| run.iter().copied().flatten().collect())
        .collect()
}

fn lonely(canvas: &mut Canvas<'_>, part: &[(f64, f64)], ink: RGBColor) {
    if let [one] = part {
        canvas.line(&[(one.0 - 4.0, one.1), (one.0 + 4.0, one.1)], ink, 2.0);
    }
}

fn triangle(canvas: &mut Canvas<'_>, (x, y): (f64, f64)) {
    let corners = [(x, y - 5.5), (x + 5.5, y + 4.5), (x - 5.5, y + 4.5)];
    canvas.shape(&corners, WHITE);
    canvas.line(&[corners[0], corners[1], corners[2], corners[0]], SOFT, 1.3);
}

/// The ink of a signal: blue is better, orange worse, purple neither.
pub(super) fn tone(mark: Option<Mark>) -> RGBColor {
    match mark {
        Some(Mark::Worse) => ORANGE,
        Some(Mark::NoDirection) => PURPLE,
        Some(Mark::Better) | None => BLUE,
    }
}

fn point(canvas: &mut Canvas<'_>, slot: &Slot, place: (f64, f64)) {
    let ink = tone(slot.mark);
    if slot.hollow {
        canvas.dot(place, 4.2, WHITE);
        canvas.ring(place, 3.8, ink, 1.6);
    } else {
        canvas.dot(place, 4.0, ink);
    }
    if slot.ring {
        canvas.ring(place, 7.5, ink, 1.6);
    }
}

/// Each label where it crosses least: above, below, then further off; one that would cover another is dropped.
fn labels(
    canvas: &mut Canvas<'_>,
    panel: &Panel,
    frame: &Frame,
    lines: [&[Option<(f64, f64)>]; 2],
    mut taken: Vec<Box2>,
) {
    let segments = segments_of(&lines);
    let last = lines[0].iter().rposition(Option::is_some);
    // The last point first: it must not be the one that is dropped.
    for (at, slot) in panel.slots.iter().enumerate().rev() {
        let Some(place) = lines[0][at] else { continue };
        let style = if slot.ring || Some(at) == last {
            bold(12.0, if slot.ring { tone(slot.mark) } else { INK })
        } else {
            plain(12.0, INK)
        };
        let half = width(&slot.label, style) / 2.0;
        let reach = if slot.ring { 19.0 } else { 15.0 };
        let space =
            |off: f64| ((place.0 - half - 2.0, place.1 + off - 7.0), (place.0 + half + 2.0, place.1 + off + 7.0));
        let cost = |off: f64| {
            let space = space(off);
            let outside = space.0.1 < frame.top - 16.0 || space.1.1 > frame.bottom + 1.0;
            let covered = taken.iter().filter(|other| overlaps(space, **other)).count();
            let crossed = segments.iter().filter(|segment| crosses(space, **segment)).count();
            covered * 10 + crossed * 3 + usize::from(outside) * 100 + usize::from(off.abs() > reach)
        };
        let offs = [-reach, reach, -reach - 12.0, reach + 12.0];
        let best = offs.into_iter().min_by_key(|off| cost(*off)).unwrap_or(-reach);
        if cost(best) >= 10 && Some(at) != last {
            continue;
        }
        canvas.text((place.0, place.1 + best), &slot.label, style, Anchor::Middle);
        taken.push(space(best));
    }
}

fn overlaps(one: Box2, other: Box2) -> bool {
    one.0.0 < other.1.0 && other.0.0 < one.1.0 && one.0.1 < other.1.1 && other.0.1 < one.1.1
}

/// Whether a segment passes through a box, told by points along it.
fn crosses(space: Box2, (from, to): ((f64, f64), (f64, f64))) -> bool {
    (0..=24).any(|step| {
        let part = f64::from(step) / 24.0;
        let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        space.0.0 < x && x < space.1.0 && space.0.1 < y && y < space.1.1
    })
}

fn names(canvas: &mut Canvas<'_>, panel: &Panel, frame: &Frame, below: f64) {
    let y = frame.bottom + below + if below > 0.0 { 21.0 } else { 16.0 };
    let widest = panel.slots.iter().map(|slot| width(&slot.name, plain(12.0, SOFT))).fold(0.0, f64::max);
    let every = if widest + 1.0 > frame.slot { 2 } else { 1 };
    for (at, slot) in panel.slots.iter().enumerate() {
        // Counted from the end, so that the newest is always named.
        if (panel.slots.len() - 1 - at).is_multiple_of(every) {
            canvas.text((frame.x(at), y), &slot.name, plain(12.0, SOFT), Anchor::Middle);
        }
        if let Some(year) = &slot.sub {
            canvas.text((frame.x(at), y + 15.0), year, plain(11.0, SOFT), Anchor::Middle);
        }
    }
}

/// This year, last year and target, where they share the frame.
fn key(canvas: &mut Canvas<'_>, spec: &SixTwelve, right: f64) {
    let slots = || [&spec.weeks, &spec.months].into_iter().flatten().flat_map(|panel| &panel.slots);
    let (last_year, target) = (slots().any(|slot| slot.last_year.is_some()), slots().any(|slot| slot.target.is_some()));
    if !last_year && !target {
        return;
    }
    let style = plain(12.0, SOFT);
    let mut x = right;
    for (shown, word) in [(target, "target"), (last_year, "last year"), (true, "this year")] {
        if !shown {
            continue;
        }
        canvas.text((x, 8.0), word, style, Anchor::Right);
        x -= width(word, style) + 8.0;
        match word {
            "target" => triangle(canvas, (x - 6.0, 8.0)),
            "last year" => canvas.line(&[(x - 22.0, 8.0), (x, 8.0)], PALE, 2.2),
            _ => canvas.line(&[(x - 22.0, 8.0), (x, 8.0)], BLUE, 2.2),
        }
        x -= if word == "target" { 30.0 } else { 40.0 };
    }
}

/// The newest releases of the shown weeks: a dotted line down from the week's point, the words in rows of their own,
/// the rightmost first, so that no line crosses words.
fn marks_of_releases(canvas: &mut Canvas<'_>, spec: &SixTwelve, frame: &Frame, bottom: f64) {
    let Some(weeks) = &spec.weeks else { return };
    let newest = spec.releases.len().saturating_sub(RELEASES);
    let style = plain(11.0, SOFT);
    for (row, release) in spec.releases[newest..].iter().rev().enumerate() {
        let x = frame.x(release.slot);
        let y = bottom + 14.0 + RELEASE_ROW * row as f64;
        let point = weeks.slots[release.slot].figure.value.map_or(frame.top, |value| frame.scale.y(value) + 9.0);
        canvas.dashed(&[(x, point), (x, y + 5.0)], FAINT, 1.2, (1.5, 3.5));
        canvas.text((x + 5.0, y), &fitted(&release.label, style, 420.0), style, Anchor::Left);
    }
}
