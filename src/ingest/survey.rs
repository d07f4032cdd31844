//! The first look at a file: what it is, and what its columns decide over the whole of it, before a row is taken.

use std::borrow::Cow;

use anyhow::Result;
use encoding_rs::Encoding;

use super::rows::csv::{Cut, Next, recognised};
use super::rows::numbers::{Marks, is_nothing};
use super::rows::open::{Decoded, Format, Place, look, read_up_to, with_bytes};
use super::rows::pour::{Arrangement, Ended, Start, pour};
use super::rows::times::{Slashed, slashed};
use super::rows::visit::{Piece, Room, Rows};
use super::rows::{Code, Header, Row};
use crate::plan::source::{DateOrder, Source};

/// A file that can be read.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub(super) place: Place,
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) arrangement: Arrangement,
    pub(super) rows: Rows,
    /// Whether the encoding was guessed.
    pub(super) guessed: bool,
}

/// What a first look gives.
pub(super) enum First {
    /// Rows.
    Ready(Box<Ready>),
    /// No export, for this reason: passed over, never counted.
    PassedOver(&'static str),
    /// A web page or an error of a file store: one row, set aside.
    Page,
    /// Parquet: the engine reads it.
    Parquet,
}

/// Looks at a file.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn first(place: &Place, source: &Source, bare: Option<&'static [&'static str]>) -> Result<First> {
    if place.name.ends_with("_manifest.json") {
        return Ok(First::PassedOver("it is the manifest of an export"));
    }
    let opened = look(place)?;
    let declared = source.encoding.as_deref().and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = opened.marked.or(declared);
    let arrangement = match opened.format {
        Format::Nothing => return Ok(First::PassedOver("it holds no text")),
        Format::Page => return Ok(First::Page),
        Format::Parquet => return Ok(First::Parquet),
        Format::Csv => return table(place, source, encoding, bare),
        Format::Json if bare.is_some() => return table(place, source, encoding, bare),
        Format::Json => Arrangement::JsonLines,
    };
    let ready = Ready { place: place.clone(), encoding, arrangement, rows: Rows::Json, guessed: false };
    Ok(First::Ready(Box::new(ready)))
}

fn table(
    place: &Place,
    source: &Source,
    encoding: Option<&'static Encoding>,
    bare: Option<&'static [&'static str]>,
) -> Result<First> {
    if let Some(columns) = bare {
        let cut = Cut { delimiter: b'\t', quoted: false };
        let rows = Rows::Table { cut, header: Header::new(columns.iter().copied()), exact: true };
        let arrangement = Arrangement::Table { cut, skip: 0, headed: false };
        return Ok(First::Ready(Box::new(Ready { place: place.clone(), encoding, arrangement, rows, guessed: false })));
    }
    let (start, whole) = beginning(place, encoding)?;
    let declared = source.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
    let (cut, skip) = recognised(&start, whole, declared);
    let arrangement = Arrangement::Table { cut, skip, headed: true };
    let mut ready = Ready { place: place.clone(), encoding, arrangement, rows: Rows::Json, guessed: false };
    if encoding.is_none() && is_windows(&ready)? {
        (ready.encoding, ready.guessed) = (Some(encoding_rs::WINDOWS_1252), true);
    }
    let (start, whole) = beginning(place, ready.encoding)?;
    let Some(header) = header(&start[skip.min(start.len())..], whole, cut) else {
        return Ok(First::PassedOver("it has no header"));
    };
    if header.names() == ["error"] {
        return Ok(First::PassedOver("it says that there was nothing to export"));
    }
    ready.rows = Rows::Table { cut, header, exact: false };
    Ok(First::Ready(Box::new(ready)))
}

fn beginning(place: &Place, encoding: Option<&'static Encoding>) -> Result<(Vec<u8>, bool)> {
    const ENOUGH: usize = 2 << 20;
    with_bytes(place, &mut |reader| {
        let mut start = vec![0; ENOUGH];
        let length = read_up_to(&mut Decoded::new(reader, encoding), &mut start)?;
        start.truncate(length);
        Ok((start, length < ENOUGH))
    })
}

/// The first record that is not blank: its text, where it ends, and where the next begins.
fn first_record(start: &[u8], whole: bool, cut: Cut) -> Option<(String, usize, usize)> {
    let mut at = 0;
    loop {
        let (end, next) = match cut.next(&start[at..], whole) {
            Next::Record { end, next } | Next::Unclosed { end, next } => (end, next),
            Next::More => return None,
        };
        let record = String::from_utf8_lossy(&start[at..at + end]);
        let record = record.strip_prefix('\u{feff}').unwrap_or(&record);
        if !record.trim().is_empty() {
            return Some((record.to_owned(), at + end, at + next));
        }
        at += next;
    }
}

/// The names of a table's columns.
fn header(start: &[u8], whole: bool, cut: Cut) -> Option<Header> {
    let (record, ..) = first_record(start, whole, cut)?;
    let (mut text, mut ends) = (String::new(), Vec::new());
    cut.cells(&record, &mut text, &mut ends);
    let starts = std::iter::once(0).chain(ends.iter().copied());
    Some(Header::new(starts.zip(&ends).map(|(from, to)| &text[from..*to])))
}

/// Where the line of a header ends, and in how many bytes.
pub(super) struct LineEnd {
    pub(super) at: u64,
    pub(super) bytes: u64,
}

