//! One pass over a JSON value: checked, and laid out flat, so that any path is found without parsing again.
//!
//! No parser of the shelf gives what inputs.md 3 asks for at once: bare `NaN`, lone surrogates, integers of any length
//! digit for digit, a bound on depth without recursion, and the exact end of a value inside a longer text.

use std::borrow::Cow;

use xxhash_rust::xxh3::xxh3_64;

/// How deep values may be nested.
const DEEPEST: usize = 128;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is JSON's shape of that name")]
pub enum Shape {
    Null,
    Bool,
    Number,
    Text,
    List,
    Object,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    shape: Shape,
    /// Whether a text, or its key, holds escapes.
    escaped: bool,
    key_escaped: bool,
    /// Where the value stands; of a text what is between its quotes.
    start: u32,
    end: u32,
    /// Where its key stands, between the quotes.
    key: (u32, u32),
    /// The node after it and all that is in it.
    next: u32,
}

/// The layout of one value; used again for the next, so that reading allocates nothing per row.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    open: Vec<u32>,
    odd: bool,
}

/// Why a text is no JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It ends before the value does.
    Incomplete,
    /// It is wrong at this byte.
    At(usize),
    /// It is nested too deep.
    TooDeep,
}

/// A JSON value within a text.
#[derive(Clone, Copy)]
pub struct Json<'a> {
    text: &'a str,
    nodes: &'a [Node],
    at: u32,
    odd: bool,
}

impl Tape {
    /// Lays out the value at the beginning of a text (after spaces); returns where it ends.
    ///
    /// # Errors
    /// If the text does not begin with a whole value.
    pub fn lay(&mut self, text: &str) -> Result<usize, Broken> {
        self.lay_bytes(text.as_bytes())
    }

    /// The same of bytes that may not be UTF-8; only their end is then of use.
    ///
    /// # Errors
    /// As [`Tape::lay`].
    pub fn lay_bytes(&mut self, bytes: &[u8]) -> Result<usize, Broken> {
        self.nodes.clear();
        self.open.clear();
        self.odd = false;
        Scan { bytes, at: 0, tape: self }.value()
    }

