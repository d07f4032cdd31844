//! Tables in text, read to inputs.md 4: what a delimiter is, where a record ends, what a cell holds.
//!
//! The `csv` crate cannot say where a quote that never closes began, nor go on at the next line, nor tell a quote in the
//! middle of a cell from one that opens it; all three are promised, to the byte.

use memchr::{memchr, memchr2, memchr3};

/// Within how many bytes a quote must close.
const QUOTE_REACH: usize = 1 << 20;
/// The longest row.
pub const LONGEST_ROW: usize = 16 << 20;

/// How the text of a table is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Between cells.
    pub delimiter: u8,
    /// Whether `"` quotes a cell.
    pub quoted: bool,
}

/// What stands next in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// A record up to `end`, the next begins at `next`.
    Record {
        /// Where its text ends.
        end: usize,
        /// Where the next begins.
        next: usize,
    },
    /// A quote that does not close: what stands up to `end` is set aside.
    Unclosed {
        /// Where the line of the quote ends.
        end: usize,
        /// Where the next line begins.
        next: usize,
    },
    /// More bytes are needed to tell.
    More,
}

impl Cut {
    /// The record at the beginning of the bytes; `last` if no more bytes will come. Empty bytes give `More`.
    pub fn next(&self, bytes: &[u8], last: bool) -> Next {
        if bytes.is_empty() {
            return Next::More;
        }
        let mut at = 0;
        loop {
            if self.quoted && bytes.get(at) == Some(&b'"') {
                match closing(bytes, at, last) {
                    Closing::At(after) => at = after,
                    Closing::More => return Next::More,
                    Closing::Never => return unclosed(bytes, at, last),
                }
            }
            let Some(step) = memchr3(self.delimiter, b'\n', b'\r', &bytes[at..]) else {
                let end = bytes.len();
                return if last { Next::Record { end, next: end } } else { Next::More };
            };
            at += step;
            match bytes[at] {
                b'\n' => return Next::Record { end: at, next: at + 1 },
                b'\r' if at + 1 == bytes.len() && !last => return Next::More,
                b'\r' => {
                    return Next::Record { end: at, next: at + 1 + usize::from(bytes.get(at + 1) == Some(&b'\n')) };
                }
                _ => at += 1,
            }
        }
    }

    /// Cuts a record into cells: their text, one after the other, and where each ends.
    pub fn cells(&self, record: &str, text: &mut String, ends: &mut Vec<usize>) {
        text.clear();
        ends.clear();
        let bytes = record.as_bytes();
        let mut at = 0;
        loop {
            if self.quoted && bytes.get(at) == Some(&b'"') {
                at = unquoted(record, at + 1, text);
            }
            let end = memchr(self.delimiter, &bytes[at..]).map(|step| at + step);
            text.push_str(&record[at..end.unwrap_or(bytes.len())]);
            ends.push(text.len());
            match end {
                Some(end) => at = end + 1,
                None => return,
            }
        }
    }
}

/// Takes what is quoted, from behind its quote; returns where it goes on.
fn unquoted(record: &str, from: usize, text: &mut String) -> usize {
    let bytes = record.as_bytes();
    let mut at = from;
    while let Some(step) = memchr(b'"', &bytes[at..]) {
        text.push_str(&record[at..at + step]);
        at += step + 1;
        if bytes.get(at) != Some(&b'"') {
            return at;
        }
        text.push('"');
        at += 1;
    }
    text.push_str(&record[at..]);
    bytes.len()
}

enum Closing {
    /// Behind the closing quote.
    At(usize),
    Never,
    More,
}

fn closing(bytes: &[u8], open: usize, last: bool) -> Closing {
    let reach = (open + 1 + QUOTE_REACH).min(bytes.len());
    let mut at = open + 1;
    while let Some(step) = memchr(b'"', &bytes[at..reach]) {
        at += step + 1;
        match bytes.get(at) {
            Some(b'"') => at += 1,
            None if !last => return Closing::More,
            _ => return Closing::At(at),
        }
        if at >= reach {
            break;
        }
    }
    if reach < open + 1 + QUOTE_REACH && !last { Closing::More } else { Closing::Never }
}

fn unclosed(bytes: &[u8], quote: usize, last: bool) -> Next {
    let Some(step) = memchr2(b'\n', b'\r', &bytes[quote..]) else {
        let end = bytes.len();
        return if last { Next::Unclosed { end, next: end } } else { Next::More };
    };
    let end = quote + step;
    let next = end + 1 + usize::from(bytes[end] == b'\r' && bytes.get(end + 1) == Some(&b'\n'));
    Next::Unclosed { end, next }
}

