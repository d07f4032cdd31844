//! The rows of a block, one by one: JSON values opened, lists and pages taken apart, records cut into cells.

use super::csv::{Cut, LONGEST_ROW};
use super::json::{Broken, Json, Shape, Tape};
use super::page::{list_begun, page};
use super::pour::{Block, KEPT_OF_LONG};
use super::{Code, Header, Problem, Record, Row};

/// One row, or why there is none.
pub struct Piece<'a> {
    /// Its line, or its number below the header.
    pub position: u64,
    /// Where it begins in the file's text.
    pub offset: u64,
    /// Its bytes.
    pub raw: &'a [u8],
    /// The row.
    pub row: Result<Row<'a>, Problem>,
}

/// How the rows of a file are read.
#[derive(Debug, Clone)]
pub enum Rows {
    /// JSON.
    Json,
    /// A table.
    Table {
        /// How it is cut.
        cut: Cut,
        /// Its header.
        header: Header,
        /// Whether a row must have exactly the header's number of cells.
        exact: bool,
    },
}

/// The block is not JSON line by line after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotByLine;

/// Room that is used again for each row.
#[derive(Default)]
pub struct Room {
    tape: Tape,
    made: String,
    made_tape: Tape,
    cells: String,
    ends: Vec<usize>,
}