    /// The value that was laid out last, of the same text.
    pub fn json<'a>(&'a self, text: &'a str) -> Json<'a> {
        Json { text, nodes: &self.nodes, at: 0, odd: self.odd }
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    tape: &'a mut Tape,
}

impl Scan<'_> {
    /// A whole value, without recursion: the open lists and objects stand on a stack.
    fn value(&mut self) -> Result<usize, Broken> {
        let mut key = ((0, 0), false);
        loop {
            self.space();
            if let Some(container) = self.begin(key)? {
                self.tape.open.push(container);
                if self.tape.open.len() > DEEPEST {
                    return Err(Broken::TooDeep);
                }
                self.space();
                if self.peek()? != self.closing() {
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
                    byte if byte == self.closing() => self.close(),
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
            b'[' => (Shape::List, true),
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
        self.tape.nodes.push(Node { shape, escaped, key_escaped, start: from, end: to, key, next: index + 1 });
        if container {
            self.at += 1;
        }
        Ok(container.then_some(index))
    }

    fn closing(&self) -> u8 {
        let open = *self.tape.open.last().expect("asked only while something is open");
        if self.tape.nodes[open as usize].shape == Shape::Object { b'}' } else { b']' }
    }

    fn close(&mut self) {
        self.at += 1;
        let open = self.tape.open.pop().expect("closed only what is open") as usize;
        self.tape.nodes[open].end = narrow(self.at);
        self.tape.nodes[open].next = narrow(self.tape.nodes.len());
    }

    /// In an object the key and its colon; in a list nothing.
    fn key(&mut self) -> Result<((u32, u32), bool), Broken> {
        if self.closing() == b']' {
            return Ok(((0, 0), false));
        }
        self.space();
        if self.peek()? != b'"' {
            return Err(Broken::At(self.at));
        }
        let start = self.at + 1;
        let escaped = self.string()?;
        let key = (narrow(start), narrow(self.at - 1));
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
            self.tape.odd = true;
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
                self.tape.odd |= word[0].is_ascii_uppercase();
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

impl<'a> Json<'a> {
    fn node(&self) -> &'a Node {
        &self.nodes[self.at as usize]
    }

    /// What it is.
    pub fn shape(&self) -> Shape {
        self.node().shape
    }

    /// The value as written; of a text what stands between the quotes, escapes and all.
    pub fn raw(&self) -> &'a str {
        let node = self.node();
        &self.text[node.start as usize..node.end as usize]
    }

    /// A text with its escapes told; lone surrogates and NUL become U+FFFD. Of anything else what is written.
    pub fn string(&self) -> Cow<'a, str> {
        if self.node().escaped { Cow::Owned(unescaped(self.raw())) } else { Cow::Borrowed(self.raw()) }
    }

    /// Whether a text is empty or of spaces only.
    pub fn is_blank(&self) -> bool {
        self.raw().trim().is_empty()
    }

    /// The value of a key; of several equal ones the last. A list of `{key, value}` pairs is an object.
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        match self.shape() {
            Shape::Object => self.last_called(key),
            Shape::List => self.pairs().filter(|(name, _)| name == key).last().map(|(_, value)| value),
            Shape::Null | Shape::Bool | Shape::Number | Shape::Text => None,
        }
    }

    /// Every lookup of every row comes by here: keys are told apart by their lengths before their bytes are looked at.
    fn last_called(&self, key: &str) -> Option<Json<'a>> {
        let (text, end) = (self.text.as_bytes(), self.node().next);
        let (mut at, mut found) = (self.at + 1, None);
        while at < end {
            let node = &self.nodes[at as usize];
            let (from, to) = (node.key.0 as usize, node.key.1 as usize);
            let called = match node.key_escaped {
                true => Json { at, ..*self }.key() == key,
                false => to - from == key.len() && &text[from..to] == key.as_bytes(),
            };
            if called {
                found = Some(Json { at, ..*self });
            }
            at = node.next;
        }
        found
    }

