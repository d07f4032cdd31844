//! A file's bytes cut into blocks of whole rows, on a thread of its own: what reads them can then work side by side.

use std::io::{BufRead, Read};

use anyhow::Result;
use encoding_rs::Encoding;
use memchr::{memchr, memrchr};

use super::Code;
use super::csv::{Cut, LONGEST_ROW, Next};
use super::json::{Broken, Tape};
use super::open::{Decoded, Place, with_bytes};
use super::page::{is_page, list_begun};

/// About how many bytes a block has.
const BLOCK: usize = 1 << 20;
/// The longest page of an API that holds its rows in `results`, `records` or `data`.
const LONGEST_PAGE: usize = 256 << 20;
/// How much of a row that is too long is kept.
pub(super) const KEPT_OF_LONG: usize = 4096;

/// How a text is cut into rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrangement {
    /// JSON, a row on each line; anything else in it stops the reading with [`Ended::not_by_line`].
    JsonLines,
    /// JSON in any arrangement, one value after the other.
    JsonValues,
    /// A table.
    Table {
        /// How it is cut.
        cut: Cut,
        /// How many bytes come before the header (a line `sep=;`).
        skip: usize,
        /// Whether it has a header.
        headed: bool,
    },
}

/// Some whole rows of a file.
#[derive(Debug)]
pub struct Block {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where they begin in the file's text.
    pub offset: u64,
    /// The position of the first row: a line's number, or a record's below the header.
    pub first: u64,
    /// Where the rows are; nothing: a line each.
    pub spans: Option<Vec<Span>>,
    /// Whether no block follows.
    pub last: bool,
}

/// Where a row is in its block.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// Its position.
    pub position: u64,
    /// Why it cannot be read, if that is known already.
    pub problem: Option<Code>,
}

/// How the reading of a file ended.
#[derive(Debug, Default, Clone)]
pub struct Ended {
    /// The stream broke off: the rest behind the last whole row, its position and offset.
    pub truncated: Option<(Vec<u8>, u64, u64)>,
    /// It was to be JSON lines and is not: read it as values.
    pub not_by_line: bool,
    /// The byte behind the last line that ends.
    pub whole_until: u64,
    /// How many lines end before it.
    pub lines: u64,
    /// The byte behind the last one.
    pub end: u64,
}

/// Where reading begins, in a file that has grown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start {
    /// The byte.
    pub offset: u64,
    /// How many lines come before it.
    pub lines: u64,
}

/// Reads a file and hands over its blocks until it ends or the receiver has enough.
///
/// # Errors
/// If the file cannot be opened.
pub fn pour(
    place: &Place,
    encoding: Option<&'static Encoding>,
    arrangement: Arrangement,
    start: Start,
    send: &mut dyn FnMut(Block) -> bool,
) -> Result<Ended> {
    with_bytes(place, &mut |reader| {
        let mut input = Input::new(reader, encoding);
        input.skip(start.offset);
        let mut pouring = Pouring { send, offset: start.offset, position: start.lines + 1, ended: Ended::default() };
        pouring.ended.whole_until = start.offset;
        pouring.ended.lines = start.lines;
        match arrangement {
            Arrangement::JsonLines => pouring.lines(&mut input),
            Arrangement::JsonValues => pouring.values(&mut input),
            Arrangement::Table { cut, skip, headed } => {
                input.skip(skip as u64);
                pouring.offset += skip as u64;
                pouring.position = u64::from(!headed);
                pouring.records(&mut input, cut);
            }
        }
        Ok(pouring.ended)
    })
}

/// Bytes on their way: what was read and not yet handed over.
struct Input<'a> {
    reader: Decoded<'a>,
    bytes: Vec<u8>,
    over: bool,
    broken: bool,
}

impl<'a> Input<'a> {
    fn new(reader: &'a mut dyn BufRead, encoding: Option<&'static Encoding>) -> Self {
        Self { reader: Decoded::new(reader, encoding), bytes: Vec::new(), over: false, broken: false }
    }

    /// Reads on by about so many bytes.
    fn more(&mut self, wanted: usize) {
        let before = self.bytes.len();
        self.bytes.resize(before + wanted, 0);
        let mut filled = before;
        while filled < self.bytes.len() && !self.over {
            match self.reader.read(&mut self.bytes[filled..]) {
                Ok(0) => self.over = true,
                Ok(length) => filled += length,
                Err(problem) if problem.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => (self.over, self.broken) = (true, true),
            }
        }
        self.bytes.truncate(filled);
    }

    /// Takes so many bytes off the front.
    fn front(&mut self, length: usize) -> Vec<u8> {
        let rest = self.bytes.split_off(length);
        std::mem::replace(&mut self.bytes, rest)
    }

    fn skip(&mut self, mut length: u64) {
        while length > 0 && !self.over {
            self.more(usize::try_from(length.min(BLOCK as u64)).unwrap_or(BLOCK));
            length -= self.bytes.len() as u64;
            self.bytes.clear();
        }
    }
}