impl Rows {
    /// Hands over the rows of a block in order.
    ///
    /// # Errors
    /// If a value goes on over the end of its line.
    pub fn visit(&self, block: &Block, room: &mut Room, each: &mut dyn FnMut(Piece<'_>)) -> Result<(), NotByLine> {
        match self {
            Self::Json if block.spans.is_none() => lines(block, room, each),
            Self::Json => {
                values(block, room, each);
                Ok(())
            }
            Self::Table { cut, header, exact } => {
                records(block, (*cut, header, *exact), room, each);
                Ok(())
            }
        }
    }
}

/// The bytes as text, or what is wrong with them.
fn text(bytes: &[u8]) -> Result<&str, Code> {
    if memchr::memchr(0, bytes).is_some() {
        return Err(Code::NulBytes);
    }
    std::str::from_utf8(bytes).map_err(|_| Code::EncodingUnreadable)
}

fn lines(block: &Block, room: &mut Room, each: &mut dyn FnMut(Piece<'_>)) -> Result<(), NotByLine> {
    let (mut start, mut position) = (0, block.first);
    // Most blocks are sound as a whole, and then no line is looked at twice.
    let sound = text(&block.bytes).ok();
    while start < block.bytes.len() {
        let end = memchr::memchr(b'\n', &block.bytes[start..]).map_or(block.bytes.len(), |step| start + step);
        let marked = block.bytes[start..end].starts_with(b"\xef\xbb\xbf");
        let from = if marked { start + 3 } else { start };
        let raw = block.bytes[from..end].trim_ascii();
        if raw.len() > LONGEST_ROW {
            let row = Err(Problem::new(Code::RowTooLong, "it is longer than 16 MiB"));
            each(Piece { position, offset: block.offset + from as u64, raw: &raw[..KEPT_OF_LONG], row });
        } else if !raw.is_empty() {
            let offset = block.offset + from as u64;
            let line = sound.map_or_else(|| text(raw), |sound| Ok(sound[from..end].trim_ascii()));
            match line {
                Err(code) => each(Piece { position, offset, raw, row: Err(code.into()) }),
                Ok(line) => {
                    let at = At { position, offset, raw };
                    by_line(line, at, room, each).or_else(|broken| {
                        match broken {
                            Broken::Incomplete => goes_on(block, from, room),
                            Broken::At(_) | Broken::TooDeep => Ok(()),
                        }
                        .map(|()| each(Piece { position, offset, raw, row: Err(problem(broken)) }))
                    })?;
                }
            }
        }
        start = end + 1;
        position += 1;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct At<'a> {
    position: u64,
    offset: u64,
    raw: &'a [u8],
}

/// The values of a line, or why the line is none; nothing was handed over then.
fn by_line(line: &str, at: At<'_>, room: &mut Room, each: &mut dyn FnMut(Piece<'_>)) -> Result<(), Broken> {
    let first = room.tape.lay(line)?;
    if first == line.len() {
        value(line, at, room, each);
        return Ok(());
    }
    let mut ends = vec![0, first];
    while !line[ends[ends.len() - 1]..].trim_ascii().is_empty() {
        let last = ends[ends.len() - 1];
        ends.push(last + room.tape.lay(&line[last..])?);
    }
    for pair in ends.windows(2) {
        let part = line[pair[0]..pair[1]].trim_ascii();
        room.tape.lay(part)?;
        let at = At { offset: at.offset + pair[0] as u64, raw: part.as_bytes(), ..at };
        value(part, at, room, each);
    }
    Ok(())
}

/// Whether a value that its line does not end is whole with the lines behind it; then the file is not by line.
fn goes_on(block: &Block, from: usize, room: &mut Room) -> Result<(), NotByLine> {
    match room.tape.lay_bytes(&block.bytes[from..]) {
        Ok(_) => Err(NotByLine),
        Err(Broken::Incomplete) if !block.last => Err(NotByLine),
        Err(Broken::Incomplete)
            if list_begun(&block.bytes[from..], block.offset == 0 && is_first(block, from)).is_some() =>
        {
            Err(NotByLine)
        }
        Err(_) => Ok(()),
    }
}

fn is_first(block: &Block, from: usize) -> bool {
    block.bytes[..from].trim_ascii().is_empty()
}

fn problem(broken: Broken) -> Problem {
    match broken {
        Broken::TooDeep => Problem::new(Code::JsonTooDeep, "lists and objects are nested deeper than 128"),
        Broken::Incomplete => Problem::new(Code::NotJson, "it ends before its value does"),
        Broken::At(at) => Problem::new(Code::NotJson, format!("it is wrong at byte {}", at + 1)),
    }
}

fn values(block: &Block, room: &mut Room, each: &mut dyn FnMut(Piece<'_>)) {
    for span in block.spans.iter().flatten() {
        let raw = &block.bytes[span.start..span.end];
        let at = At { position: span.position, offset: block.offset + span.start as u64, raw };
        let fail = |row: Problem| Piece { position: at.position, offset: at.offset, raw, row: Err(row) };
        match (text(raw), span.problem) {
            (_, Some(Code::RowTooLong)) => each(fail(Problem::new(Code::RowTooLong, "it is longer than 16 MiB"))),
            (Err(code), _) => each(fail(code.into())),
            (Ok(_), Some(code)) => each(fail(code.into())),
            (Ok(text), None) => match room.tape.lay(text) {
                Ok(_) => value(text, at, room, each),
                Err(broken) => each(fail(problem(broken))),
            },
        }
    }
}

/// A value that was laid out: an object is a row, or a page of rows; a list is its elements.
fn value(text: &str, at: At<'_>, room: &mut Room, each: &mut dyn FnMut(Piece<'_>)) {
    let Room { tape, made, made_tape, .. } = room;
    let json = tape.json(text);
    let piece = |raw, row| Piece { position: at.position, offset: at.offset, raw, row };
    let not_an_object = || Err(Problem::new(Code::NotAnObject, "it is JSON, and no object"));
    let list = match json.shape() {
        Shape::Object => match page(&json) {
            None => return each(piece(at.raw, Ok(Row::of_json(json)))),
            Some(list) => list,
        },
        Shape::List if json.items().all(|item| item.shape() != Shape::Object) && json.items().next().is_some() => {
            return each(piece(at.raw, not_an_object()));
        }
        Shape::List => json,
        Shape::Null | Shape::Bool | Shape::Number | Shape::Text => return each(piece(at.raw, not_an_object())),
    };
    let columns = json.get("columns").filter(|columns| columns.shape() == Shape::List);
    let lines = Lines::new(text, at.position);
    let mut lines = lines;
    for item in list.items() {
        let position = lines.at(item.raw());
        let offset = at.offset + lines.offset(item.raw()) as u64;
        let piece = |row| Piece { position, offset, raw: item.raw().as_bytes(), row };
        match (item.shape(), columns) {
            (Shape::Object, _) => each(piece(Ok(Row::of_json(item)))),
            (Shape::List, Some(columns)) => {
                named(&columns, &item, made);
                let laid = made_tape.lay(made).is_ok();
                each(piece(if laid { Ok(Row::of_json(made_tape.json(made))) } else { not_an_object() }));
            }
            _ => each(piece(not_an_object())),
        }
    }
}

/// On which line parts of a text stand, asked in order.
struct Lines<'a> {
    text: &'a str,
    seen: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str, line: u64) -> Self {
        Self { text, seen: 0, line }
    }

    fn offset(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.text.as_ptr() as usize
    }

    fn at(&mut self, part: &str) -> u64 {
        let offset = self.offset(part);
        self.line += memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.seen..offset]).count() as u64;
        self.seen = offset;
        self.line
    }
}