    /// A path: a key of that very name, else nested keys.
    pub fn find(&self, path: &str) -> Option<Json<'a>> {
        if let Some(found) = self.get(path) {
            return Some(found);
        }
        path.match_indices('.').find_map(|(dot, _)| {
            let (head, rest) = (&path[..dot], &path[dot + 1..]);
            self.get(head)?.first_if_list(rest).find(rest)
        })
    }

    /// A list of objects that are no pairs stands for its first.
    fn first_if_list(self, rest: &str) -> Json<'a> {
        match self.shape() {
            Shape::List if self.get(rest.split('.').next().unwrap_or(rest)).is_none() => {
                self.items().next().unwrap_or(self)
            }
            _ => self,
        }
    }

    /// The elements of a list; nothing of anything else.
    pub fn items(&self) -> impl Iterator<Item = Json<'a>> + use<'a> {
        let list = self.shape() == Shape::List;
        self.children().filter(move |_| list)
    }

    /// Keys and values of an object in order, equal keys as often as they stand; a list of pairs is an object.
    pub fn entries(&self) -> Box<dyn Iterator<Item = (Cow<'a, str>, Json<'a>)> + 'a> {
        match self.shape() {
            Shape::Object => Box::new(self.children().map(|child| (child.key(), child))),
            Shape::List => Box::new(self.pairs()),
            Shape::Null | Shape::Bool | Shape::Number | Shape::Text => Box::new(std::iter::empty()),
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (Cow<'a, str>, Json<'a>)> + use<'a> {
        const VALUES: [&str; 4] = ["string_value", "int_value", "float_value", "double_value"];
        self.items().filter_map(|item| {
            let mut key = None;
            let mut value = None;
            for child in item.children().filter(|_| item.shape() == Shape::Object) {
                match child.key().as_ref() {
                    "key" => key = Some(child.string()),
                    "value" => value = Some(child),
                    _ => {}
                }
            }
            let value = value?;
            let told = |name: &&str| value.get(name).filter(|value| value.shape() != Shape::Null);
            let value = if value.shape() == Shape::Object { VALUES.iter().find_map(told)? } else { value };
            Some((key?, value))
        })
    }

    fn children(&self) -> impl Iterator<Item = Json<'a>> + use<'a> {
        let (text, nodes, odd) = (self.text, self.nodes, self.odd);
        let end = self.node().next;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Json { text, nodes, at, odd })?;
            at = child.node().next;
            Some(child)
        })
    }

    fn key(&self) -> Cow<'a, str> {
        let node = self.node();
        let key = &self.text[node.key.0 as usize..node.key.1 as usize];
        if node.key_escaped { Cow::Owned(unescaped(key)) } else { Cow::Borrowed(key) }
    }

    fn is_called(&self, name: &str) -> bool {
        let node = self.node();
        match node.key_escaped {
            true => self.key() == name,
            false => &self.text.as_bytes()[node.key.0 as usize..node.key.1 as usize] == name.as_bytes(),
        }
    }

    /// The value written anew: no spaces, words that are no JSON as null, of equal keys the last, escapes told.
    pub fn canonical(&self) -> String {
        let mut out = String::with_capacity(self.raw().len());
        self.write(&mut out, &[]);
        out
    }

    /// The same without what stands at some paths.
    pub fn canonical_without(&self, paths: &[&str]) -> String {
        let mut out = String::with_capacity(self.raw().len());
        self.write(&mut out, paths);
        out
    }

    /// Whether the value can be stored as it is written: no words that are no JSON, no surrogate or NUL in an escape.
    /// Keys that stand twice are told by [`Json::hash`].
    pub fn is_plain(&self) -> bool {
        !self.odd
    }

    fn write(&self, out: &mut String, without: &[&str]) {
        match self.shape() {
            Shape::Null => out.push_str("null"),
            Shape::Bool | Shape::Number => out.push_str(self.raw()),
            Shape::Text => quote(&self.string(), out),
            Shape::List => {
                out.push('[');
                for (index, item) in self.items().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out, &[]);
                }
                out.push(']');
            }
            Shape::Object => {
                let mut entries = indexmap::IndexMap::new();
                for child in self.children() {
                    entries.insert(child.key(), child);
                }
                out.push('{');
                let kept = entries.iter().filter(|(key, _)| !without.contains(&key.as_ref()));
                for (index, (key, value)) in kept.enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    quote(key, out);
                    out.push(':');
                    let within: Vec<_> =
                        without.iter().filter_map(|path| path.strip_prefix(key.as_ref())?.strip_prefix('.')).collect();
                    value.write(out, &within);
                }
                out.push('}');
            }
        }
    }

    /// A hash of what it says: the order of keys, spaces and the way of escaping play no part. Says beside it whether a
    /// key stands twice.
    pub fn hash(&self) -> (u64, bool) {
        let mut twice = false;
        let hash = self.hash_of(&mut twice);
        (hash, twice)
    }

    fn hash_of(&self, twice: &mut bool) -> u64 {
        match self.shape() {
            Shape::Null => 1,
            Shape::Bool | Shape::Number => xxh3_64(self.raw().as_bytes()),
            Shape::Text => mixed(xxh3_64(self.string().as_bytes()), 2),
            Shape::List => self.items().fold(3, |hash, item| mixed(hash, item.hash_of(twice))),
            Shape::Object => {
                let mut sum = 4_u64;
                let mut seen = 0_u64;
                for (index, child) in self.children().enumerate() {
                    let key = child.key();
                    let name = xxh3_64(key.as_bytes());
                    let mark = 1 << (name & 63);
                    let again = || self.children().filter(|other| other.is_called(&key)).count() > 1;
                    if index > 64 || (seen & mark != 0 && again()) {
                        return self.hash_of_last(twice);
                    }
                    seen |= mark;
                    sum = sum.wrapping_add(mixed(name, child.hash_of(twice)));
                }
                sum
            }
        }
    }

    /// The hash of an object in which a key stands twice, or which has many: the last of equal keys counts.
    fn hash_of_last(&self, twice: &mut bool) -> u64 {
        let last: std::collections::BTreeMap<_, _> = self.children().map(|child| (child.key(), child)).collect();
        *twice |= last.len() < self.children().count();
        last.iter()
            .fold(4_u64, |sum, (key, child)| sum.wrapping_add(mixed(xxh3_64(key.as_bytes()), child.hash_of(twice))))
    }
}

