//! A sheet to draw on: plotters' SVG backend with pixels finer than whole ones, our inks, and our face.

use std::sync::Once;

use plotters::backend::DrawingBackend;
use plotters::backend::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, register_font};

/// The face, as every page and chart embeds it.
pub(in super::super) const INTER_REGULAR: &[u8] = include_bytes!("../fonts/inter-regular.woff2");
/// Its semibold.
pub(in super::super) const INTER_SEMIBOLD: &[u8] = include_bytes!("../fonts/inter-semibold.woff2");
/// Its bold.
pub(in super::super) const INTER_BOLD: &[u8] = include_bytes!("../fonts/inter-bold.woff2");

/// Plotters counts whole pixels; eight of them make one of ours.
const FINE: f64 = 8.0;

pub(super) const INK: RGBColor = RGBColor(0x1c, 0x21, 0x28);
pub(super) const SOFT: RGBColor = RGBColor(0x59, 0x63, 0x6e);
/// Lines only: text in it would be too pale to read.
pub(super) const FAINT: RGBColor = RGBColor(0x8b, 0x94, 0x9e);
pub(super) const HAIR: RGBColor = RGBColor(0xd8, 0xde, 0xe4);
pub(super) const GRID: RGBColor = RGBColor(0xed, 0xf0, 0xf3);
pub(super) const BLUE: RGBColor = RGBColor(0x1f, 0x5f, 0xa8);
pub(super) const PALE: RGBColor = RGBColor(0xb7, 0xc8, 0xdc);
pub(super) const BAND: RGBColor = RGBColor(0xea, 0xf0, 0xf8);
pub(super) const ORANGE: RGBColor = RGBColor(0xc2, 0x57, 0x1a);
pub(super) const PURPLE: RGBColor = RGBColor(0x7a, 0x5a, 0xa6);
pub(super) const WHITE: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Left,
    Middle,
    Right,
}

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) ink: RGBColor,
    pub(super) bold: bool,
}

pub(super) const fn plain(size: f64, ink: RGBColor) -> Type {
    Type { size, ink, bold: false }
}

pub(super) const fn bold(size: f64, ink: RGBColor) -> Type {
    Type { size, ink, bold: true }
}

/// A sheet to draw on.
pub(super) struct Canvas<'a> {
    backend: SVGBackend<'a>,
}

/// Draws a picture of that size; `alt` says what it shows.
pub(super) fn draw(size: (f64, f64), class: &str, alt: &str, paint: impl FnOnce(&mut Canvas<'_>)) -> String {
    let mut svg = String::new();
    let pixels = (fine(size.0).unsigned_abs(), fine(size.1).unsigned_abs());
    {
        let mut canvas = Canvas { backend: SVGBackend::with_string(&mut svg, pixels) };
        paint(&mut canvas);
        canvas.backend.present().expect("a string takes every picture");
    }
    let body = &svg[svg.find('>').expect("a picture has a head") + 1..];
    let body =
        body.replace(" opacity=\"1\"", "").replace("dy=\"0.5ex\"", "dy=\"0.36em\"").replace("\"bold\"", "\"600\"");
    let alt = alt.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{alt}\">\n<title>{alt}</title>{body}",
        size.0, size.1, pixels.0, pixels.1
    )
}

fn fine(value: f64) -> i32 {
    (value * FINE).round() as i32
}

