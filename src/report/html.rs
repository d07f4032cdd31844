//! The pack as one HTML file: no network, no script, its fonts and charts within.

use std::fmt::Write;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, context};

use super::chart::{
    self,
    spec::{Companion, Triangle},
};
use super::numbers::{count, percent};
use super::page::{Block, Page, Section};

/// Writes the page.
///
/// # Errors
/// Only if the template that is compiled in does not fit the page.
pub(super) fn html(page: &Page) -> anyhow::Result<String> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("grouped", |value: u64| count(value));
    environment.add_filter("code", |text: String| Value::from_safe_string(code(&text)));
    environment
        .add_template("pack.html", include_str!("templates/pack.html"))
        .context("could not read the page's template")?;
    let template = environment.get_template("pack.html").context("could not find the page's template")?;
    let lanes: Vec<Value> = page.lanes.iter().map(section).collect();
    let sparks = page.front.attention.iter().map(|row| {
        let tone = row.letter.as_ref().map_or("ordinary", |letter| letter.tone);
        Value::from_safe_string(chart::sparkline(&row.spark, tone))
    });
    let controls = page.appendix.controls.iter().map(|one| Value::from_safe_string(chart::control(one)));
    let drawn = context! {
        line => Value::from_safe_string(chart::the_line(&page.line)),
        sparks => sparks.collect::<Vec<_>>(),
        lanes,
        business => section(&page.business),
        controls => controls.collect::<Vec<_>>(),
    };
    let page = template
        .render(context! {
            drawn,
            fonts => Value::from_safe_string(fonts()),
            style => Value::from_safe_string(include_str!("templates/style.css").to_owned()),
            ..value(&serde_json::to_value(page).context("could not lay out the page")?)
        })
        .context("could not write the page")?;
    Ok(held_together(&page))
}

/// A figure and its unit stand on one line: `38 %`, `€365 k`.
fn held_together(page: &str) -> String {
    let mut out = String::with_capacity(page.len());
    let mut before = ' ';
    for (at, letter) in page.char_indices() {
        let after = &page[at + letter.len_utf8()..];
        let unit = ["%", "pp", "k", "M", "bn"].into_iter().find(|unit| after.starts_with(unit));
        let ends = unit.is_some_and(|unit| !after[unit.len()..].starts_with(|next: char| next.is_alphanumeric()));
        let joins = letter == ' ' && before.is_ascii_digit() && ends;
        out.push(if joins { '\u{a0}' } else { letter });
        before = letter;
    }
    out
}

/// What `serde_json` holds as the template's engine holds it.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(yes) => Value::from(*yes),
        serde_json::Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (Some(whole), _) => Value::from(whole),
            (None, Some(number)) => Value::from(number),
            (None, None) => Value::from(()),
        },
        serde_json::Value::String(text) => Value::from(text.as_str()),
        serde_json::Value::Array(items) => Value::from(items.iter().map(value).collect::<Vec<_>>()),
        serde_json::Value::Object(fields) => {
            Value::from_pairs(fields.iter().map(|(name, field)| (name.clone(), value(field))))
        }
    }
}

fn section(section: &Section) -> Value {
    Value::from(section.blocks.iter().map(drawn).collect::<Vec<_>>())
}

/// The pictures of a block, as markup that is safe to stand in a page.
fn drawn(block: &Block) -> Value {
    let safe = |svg: Option<String>| svg.map_or_else(|| Value::from(()), Value::from_safe_string);
    let table = match &block.companion {
        Some(Companion::Triangle(triangle)) => Some(triangle_table(triangle)),
        _ => None,
    };
    context! {
        chart => safe(block.chart.as_ref().map(chart::six_twelve)),
        narrow => safe(block.chart.as_ref().map(chart::six_twelve_narrow)),
        companion => safe(block.companion.as_ref().and_then(chart::companion)),
        triangle => safe(table),
        segments => safe(block.segments.as_ref().map(chart::by_segment)),
    }
}

/// The face in three weights; a chart that stands alone carries it too.
pub(super) fn fonts() -> String {
    let faces = [(400, chart::INTER_REGULAR), (600, chart::INTER_SEMIBOLD), (700, chart::INTER_BOLD)];
    faces.map(|(weight, bytes)| face(weight, bytes)).concat()
}

/// The two weights that charts use.
pub(super) fn chart_fonts() -> String {
    face(400, chart::INTER_REGULAR) + &face(600, chart::INTER_SEMIBOLD)
}

fn face(weight: u16, bytes: &[u8]) -> String {
    let data = STANDARD.encode(bytes);
    format!(
        "@font-face{{font-family:Inter;font-weight:{weight};font-style:normal;src:url(data:font/woff2;base64,{data}) format(\"woff2\")}}\n"
    )
}

/// A triangle is a table: the deeper the blue, the more came back; the figure stands in every cell.
fn triangle_table(triangle: &Triangle) -> String {
    let most = triangle.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut out = format!(
        "<table class=\"triangle\"><caption class=\"hidden\">{}</caption><thead><tr><th>Started</th><th>n</th>",
        escape(&triangle.alt)
    );
    for k in 0..most {
        write!(out, "<th>{} {k}</th>", triangle.unit).expect("writing to a string");
    }
    out.push_str("</tr></thead><tbody>");
    for row in &triangle.rows {
        write!(out, "<tr><td>{}</td><td class=\"soft\">{}</td>", escape(&row.name), count(row.eligible))
            .expect("writing to a string");
        for cell in &row.cells {
            let text = cell.share.map_or_else(|| format!("{} of {}", cell.counted, row.eligible), percent);
            match (cell.open, cell.share) {
                (true, _) => write!(out, "<td class=\"open\">{text} open</td>"),
                (false, Some(share)) => write!(out, "<td style=\"{}\">{text}</td>", shade(share)),
                (false, None) => write!(out, "<td>{text}</td>"),
            }
            .expect("writing to a string");
        }
        out.push_str("</tr>");
    }
    out + "</tbody></table>"
}

/// From white to blue, with text that can be read on either.
fn shade(share: f64) -> String {
    let part = share.clamp(0.0, 1.0);
    let mix = |from: f64, to: f64| (from + (to - from) * part).round() as u8;
    let ink = if part > 0.55 { "#fff" } else { "#1c2128" };
    format!("background:#{:02x}{:02x}{:02x};color:{ink}", mix(247.0, 31.0), mix(249.0, 95.0), mix(252.0, 168.0))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text between backticks as code.
fn code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{}</code>", escape(part)) } else { escape(part) }).collect()
}