/// Two hashes made one.
pub fn mixed(one: u64, other: u64) -> u64 {
    (one ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(23).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// Writes a text as JSON.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"))
        } else {
            out.push_str(escape)
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}

fn unescaped(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let (character, length) = escaped(&rest[at..]);
        out.push(character);
        rest = &rest[at + length..];
    }
    out.push_str(rest);
    out
}

/// The character of an escape and the length of what is written.
fn escaped(text: &str) -> (char, usize) {
    let unit = |at: usize| u32::from_str_radix(text.get(at..at + 4)?, 16).ok();
    match text.as_bytes()[1] {
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'n' => ('\n', 2),
        b'r' => ('\r', 2),
        b't' => ('\t', 2),
        b'u' => {
            let first = unit(2).expect("escapes were checked when the value was laid out");
            let second = text.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| unit(8));
            match second {
                Some(second) if (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(&second) => {
                    let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    (char::from_u32(code).unwrap_or('\u{fffd}'), 12)
                }
                _ => (char::from_u32(first).filter(|c| *c != '\0').unwrap_or('\u{fffd}'), 6),
            }
        }
        byte => (char::from(byte), 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The value written anew.
    fn canonical(text: &str) -> String {
        let mut tape = Tape::default();
        tape.lay(text).unwrap();
        tape.json(text).canonical()
    }

    #[test]
    fn what_is_no_json_elsewhere_is_read_as_it_was_meant() {
        assert_eq!(canonical(r#"{"a":NaN,"b":[-Infinity,1e5],"a":"x"}"#), r#"{"a":"x","b":[null,1e5]}"#);
        assert_eq!(
            canonical(r#"["\ud83d\ude00","cut \ud83d","\u0000"]"#),
            "[\"\u{1f600}\",\"cut \u{fffd}\",\"\u{fffd}\"]"
        );
        assert_eq!(canonical("123456789012345678901234567890"), "123456789012345678901234567890");
    }

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

    #[test]
    fn paths_are_found() {
        let text =
            r#"{"p":{"a.b":1,"a":{"b":2}},"params":[{"key":"k","value":{"int_value":"7"}}],"g":{"team":["t1","t2"]}}"#;
        let mut tape = Tape::default();
        tape.lay(text).unwrap();
        let json = tape.json(text);
        let found = |path| json.find(path).map(|value| value.raw().to_owned());
        assert_eq!(found("p.a.b").as_deref(), Some("1"));
        assert_eq!(found("params.k").as_deref(), Some("7"));
        assert_eq!(found("g.team").as_deref(), Some(r#"["t1","t2"]"#));
        assert_eq!(found("g.none"), None);
    }

    #[test]
    fn the_hash_is_of_what_is_said() {
        let hash = |text: &str| {
            let mut tape = Tape::default();
            tape.lay(text).unwrap();
            tape.json(text).hash().0
        };
        assert_eq!(hash(r#"{"a":1,"b":"é"}"#), hash(r#"{ "b":"\u00e9", "a":1 }"#));
        assert_eq!(hash(r#"{"a":1,"a":2}"#), hash(r#"{"a":2}"#));
        assert_ne!(hash(r#"{"a":1}"#), hash(r#"{"a":"1"}"#));
        assert_ne!(hash(r#"[1,2]"#), hash(r#"[2,1]"#));
    }
}
