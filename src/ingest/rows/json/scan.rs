//! From bytes to a layout.

use super::{Broken, Keys, Node, Shape, Tape};

/// How deep values may be nested.
const DEEPEST: usize = 128;

/// Lays out the value at the beginning of some bytes; returns where it ends.
pub(super) fn value(bytes: &[u8], tape: &mut Tape) -> Result<usize, Broken> {
    Scan { bytes, at: 0, tape, closing: 0 }.value()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    tape: &'a mut Tape,
    /// What closes the innermost list or object.
    closing: u8,
}

impl Scan<'_> {
    /// A whole value, without recursion: the open lists and objects stand on a stack.
    fn value(&mut self) -> Result<usize, Broken> {
        let mut key = ((0, 0), false);
        loop {
            self.space();
            if let Some(container) = self.begin(key)? {
                self.open(container)?;
                self.space();
                if self.peek()? != self.closing {
                    key = self.key()?;
                    continue;
                }
                self.close();
            }
            loop {
                if self.tape.open.is_empty() {
                    return Ok(self.at);
                }
                self.space();
                match self.peek()? {
                    b',' => {
                        self.at += 1;
                        key = self.key()?;
                        break;
                    }
                    byte if byte == self.closing => self.close(),
                    _ => return Err(Broken::At(self.at)),
                }
            }
        }
    }

    /// Begins a value: a scalar is done with, a list or object is left open and returned.
    fn begin(&mut self, (key, key_escaped): ((u32, u32), bool)) -> Result<Option<u32>, Broken> {
        let start = self.at;
        let mut escaped = false;
        let (shape, container) = match self.peek()? {
            b'{' => (Shape::Object, true),
            b'[' => {
                self.tape.marks.list = true;
                (Shape::List, true)
            }
            b'"' => {
                escaped = self.string()?;
                (Shape::Text, false)
            }
            b'-' | b'0'..=b'9' => (self.number()?, false),
            _ => (self.word()?, false),
        };
        let quote = usize::from(shape == Shape::Text);
        let index = narrow(self.tape.nodes.len());
        let (from, to) = (narrow(start + quote), narrow(self.at.saturating_sub(quote)));
        self.tape.nodes.push(Node {
            shape,
            escaped,
            key_escaped,
            start: from,
            end: to,
            key,
            next: index + 1,
            within: self.tape.open.last().copied().unwrap_or(0),
            keys: Keys::default(),
        });
        if container {
            self.at += 1;
        }
        Ok(container.then_some(index))
    }

    fn open(&mut self, container: u32) -> Result<(), Broken> {
        self.tape.open.push(container);
        self.closing = self.closing();
        if self.tape.open.len() > DEEPEST { Err(Broken::TooDeep) } else { Ok(()) }
    }

    fn closing(&self) -> u8 {
        let open = self.tape.open.last().map(|open| self.tape.nodes[*open as usize].shape);
        if open == Some(Shape::Object) { b'}' } else { b']' }
    }

    fn close(&mut self) {
        self.at += 1;
        let open = self.tape.open.pop().expect("closed only what is open") as usize;
        self.tape.nodes[open].end = narrow(self.at);
        self.tape.nodes[open].next = narrow(self.tape.nodes.len());
        self.closing = self.closing();
    }

    /// In an object the key and its colon; in a list nothing.
    fn key(&mut self) -> Result<((u32, u32), bool), Broken> {
        if self.closing == b']' {
            return Ok(((0, 0), false));
        }
        self.space();
        if self.peek()? != b'"' {
            return Err(Broken::At(self.at));
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let key = (narrow(start), narrow(self.at - 1));
        let object = *self.tape.open.last().expect("a key stands in an open object") as usize;
        self.tape.nodes[object].keys.add(&self.bytes[start..self.at - 1], escaped);
        self.space();
        if self.peek()? != b':' {
            return Err(Broken::At(self.at));
        }
        self.at += 1;
        Ok((key, escaped))
    }

    /// A text, from its quote to the one that closes it; says whether it holds escapes.
    fn string(&mut self) -> Result<bool, Broken> {
        self.at += 1;
        let mut escaped = false;
        loop {
            let rest = &self.bytes[self.at..];
            self.at += plain(rest).ok_or(Broken::Incomplete)?;
            match self.bytes[self.at] {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Broken::At(self.at)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let length = match self.bytes.get(self.at + 1).ok_or(Broken::Incomplete)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
            b'u' => 6,
            _ => return Err(Broken::At(self.at)),
        };
        for at in self.at + 2..self.at + length {
            if !self.bytes.get(at).ok_or(Broken::Incomplete)?.is_ascii_hexdigit() {
                return Err(Broken::At(at));
            }
        }
        if length == 6
            && matches!(&self.bytes[self.at + 2..self.at + 4], [b'd' | b'D', b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F'] | b"00")
        {
            self.tape.marks.odd = true;
        }
        self.at += length;
        Ok(())
    }

    fn number(&mut self) -> Result<Shape, Broken> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
            if self.bytes.get(self.at) == Some(&b'I') {
                return self.word();
            }
        }
        let start = self.at;
        self.digits()?;
        if self.bytes[start] == b'0' && self.at > start + 1 {
            return Err(Broken::At(start));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Shape::Number)
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        match self.at > start {
            true => Ok(()),
            false if self.at == self.bytes.len() => Err(Broken::Incomplete),
            false => Err(Broken::At(self.at)),
        }
    }

    /// A bare word; those that are no number are read as null.
    fn word(&mut self) -> Result<Shape, Broken> {
        const WORDS: [(&[u8], Shape); 5] = [
            (b"true", Shape::Bool),
            (b"false", Shape::Bool),
            (b"null", Shape::Null),
            (b"NaN", Shape::Null),
            (b"Infinity", Shape::Null),
        ];
        let rest = &self.bytes[self.at..];
        for (word, shape) in WORDS {
            if rest.starts_with(word) {
                self.tape.marks.odd |= word[0].is_ascii_uppercase();
                self.at += word.len();
                return Ok(shape);
            }
            if word.starts_with(rest) {
                return Err(Broken::Incomplete);
            }
        }
        Err(Broken::At(self.at))
    }

    fn space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, Broken> {
        self.bytes.get(self.at).copied().ok_or(Broken::Incomplete)
    }
}

/// How many bytes of a text stand before its quote, an escape or a control character; looked for eight at a time.
fn plain(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let equal = |word: u64, byte: u8| {
        let differs = word ^ (ONES * u64::from(byte));
        differs.wrapping_sub(ONES) & !differs
    };
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // A borrow may mark bytes behind one that is found, never before it.
        let control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (control | equal(word, b'"') | equal(word, b'\\')) & HIGH;
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    found.map(|at| words.len() * 8 + at)
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).expect("rows and pages are held below 4 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_it_ends() {
        let mut tape = Tape::default();
        assert_eq!(tape.lay(r#" {"a":[1,2]} {"b"#), Ok(12));
        assert_eq!(tape.lay(r#"{"a":[1,2"#), Err(Broken::Incomplete));
        assert_eq!(tape.lay("{\"a\":1\n{"), Err(Broken::At(7)));
        assert_eq!(tape.lay("Traceback"), Err(Broken::At(0)));
        assert_eq!(tape.lay(&"[".repeat(100_000)), Err(Broken::TooDeep));
        assert!(tape.lay("01").is_err());
    }

    #[test]
    fn what_ends_a_text_is_found_wherever_it_stands() {
        let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
        for byte in 0..=255_u8 {
            for at in 0..20 {
                let mut text = vec![b'\xc3'; 20];
                text[at] = byte;
                text[(at + 3).min(19)] = b'!';
                assert_eq!(plain(&text), text.iter().position(ends), "{byte} at {at}");
            }
        }
    }
}
