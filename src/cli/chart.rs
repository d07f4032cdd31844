//! `--chart FILE.svg`: the table that was asked for, drawn. Readings and days become lines, anything else a bar per row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;
use polars::prelude::{AnyValue, DataFrame};

use super::printer::Printer;
use super::{issues, output};
use crate::report;
use crate::report::chart::spec::{Bar, Marks, Plot, PlotLine, PlotPoint};
use crate::report::chart::{MOST_BARS, MOST_LINES};
use crate::report::numbers::Style;

/// Columns of readings that are text and no segment.
const PLACES: [&str; 8] =
    ["id", "period_start", "period_end", "cohort_start", "step_name", "complete_at", "missing_days", "parts"];

/// The file of a chart: its ending says which picture.
pub(super) fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().map(|ending| ending.to_string_lossy().to_lowercase()).as_deref() {
        Some("svg") => Ok(path),
        Some("png") => Err("PNG is not drawn by this version: name a file that ends in `.svg`".to_owned()),
        _ => Err("a chart is an SVG: name a file that ends in `.svg`".to_owned()),
    }
}

/// Draws a table into a file.
pub(super) fn draw(printer: Printer, file: &Path, frame: &DataFrame, style: &Style) -> Result<()> {
    let rows = Rows(frame);
    let names: Vec<_> = frame.get_column_names().iter().map(|name| name.as_str()).collect();
    let drawn = readings(&rows, style).or_else(|| days(&rows)).or_else(|| bars(&rows, style));
    let Some((title, mut marks)) = drawn else { return Err(issues::nothing_to_draw(&names)) };
    let left_out = match &mut marks {
        Marks::Lines { lines, .. } => kept(lines, MOST_LINES),
        Marks::Bars(bars) => kept(bars, MOST_BARS),
    };
    if left_out > 0 {
        printer.say(&format!("the chart leaves out {left_out} rows or lines: more cannot be told apart"));
    }
    let alt = format!("{title}, as the table beside it says");
    let plot = Plot { title, alt, style: style.clone(), marks };
    output::refuse_precious(file)?;
    output::save(file, report::plot(&plot).as_bytes())?;
    printer.say(&format!("chart: {}", file.display()));
    Ok(())
}

/// Keeps the first of a list, and tells how many go.
fn kept<T>(list: &mut Vec<T>, most: usize) -> usize {
    let more = list.len().saturating_sub(most);
    list.truncate(most);
    more
}

/// A heading and what is drawn below it.
type Drawn = (String, Marks);

/// Readings of metrics: over their periods, a retention over `k`, a funnel by its steps.
fn readings(rows: &Rows<'_>, style: &Style) -> Option<Drawn> {
    if !(rows.has("period_start") && rows.has("value")) {
        return None;
    }
    let ids: BTreeSet<String> = rows.all().filter_map(|row| rows.text("id", row)).collect();
    let title = ids.iter().cloned().collect::<Vec<_>>().join(", ");
    if rows.any("step") {
        return Some((title, steps(rows, style)));
    }
    let over_k = rows.any("k") && rows.all().any(|row| rows.text("cohort_start", row).is_none());
    let asked: Vec<_> = rows.all().filter(|row| !over_k || rows.text("cohort_start", *row).is_none()).collect();
    let segments: Vec<_> = rows.texts().into_iter().filter(|name| !PLACES.contains(name)).collect();
    let name = |row: usize| {
        let mut parts = Vec::new();
        if ids.len() > 1 || segments.is_empty() {
            parts.extend(rows.text("id", row));
        }
        parts.extend(segments.iter().map(|segment| rows.text(segment, row).unwrap_or_else(|| "none".to_owned())));
        parts.join(", ")
    };
    let point = |row: usize| PlotPoint {
        value: rows.number("value", row),
        interval: rows.number("low", row).zip(rows.number("high", row)),
        open: !rows.flag("settled", row),
    };
    Some((title, lines(rows, &asked, if over_k { "k" } else { "period_start" }, &name, &point)))
}

/// The steps of the last settled funnel.
fn steps(rows: &Rows<'_>, style: &Style) -> Marks {
    let settled = || rows.all().filter(|row| rows.flag("settled", *row));
    let last = settled().filter_map(|row| rows.text("period_start", row)).max();
    let step = |row: usize| Bar {
        name: rows.text("step_name", row).unwrap_or_default(),
        value: rows.number("value", row),
        text: rows.number("value", row).map_or_else(String::new, |value| style.level(value)),
    };
    Marks::Bars(settled().filter(|row| rows.text("period_start", *row) == last).map(step).collect())
}

