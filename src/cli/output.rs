//! How a frame leaves: aligned for people, or as CSV, NDJSON, Markdown or Parquet for programs.

use std::path::Path;

use anyhow::{Context, Result};
use polars::prelude::{
    AnyValue, Column, CsvWriter, DataFrame, DataType, JsonFormat, JsonWriter, NamedFrom, ParquetWriter, PlSmallStr,
    SerWriter, Series,
};
use unicode_width::UnicodeWidthStr;

use super::args::{Format, Table};
use super::printer::Printer;
use super::workspace::PLAN;
use super::{chart, issues};
use crate::model::reading::ValueUnit;
use crate::plan::globs;
use crate::report::numbers::Style;

/// Writes a frame as the flags say; `json` makes the document of `--format json`.
pub(super) fn write(
    printer: Printer,
    table: &Table,
    frame: &mut DataFrame,
    json: impl FnOnce() -> String,
) -> Result<()> {
    write_in(printer, table, frame, &Style::new(ValueUnit::Number, None), json)
}

/// The same, where it is known how its figures are written on a chart.
pub(super) fn write_in(
    printer: Printer,
    table: &Table,
    frame: &mut DataFrame,
    style: &Style,
    json: impl FnOnce() -> String,
) -> Result<()> {
    if let Some(file) = &table.chart {
        chart::draw(printer, file, frame, style)?;
    }
    let bytes = match table.format {
        Format::Table => aligned(frame, terminal_width(table)).into_bytes(),
        Format::Md => markdown(frame).into_bytes(),
        Format::Json => json().into_bytes(),
        Format::Csv => csv(frame)?,
        Format::Ndjson => ndjson(frame)?,
        Format::Parquet => parquet(frame)?,
    };
    match &table.output {
        None => printer.result(std::str::from_utf8(&bytes).context("a table is no text")?)?,
        Some(path) => {
            refuse_precious(path)?;
            save(path, &bytes)?;
        }
    }
    Ok(())
}

/// A result never replaces what somebody wrote or exported: the plan of the workspace that the file lies in, or what it names.
pub(super) fn refuse_precious(path: &Path) -> Result<()> {
    let Ok(whole) = path.canonicalize() else { return Ok(()) };
    let Some(root) = whole.ancestors().find(|folder| folder.join(PLAN).is_file()) else { return Ok(()) };
    let text = std::fs::read_to_string(root.join(PLAN)).unwrap_or_default();
    if whole == root.join(PLAN) || globs::names(&text, root, &whole) {
        return Err(issues::output_precious(path));
    }
    Ok(())
}

/// Writes a file whole or not at all; what is no file (a pipe, a device) is written to as it is.
pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    let told = || format!("could not write {}", path.display());
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return std::fs::write(path, bytes).with_context(told);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().context("the output has no file name")?;
    let temporary = folder.join(format!(".{}.part", name.to_string_lossy()));
    std::fs::write(&temporary, bytes)
        .and_then(|()| std::fs::rename(&temporary, path))
        .inspect_err(|_| {
            let _gone = std::fs::remove_file(&temporary);
        })
        .with_context(told)
}

/// A column of texts; nothing is an empty cell.
pub(super) fn texts<T: AsRef<str>>(name: &str, values: impl IntoIterator<Item = Option<T>>) -> Column {
    let values: Vec<Option<String>> =
        values.into_iter().map(|value| value.map(|text| text.as_ref().to_owned())).collect();
    Series::new(PlSmallStr::from_str(name), values).into()
}

/// A column of counts.
pub(super) fn counts(name: &str, values: impl IntoIterator<Item = u64>) -> Column {
    let values: Vec<i64> = values.into_iter().map(|count| i64::try_from(count).unwrap_or(i64::MAX)).collect();
    Series::new(PlSmallStr::from_str(name), values).into()
}

/// A column of yes and no.
pub(super) fn flags(name: &str, values: impl IntoIterator<Item = bool>) -> Column {
    Series::new(PlSmallStr::from_str(name), values.into_iter().collect::<Vec<_>>()).into()
}

fn csv(frame: &mut DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes).finish(frame).context("could not write CSV")?;
    Ok(bytes)
}

fn ndjson(frame: &mut DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = JsonWriter::new(&mut bytes).with_json_format(JsonFormat::JsonLines);
    writer.finish(frame).context("could not write NDJSON")?;
    Ok(bytes)
}

fn parquet(frame: &mut DataFrame) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(frame).context("could not write Parquet")?;
    Ok(bytes)
}

fn markdown(frame: &DataFrame) -> String {
    let names: Vec<_> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let rules: Vec<_> =
        frame.columns().iter().map(|column| if is_number(column.dtype()) { "---:" } else { "---" }).collect();
    let mut text = format!("| {} |\n| {} |\n", names.join(" | "), rules.join(" | "));
    for row in cells(frame) {
        let escaped: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        text.push_str(&format!("| {} |\n", escaped.join(" | ")));
    }
    text
}

/// Columns two spaces apart, numbers to the right, cut at the terminal's width with a mark.
pub(super) fn aligned(frame: &DataFrame, width: usize) -> String {
    let names: Vec<_> = frame.get_column_names().iter().map(|name| name.to_string()).collect();
    let rows = cells(frame);
    let right: Vec<_> = frame.columns().iter().map(|column| is_number(column.dtype())).collect();
    let widths: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(at, name)| rows.iter().map(|row| row[at].width()).chain([name.width()]).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in std::iter::once(&names).chain(&rows) {
        let padded: Vec<_> = row.iter().enumerate().map(|(at, cell)| pad(cell, widths[at], right[at])).collect();
        text.push_str(&cut(padded.join("  ").trim_end(), width));
        text.push('\n');
    }
    text
}

fn pad(cell: &str, width: usize, right: bool) -> String {
    let space = " ".repeat(width.saturating_sub(cell.width()));
    if right { space + cell } else { cell.to_owned() + &space }
}

fn cut(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut kept = String::new();
    for letter in line.chars() {
        if kept.width() + 2 > width {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

/// The terminal's width; a file or a pipe takes lines of any length.
fn terminal_width(table: &Table) -> usize {
    let terminal = console::Term::stdout();
    if table.output.is_some() || !terminal.is_term() { usize::MAX } else { usize::from(terminal.size().1) }
}

fn cells(frame: &DataFrame) -> Vec<Vec<String>> {
    let row = |at| frame.columns().iter().map(|column| cell(&column.get(at).expect("a row of the frame"))).collect();
    (0..frame.height()).map(row).collect()
}

/// A cell for people: at most four figures behind the point, nothing for what is absent.
fn cell(value: &AnyValue<'_>) -> String {
    match value {
        AnyValue::Null => String::new(),
        AnyValue::Float64(number) if number.fract() != 0.0 => {
            let text = format!("{number:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        AnyValue::Float64(number) => format!("{number:.0}"),
        AnyValue::Boolean(flag) => (if *flag { "yes" } else { "no" }).to_owned(),
        other => other.get_str().map_or_else(|| other.to_string(), |text| text.replace(['\n', '\r'], " ")),
    }
}

/// Whether a column holds figures.
pub(super) fn is_number(kind: &DataType) -> bool {
    matches!(kind, DataType::Float64 | DataType::Int64 | DataType::Int32 | DataType::UInt32 | DataType::UInt64)
}