/// An element of a list of lists as an object, with the page's `columns` as keys.
fn named(columns: &Json<'_>, item: &Json<'_>, out: &mut String) {
    out.clear();
    out.push('{');
    for (index, (name, value)) in columns.items().zip(item.items()).enumerate() {
        if index > 0 {
            out.push(',');
        }
        super::json::quote(&name.string(), out);
        out.push(':');
        out.push_str(&value.canonical());
    }
    out.push('}');
}

fn records(
    block: &Block,
    (cut, header, exact): (Cut, &Header, bool),
    room: &mut Room,
    each: &mut dyn FnMut(Piece<'_>),
) {
    for span in block.spans.iter().flatten().filter(|span| span.position > 0) {
        let raw = &block.bytes[span.start..span.end];
        let offset = block.offset + span.start as u64;
        let row = match (span.problem, text(raw)) {
            (Some(code), _) => Err(code.into()),
            (None, Err(code)) => Err(code.into()),
            (None, Ok(text)) => {
                cut.cells(text, &mut room.cells, &mut room.ends);
                if room.cells.trim().is_empty() {
                    continue;
                }
                fits(header.names().len(), &room.cells, &room.ends, exact)
                    .map(|()| Row::of_record(Record::new(header, &room.cells, &room.ends)))
            }
        };
        each(Piece { position: span.position, offset, raw, row });
    }
}

/// Whether a row has no more cells than the header, but for empty ones.
fn fits(columns: usize, cells: &str, ends: &[usize], exact: bool) -> Result<(), Problem> {
    if exact && ends.len() != columns {
        return Err(Problem::new(Code::ColumnsCount, format!("it has {} columns, not {columns}", ends.len())));
    }
    let surplus = ends.len() > columns && !cells[ends[columns - 1]..].trim().is_empty();
    match surplus {
        true => Err(Problem::new(Code::CellsExtra, format!("it has {} cells under {columns} names", ends.len()))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Position and either the row's `a` or the code, of a text as one block.
    fn rows(text: &[u8]) -> Result<Vec<(u64, String)>, NotByLine> {
        let block = Block { bytes: text.to_vec(), offset: 0, first: 1, spans: None, last: true };
        let mut out = Vec::new();
        Rows::Json.visit(&block, &mut Room::default(), &mut |piece| {
            let said = match piece.row {
                Ok(row) => row.find("a").and_then(|field| field.text()).unwrap_or_default().into_owned(),
                Err(problem) => problem.code.word().to_owned(),
            };
            out.push((piece.position, said));
        })?;
        Ok(out)
    }

    fn check(text: &str, expected: &[(u64, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(position, said)| (*position, (*said).to_owned())).collect();
        assert_eq!(rows(text.as_bytes()), Ok(expected), "{text}");
    }

    #[test]
    fn a_line_is_a_value_a_list_of_rows_or_nothing() {
        check("{\"a\":1}\n\n\u{feff}{\"a\":2}\r\n", &[(1, "1"), (3, "2")]);
        check("[1,2]\n7\nTraceback\n[]\n", &[(1, "not-an-object"), (2, "not-an-object"), (3, "not-json")]);
        check("[{\"a\":1},{\"a\":2},3]", &[(1, "1"), (1, "2"), (1, "not-an-object")]);
        check("{\"a\":1}{\"a\":2}\n", &[(1, "1"), (1, "2")]);
        check("{\"a\":1} x\n", &[(1, "not-json")]);
        check("{\"a\":1\n{\"a\":2}\n", &[(1, "not-json"), (2, "2")]);
        check(&"[".repeat(100_000), &[(1, "json-too-deep")]);
    }

    #[test]
    fn pages_of_answers_are_their_rows() {
        check(r#"{"next":null,"results":[{"a":1},{"a":2}]}"#, &[(1, "1"), (1, "2")]);
        check(r#"{"columns":["b","a"],"results":[[1,"x"]],"hasMore":false}"#, &[(1, "x")]);
        check(r#"{"event":"x","a":3,"data":[{"a":1}]}"#, &[(1, "3")]);
    }

    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        let told = rows(b"{\"a\":\"\xff\"}\n{\"a\":\"\0\"}\n{\"a\":3}").unwrap();
        assert_eq!(
            told.iter().map(|(_, said)| said.as_str()).collect::<Vec<_>>(),
            ["encoding-unreadable", "nul-bytes", "3"]
        );
    }

    #[test]
    fn values_over_many_lines_are_not_by_line() {
        assert_eq!(rows(b"{\n\"a\":1}\n"), Err(NotByLine));
        assert_eq!(rows(b"[\n{\"a\":1}\n]"), Err(NotByLine));
    }
}