struct Pouring<'a> {
    send: &'a mut dyn FnMut(Block) -> bool,
    /// Where the input's first byte stands in the text.
    offset: u64,
    /// The position of the next row.
    position: u64,
    ended: Ended,
}

impl Pouring<'_> {
    /// Blocks of whole lines.
    fn lines(&mut self, input: &mut Input<'_>) {
        loop {
            input.more(BLOCK);
            let cut = memrchr(b'\n', &input.bytes).map_or(0, |end| end + 1);
            if input.over {
                return self.last_lines(input, cut);
            }
            if cut == 0 {
                if input.bytes.len() > LONGEST_ROW {
                    self.ended.not_by_line = true;
                    return;
                }
                continue;
            }
            let bytes = input.front(cut);
            if !self.hand_over(bytes, None, false) {
                return;
            }
        }
    }

    fn last_lines(&mut self, input: &mut Input<'_>, cut: usize) {
        let mut bytes = std::mem::take(&mut input.bytes);
        let tail_is_whole = Tape::default().lay_bytes(&bytes[cut..]).is_ok();
        if cut == 0 && self.position == 1 && !tail_is_whole && list_begun(&bytes, self.offset == 0).is_some() {
            self.ended.not_by_line = true;
            return;
        }
        let rest = (input.broken && !tail_is_whole).then(|| bytes.split_off(cut));
        let lines = self.ended.lines + memchr::memchr_iter(b'\n', &bytes).count() as u64;
        if let Some(rest) = rest.or_else(|| input.broken.then(Vec::new)) {
            let line = lines + 1 + u64::from(tail_is_whole && cut < bytes.len());
            self.ended.truncated = Some((rest, line, self.offset + bytes.len() as u64));
        }
        let until = self.offset + cut as u64;
        self.ended.end = self.offset + bytes.len() as u64;
        self.hand_over(bytes, None, true);
        (self.ended.whole_until, self.ended.lines) = (until, lines);
    }

    fn hand_over(&mut self, bytes: Vec<u8>, spans: Option<Vec<Span>>, last: bool) -> bool {
        let length = bytes.len() as u64;
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let by_line = spans.is_none();
        let block = Block { bytes, offset: self.offset, first: self.position, spans, last };
        let go_on = (self.send)(block);
        self.offset += length;
        if by_line {
            self.position += lines;
            self.ended.lines += lines;
            self.ended.whole_until = self.offset;
        }
        go_on
    }

    /// Blocks of records.
    fn records(&mut self, input: &mut Input<'_>, cut: Cut) {
        let mut wanted = BLOCK;
        loop {
            input.more(wanted);
            let (spans, taken) = self.spans_of_records(input, cut);
            if taken == 0 && !input.over {
                if input.bytes.len() > LONGEST_ROW {
                    let position = self.position;
                    self.position += 1;
                    if !self.too_long(input, position) {
                        return;
                    }
                }
                wanted = input.bytes.len().clamp(BLOCK, LONGEST_ROW);
                continue;
            }
            wanted = BLOCK;
            let bytes = input.front(taken);
            let last = input.over;
            if last && input.broken {
                let rest = std::mem::take(&mut input.bytes);
                self.ended.truncated = Some((rest, self.position, self.offset + bytes.len() as u64));
            }
            if !self.hand_over(bytes, Some(spans), last) || last {
                return;
            }
        }
    }

    /// The records that are whole, and how many bytes they take.
    fn spans_of_records(&mut self, input: &Input<'_>, cut: Cut) -> (Vec<Span>, usize) {
        let (bytes, mut at, mut spans) = (&input.bytes, 0, Vec::new());
        loop {
            let start = if bytes[at..].starts_with(b"\xef\xbb\xbf") { at + 3 } else { at };
            let (end, next, problem) = match cut.next(&bytes[start..], input.over && !input.broken) {
                Next::Record { end, next } => (end, next, None),
                Next::Unclosed { end, next } => (end, next, Some(Code::QuoteUnclosed)),
                Next::More => return (spans, at),
            };
            // A blank line is no record.
            if bytes[start..start + end].iter().any(|byte| !matches!(byte, b' ')) {
                let problem = problem.or((end > LONGEST_ROW).then_some(Code::RowTooLong));
                spans.push(Span { start, end: start + end, position: self.position, problem });
                self.position += 1;
            }
            at = start + next;
        }
    }

    /// Hands over the beginning of a row that is too long, and passes over the rest of its line.
    fn too_long(&mut self, input: &mut Input<'_>, position: u64) -> bool {
        let kept = input.bytes[..KEPT_OF_LONG.min(input.bytes.len())].to_vec();
        let span = Span { start: 0, end: kept.len(), position, problem: Some(Code::RowTooLong) };
        let offset = self.offset;
        let mut passed = kept.len() as u64;
        input.bytes.drain(..kept.len());
        loop {
            if let Some(end) = memchr(b'\n', &input.bytes) {
                passed += end as u64 + 1;
                input.bytes.drain(..=end);
                break;
            }
            passed += input.bytes.len() as u64;
            input.bytes.clear();
            if input.over {
                break;
            }
            input.more(BLOCK);
        }
        let go_on = self.hand_over(kept, Some(vec![span]), false);
        self.offset = offset + passed;
        go_on
    }

    /// Blocks of JSON values, one after the other, whatever stands between them.
    fn values(&mut self, input: &mut Input<'_>) {
        let (mut tape, mut in_list) = (Tape::default(), false);
        loop {
            let wanted = input.bytes.len().clamp(BLOCK, LONGEST_PAGE);
            input.more(wanted);
            let (spans, taken) = self.spans_of_values(input, &mut tape, &mut in_list);
            let begun = if input.over && !in_list {
                list_begun(&input.bytes[taken..], self.offset == 0 && spans.is_empty())
            } else {
                None
            };
            if let Some(open) = begun {
                // Its end is missing, and the rows before that are whole.
                if !self.take_spans(input, spans, taken) {
                    return;
                }
                self.pass(input, open);
                in_list = true;
                continue;
            }
            let page = input.bytes[taken..].len() <= LONGEST_PAGE && is_page(&input.bytes[taken..]);
            let stuck = taken == 0 && !input.over && input.bytes.len() > LONGEST_ROW && !page;
            if stuck && !in_list && input.bytes.trim_ascii_start().first() == Some(&b'[') {
                // A list longer than a row is taken element by element.
                let open = memchr(b'[', &input.bytes).expect("it begins with one") + 1;
                self.pass(input, open);
                in_list = true;
            } else if stuck {
                let position = self.position;
                if !self.too_long(input, position) {
                    return;
                }
                self.position += 1;
            } else if taken > 0 || input.over {
                let bytes = input.front(taken);
                let last = input.over;
                if last && input.broken {
                    let rest = std::mem::take(&mut input.bytes);
                    self.ended.truncated = Some((rest, self.position, self.offset + bytes.len() as u64));
                }
                if !self.hand_over(bytes, Some(spans), last) || last {
                    return;
                }
            }
        }
    }

    /// Hands over the rows that are whole, where more will follow.
    fn take_spans(&mut self, input: &mut Input<'_>, spans: Vec<Span>, taken: usize) -> bool {
        let bytes = input.front(taken);
        bytes.is_empty() || self.hand_over(bytes, Some(spans), false)
    }

    fn pass(&mut self, input: &mut Input<'_>, length: usize) {
        self.position += memchr::memchr_iter(b'\n', &input.bytes[..length]).count() as u64;
        input.bytes.drain(..length);
        self.offset += length as u64;
    }

    /// The values that are whole, the lines that are none, and how many bytes they take.
    fn spans_of_values(&mut self, input: &Input<'_>, tape: &mut Tape, in_list: &mut bool) -> (Vec<Span>, usize) {
        let (bytes, mut at, mut spans) = (&input.bytes, 0, Vec::new());
        let last = input.over && !input.broken;
        loop {
            at = self.between(bytes, at, in_list);
            if at == bytes.len() {
                return (spans, at);
            }
            let (length, problem) = match tape.lay_bytes(&bytes[at..]) {
                // A number at the end may go on.
                Ok(length) if at + length == bytes.len() && !last && bytes[at + length - 1].is_ascii_digit() => {
                    return (spans, at);
                }
                Ok(length) if length > LONGEST_ROW && !is_page(&bytes[at..]) && bytes[at] != b'[' => {
                    (length, Some(Code::RowTooLong))
                }
                Ok(length) => (length, None),
                Err(Broken::Incomplete)
                    if !last
                        || (!*in_list && list_begun(&bytes[at..], self.offset == 0 && spans.is_empty()).is_some()) =>
                {
                    return (spans, at);
                }
                // Whatever stands behind it belongs to it, as far as one can tell.
                Err(Broken::Incomplete) => (bytes.len() - at, Some(Code::NotJson)),
                Err(Broken::TooDeep) => {
                    (memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at), Some(Code::JsonTooDeep))
                }
                Err(_) => (memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at), Some(Code::NotJson)),
            };
            spans.push(Span { start: at, end: at + length, position: self.position, problem });
            self.position += memchr::memchr_iter(b'\n', &bytes[at..at + length]).count() as u64;
            at += length;
        }
    }

    /// Passes over what stands between values.
    fn between(&mut self, bytes: &[u8], mut at: usize, in_list: &mut bool) -> usize {
        loop {
            match bytes.get(at) {
                Some(b'\n') => self.position += 1,
                Some(b' ' | b'\t' | b'\r') => {}
                Some(b',') if *in_list => {}
                Some(b']') if *in_list => *in_list = false,
                Some(0xef) if bytes[at..].starts_with(b"\xef\xbb\xbf") => at += 2,
                _ => return at,
            }
            at += 1;
        }
    }
}