/// How the header of a table ends; so do its other lines.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn header_end(ready: &Ready) -> Result<Option<LineEnd>> {
    let Arrangement::Table { cut, skip, headed: true } = ready.arrangement else { return Ok(None) };
    let (start, whole) = beginning(&ready.place, ready.encoding)?;
    let record = first_record(&start[skip.min(start.len())..], whole, cut);
    Ok(record.map(|(_, end, next)| LineEnd { at: (skip + end) as u64, bytes: (next - end) as u64 }))
}

/// Whether a table is Windows-1252: bytes that are not UTF-8, and no valid character of several bytes anywhere.
fn is_windows(ready: &Ready) -> Result<bool> {
    let (mut foreign, mut several) = (false, false);
    pour(&ready.place, None, ready.arrangement, Start::default(), &mut |block| {
        let mut rest = block.bytes.as_slice();
        while let Err(problem) = std::str::from_utf8(rest) {
            foreign = true;
            several |= !rest[..problem.valid_up_to()].is_ascii();
            rest = &rest[problem.valid_up_to() + problem.error_len().unwrap_or(1).max(1)..];
        }
        several |= !rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest).is_ascii();
        !several
    })?;
    Ok(foreign && !several)
}

/// What the cells of a column show over the whole file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    pub(super) filled: u64,
    pub(super) slashed: u64,
    pub(super) day_first: bool,
    pub(super) month_first: bool,
}

/// What is decided of the times of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    /// The order is this, or no cell needs one.
    Order(Option<DateOrder>),
    /// A single row has slashes: it cannot be read.
    Lone,
    /// Every row of the file is set aside.
    Whole(Code),
}

impl Seen {
    pub(super) fn see(&mut self, cell: &str) {
        self.filled += 1;
        match slashed(cell) {
            Slashed::No => return,
            Slashed::Either => {}
            Slashed::DayFirst => self.day_first = true,
            Slashed::MonthFirst => self.month_first = true,
        }
        self.slashed += 1;
    }

    /// The verdict (inputs.md 4).
    pub(super) fn dates(self, declared: Option<DateOrder>) -> Dates {
        match (declared, self.slashed, self.day_first, self.month_first) {
            (Some(order), ..) => Dates::Order(Some(order)),
            (None, 0, ..) => Dates::Order(None),
            (None, 1, ..) if self.filled > 1 => Dates::Lone,
            (None, _, true, true) => Dates::Whole(Code::DateOrderMixed),
            (None, _, true, false) => Dates::Order(Some(DateOrder::Dmy)),
            (None, _, false, true) => Dates::Order(Some(DateOrder::Mdy)),
            (None, _, false, false) => Dates::Whole(Code::DateOrderUndecided),
        }
    }
}

/// Reads the whole file once and shows its rows; says how it ended.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn each_row(ready: &mut Ready, see: &mut dyn FnMut(&Piece<'_>)) -> Result<Ended> {
    loop {
        let (mut room, mut by_line) = (Room::default(), true);
        let ended = pour(&ready.place, ready.encoding, ready.arrangement, Start::default(), &mut |block| {
            by_line = ready.rows.visit(&block, &mut room, &mut |piece| see(&piece)).is_ok();
            by_line
        })?;
        if by_line && !ended.not_by_line {
            return Ok(ended);
        }
        ready.arrangement = Arrangement::JsonValues;
    }
}

/// What columns, each by the paths it may have, show over the whole file: of their dates, and of their decimal marks.
pub(super) fn columns(
    ready: &mut Ready,
    source: &Source,
    paths: &[Vec<String>],
    numbers: &[usize],
) -> Result<(Vec<Seen>, Marks)> {
    let comma = matches!(ready.arrangement, Arrangement::Table { cut, .. } if cut.delimiter == b',');
    let json = matches!(ready.rows, Rows::Json);
    let mut marks = Marks::new(source.decimal, comma || json);
    let mut seen = vec![Seen::default(); paths.len()];
    each_row(ready, &mut |piece| {
        let Ok(row) = &piece.row else { return };
        for (index, labels) in paths.iter().enumerate() {
            let Some(cell) = text_of(row, labels).filter(|cell| !is_nothing(cell)) else { continue };
            if numbers.contains(&index) { marks.see(index, &cell) } else { seen[index].see(&cell) }
        }
    })?;
    Ok((seen, marks))
}

fn text_of<'a>(row: &Row<'a>, labels: &[String]) -> Option<Cow<'a, str>> {
    labels.iter().find_map(|label| row.find(label))?.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(cells: &[&str]) -> Dates {
        let mut seen = Seen::default();
        cells.iter().for_each(|cell| seen.see(cell));
        seen.dates(None)
    }

    #[test]
    fn the_order_of_slashed_dates_is_decided_over_the_whole_column() {
        assert_eq!(dates(&["01/03/2026", "13/03/2026"]), Dates::Order(Some(DateOrder::Dmy)));
        assert_eq!(dates(&["01/03/2026", "03/13/2026"]), Dates::Order(Some(DateOrder::Mdy)));
        assert_eq!(dates(&["01/03/2026", "02/03/2026"]), Dates::Whole(Code::DateOrderUndecided));
        assert_eq!(dates(&["13/03/2026", "03/13/2026"]), Dates::Whole(Code::DateOrderMixed));
        assert_eq!(dates(&["2026-03-01", "02/03/2026"]), Dates::Lone);
        assert_eq!(dates(&["2026-03-01"]), Dates::Order(None));
    }
}