/// What the beginning of a text shows of its cut, and where its header begins (behind a line `sep=;`).
pub fn recognised(start: &[u8], whole: bool, declared: Option<u8>) -> (Cut, usize) {
    if let Some((delimiter, behind)) = named(start) {
        return (Cut { delimiter, quoted: true }, behind);
    }
    if let Some(delimiter) = declared {
        return (Cut { delimiter, quoted: true }, 0);
    }
    // Of those that stand equally often in most records, the one that cuts finest; else the one the header shows most.
    let best = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|delimiter| weight(start, whole, *delimiter));
    (Cut { delimiter: best.unwrap_or(b','), quoted: true }, 0)
}

/// A first line `sep=;`.
fn named(start: &[u8]) -> Option<(u8, usize)> {
    let rest = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let before = start.len() - rest.len();
    let line =
        rest.strip_prefix(b"sep=").or_else(|| rest.strip_prefix(b"SEP=")).or_else(|| rest.strip_prefix(b"\"sep="))?;
    let delimiter = *line.first()?;
    let end = memchr2(b'\n', b'\r', rest)
        .map_or(rest.len(), |end| end + 1 + usize::from(rest[end] == b'\r' && rest.get(end + 1) == Some(&b'\n')));
    Some((delimiter, before + end))
}

fn weight(start: &[u8], whole: bool, delimiter: u8) -> (bool, usize) {
    let cut = Cut { delimiter, quoted: true };
    let (mut counts, mut at) = (Vec::new(), 0);
    while counts.len() <= 20 {
        match cut.next(&start[at..], whole) {
            Next::Record { end, next } => {
                let record = String::from_utf8_lossy(&start[at..at + end]);
                if !record.trim().is_empty() {
                    let (mut text, mut ends) = (String::new(), Vec::new());
                    cut.cells(&record, &mut text, &mut ends);
                    counts.push(ends.len() - 1);
                }
                at += next;
            }
            Next::Unclosed { next, .. } => at += next,
            Next::More => break,
        }
    }
    let Some((header, rows)) = counts.split_first() else { return (false, 0) };
    let equal = rows.iter().filter(|count| *count == header).count();
    (*header > 0 && equal * 2 >= rows.len(), *header)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a text, cut into cells; unclosed lines with a mark in front.
    fn records(text: &str) -> Vec<Vec<String>> {
        let (cut, mut at) = recognised(text.as_bytes(), true, None);
        let mut out = Vec::new();
        loop {
            match cut.next(&text.as_bytes()[at..], true) {
                Next::Record { end, next } => {
                    let (mut cells, mut ends) = (String::new(), Vec::new());
                    cut.cells(&text[at..at + end], &mut cells, &mut ends);
                    let starts = [0].into_iter().chain(ends.iter().copied());
                    out.push(starts.zip(&ends).map(|(from, to)| cells[from..*to].to_owned()).collect());
                    at += next;
                }
                Next::Unclosed { end, next } => {
                    out.push(vec!["!".to_owned(), text[at..at + end].to_owned()]);
                    at += next;
                }
                Next::More => return out,
            }
        }
    }

    #[test]
    fn quotes_open_only_at_the_start_of_a_cell() {
        let text = "a,b\r\n\"x, \"\"y\"\"\nz\",5\" pipe\r\"5\"\" pipe\" and more,\n";
        assert_eq!(records(text), [vec!["a", "b"], vec!["x, \"y\"\nz", "5\" pipe"], vec!["5\" pipe and more", ""]]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_line() {
        assert_eq!(records("a,b\n1,\"open\n2,x\n"), [vec!["a", "b"], vec!["!", "1,\"open"], vec!["2", "x"]]);
    }

    #[test]
    fn the_delimiter_is_the_one_that_stands_equally_often() {
        for (text, delimiter) in [
            ("a;b;c\n1,5;2;3\n", b';'),
            ("a,b\n1,\"x;y\"\n", b','),
            ("a\tb\n1\t2\n", b'\t'),
            ("sep=|\na,b|c\n", b'|'),
            ("a|b\n", b'|'),
            ("a\n1\n", b','),
        ] {
            assert_eq!(recognised(text.as_bytes(), true, None).0.delimiter, delimiter, "{text}");
        }
    }
}