/// Any table whose first column is days: a line per column of figures.
fn days(rows: &Rows<'_>) -> Option<Drawn> {
    let first = rows.0.get_column_names().first()?.as_str();
    let is_day = |row| rows.text(first, row).is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok());
    let figures = rows.figures();
    if figures.is_empty() || rows.0.height() < 2 || !rows.all().all(is_day) {
        return None;
    }
    let days: BTreeSet<String> = rows.all().filter_map(|row| rows.text(first, row)).collect();
    let others: Vec<_> = rows.texts().into_iter().filter(|name| *name != first).collect();
    let mut all: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for row in rows.all() {
        for figure in &figures {
            let mut name: Vec<_> = others.iter().filter_map(|other| rows.text(other, row)).collect();
            if figures.len() > 1 || name.is_empty() {
                name.push((*figure).to_owned());
            }
            if let (Some(day), Some(value)) = (rows.text(first, row), rows.number(figure, row)) {
                all.entry(name.join(", ")).or_default().insert(day, value);
            }
        }
    }
    let line = |(name, values): (String, BTreeMap<String, f64>)| PlotLine {
        name,
        points: days
            .iter()
            .map(|day| PlotPoint { value: values.get(day).copied(), interval: None, open: false })
            .collect(),
    };
    let lines = all.into_iter().map(line).collect();
    Some((figures.join(", "), Marks::Lines { ticks: days.iter().cloned().collect(), lines }))
}

/// A bar per row: named by its text, as long as its effect or its first figure.
fn bars(rows: &Rows<'_>, style: &Style) -> Option<Drawn> {
    let figures = rows.figures();
    let figure = figures.iter().find(|name| **name == "effect").or(figures.first())?;
    let names: Vec<_> = rows.texts().into_iter().take(2).collect();
    let bar = |row: usize| {
        let value = rows.number(figure, row);
        Bar {
            name: names.iter().filter_map(|name| rows.text(name, row)).collect::<Vec<_>>().join(" · "),
            value,
            text: value.map_or_else(|| "none".to_owned(), |value| style.level(value)),
        }
    };
    (rows.0.height() > 0).then(|| ((*figure).to_owned(), Marks::Bars(rows.all().map(bar).collect())))
}

/// Rows as lines: ticks in order, a line per name in the order of appearance.
fn lines(
    rows: &Rows<'_>,
    asked: &[usize],
    over: &str,
    name: &dyn Fn(usize) -> String,
    point: &dyn Fn(usize) -> PlotPoint,
) -> Marks {
    let tick = |row: usize| {
        let text = rows.text(over, row).unwrap_or_default();
        (text.parse::<i64>().unwrap_or(0), text)
    };
    let ticks: BTreeSet<_> = asked.iter().map(|row| tick(*row)).collect();
    let places: BTreeMap<_, _> = ticks.iter().cloned().zip(0_usize..).collect();
    let nothing = PlotPoint { value: None, interval: None, open: false };
    let mut lines: Vec<PlotLine> = Vec::new();
    for row in asked {
        let name = name(*row);
        let at = lines.iter().position(|line| line.name == name).unwrap_or_else(|| {
            lines.push(PlotLine { name, points: vec![nothing; ticks.len()] });
            lines.len() - 1
        });
        lines[at].points[places[&tick(*row)]] = point(*row);
    }
    Marks::Lines { ticks: ticks.into_iter().map(|(_, text)| text).collect(), lines }
}

/// A frame, read cell by cell.
struct Rows<'a>(&'a DataFrame);

impl Rows<'_> {
    fn all(&self) -> std::ops::Range<usize> {
        0..self.0.height()
    }

    fn has(&self, name: &str) -> bool {
        self.0.column(name).is_ok()
    }

    /// Whether a column is there and any of its cells is filled.
    fn any(&self, name: &str) -> bool {
        self.has(name) && self.all().any(|row| self.text(name, row).is_some())
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        match self.0.column(name).ok()?.get(row).ok()? {
            AnyValue::Null => None,
            value => Some(value.get_str().map_or_else(|| value.to_string(), str::to_owned)),
        }
    }

    fn number(&self, name: &str, row: usize) -> Option<f64> {
        let column = self.0.column(name).ok()?;
        column.get(row).ok().filter(|_| output::is_number(column.dtype()))?.extract()
    }

    fn flag(&self, name: &str, row: usize) -> bool {
        self.0.column(name).is_ok_and(|column| matches!(column.get(row), Ok(AnyValue::Boolean(true))))
    }

    /// The columns of text.
    fn texts(&self) -> Vec<&str> {
        self.0
            .columns()
            .iter()
            .filter(|column| column.dtype().is_string())
            .map(|column| column.name().as_str())
            .collect()
    }

    /// The columns of figures.
    fn figures(&self) -> Vec<&str> {
        let figures = self.0.columns().iter().filter(|column| output::is_number(column.dtype()));
        figures.map(|column| column.name().as_str()).collect()
    }
}