impl Canvas<'_> {
    /// A line through points.
    pub(super) fn line(&mut self, points: &[(f64, f64)], ink: RGBColor, width: f64) {
        let style = ShapeStyle::from(&ink).stroke_width(fine(width).unsigned_abs().max(1));
        self.backend.draw_path(points.iter().map(|point| at(*point)), &style).expect("a string takes every line");
    }

    /// A line of dashes; dashes as long as the line is wide are dots.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], ink: RGBColor, width: f64, dash: (f64, f64)) {
        let (mut left, mut on) = (dash.0, true);
        for pair in points.windows(2) {
            let (mut from, to) = (pair[0], pair[1]);
            loop {
                let length = (to.0 - from.0).hypot(to.1 - from.1);
                if length <= 0.0 {
                    break;
                }
                let part = (left / length).min(1.0);
                let stop = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
                if on {
                    self.line(&[from, stop], ink, width);
                }
                left -= length * part;
                from = stop;
                if left <= 1e-9 {
                    on = !on;
                    left = if on { dash.0 } else { dash.1 };
                }
            }
        }
    }

    /// A filled rectangle.
    pub(super) fn fill(&mut self, from: (f64, f64), to: (f64, f64), ink: RGBColor) {
        self.backend.draw_rect(at(from), at(to), &ink.filled(), true).expect("a string takes every rectangle");
    }

    /// A filled circle.
    pub(super) fn dot(&mut self, centre: (f64, f64), radius: f64, ink: RGBColor) {
        let radius = fine(radius).unsigned_abs();
        self.backend.draw_circle(at(centre), radius, &ink.filled(), true).expect("a string takes every circle");
    }

    /// A circle's outline.
    pub(super) fn ring(&mut self, centre: (f64, f64), radius: f64, ink: RGBColor, width: f64) {
        let style = ShapeStyle::from(&ink).stroke_width(fine(width).unsigned_abs());
        let radius = fine(radius).unsigned_abs();
        self.backend.draw_circle(at(centre), radius, &style, false).expect("a string takes every circle");
    }

    /// A filled shape.
    pub(super) fn shape(&mut self, points: &[(f64, f64)], ink: RGBColor) {
        self.backend
            .fill_polygon(points.iter().map(|point| at(*point)), &ink.filled())
            .expect("a string takes every shape");
    }

    /// A text whose middle line stands at the point.
    pub(super) fn text(&mut self, point: (f64, f64), text: &str, style: Type, anchor: Anchor) {
        let position = match anchor {
            Anchor::Left => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::Right => HPos::Right,
        };
        let style = TextStyle::from(font(style)).color(&style.ink).pos(Pos::new(position, VPos::Center));
        self.backend.draw_text(text, &style, at(point)).expect("a string takes every text");
    }
}

fn at(point: (f64, f64)) -> (i32, i32) {
    (fine(point.0), fine(point.1))
}

/// Plotters divides a size by 1.24 when it writes it.
fn font(style: Type) -> FontDesc<'static> {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        let regular = register_font("Inter", FontStyle::Normal, include_bytes!("../fonts/inter-regular.otf"));
        let semibold = register_font("Inter", FontStyle::Bold, include_bytes!("../fonts/inter-semibold.otf"));
        assert!(regular.is_ok() && semibold.is_ok(), "the fonts compiled in are fonts");
    });
    let weight = if style.bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name("Inter"), style.size * FINE * 1.24, weight)
}

/// How wide a text is. Plotters measures against the face's height (1.21 of its size in Inter), and knows no tabular
/// figures, which are a little wider: the sixth of a pixel for each is on the safe side.
pub(super) fn width(text: &str, style: Type) -> f64 {
    let (wide, _) = font(style).box_size(text).expect("the face is registered");
    let figures = text.bytes().filter(u8::is_ascii_digit).count();
    f64::from(wide) / FINE / 1.24 * 1.21 * 1.01 + figures as f64 * 0.017 * style.size
}

/// A text cut to a width, with an ellipsis.
pub(super) fn fitted(text: &str, style: Type, room: f64) -> String {
    if width(text, style) <= room {
        return text.to_owned();
    }
    let mut cut = text.to_owned();
    while !cut.is_empty() && width(&format!("{cut}…"), style) > room {
        cut.pop();
    }
    format!("{}…", cut.trim_end())
}

/// A text broken into lines of a width, the last one cut if there are more than `most`.
pub(super) fn wrapped(text: &str, style: Type, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), style) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(fitted(&rest, style, room));
    }
    lines.into_iter().map(|line| fitted(&line, style, room)).collect()
}
