//! One pass over a JSON value: checked, and laid out flat, so that any path is found without parsing again.
//!
//! No parser of the shelf gives what inputs.md 3 asks for at once: bare `NaN`, lone surrogates, integers of any length
//! digit for digit, a bound on depth without recursion, and the exact end of a value inside a longer text.

mod hash;
mod lookup;
mod scan;
mod write;

pub use hash::mixed;
pub use write::{object, quote};

use std::borrow::Cow;
use std::cell::Cell;

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
    /// The list or object that it stands in; of the whole value itself.
    within: u32,
    /// Of an object: the marks of its keys.
    keys: Keys,
}

/// The keys of an object, a bit each by what they look like: what is not there need not be looked for, and where no two
/// share a bit no key stands twice.
#[derive(Debug, Clone, Copy, Default)]
struct Keys {
    marks: u64,
    /// Whether two keys have one mark, or one was written with escapes.
    shared: bool,
}

impl Keys {
    /// Which of 64 bits is a key's.
    fn bit(key: &[u8]) -> usize {
        let some = [key.first(), key.get(key.len() / 2), key.last()].into_iter().flatten();
        let sum = some.fold(key.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(*byte)));
        (sum ^ (sum >> 6)) & 63
    }

    fn add(&mut self, key: &[u8], escaped: bool) {
        let mark = if escaped { u64::MAX } else { 1 << Self::bit(key) };
        self.shared |= escaped || self.marks & mark != 0;
        self.marks |= mark;
    }

    /// Whether a key with that bit may be there.
    fn may_have(self, bit: usize) -> bool {
        self.marks & 1 << bit != 0
    }
}

/// Where a key with each bit stood when one was looked for last. Most rows are made like the one before.
#[derive(Debug)]
struct Hints([Cell<u32>; 64]);

impl Default for Hints {
    fn default() -> Self {
        Self([const { Cell::new(0) }; 64])
    }
}

/// What stands anywhere in a value, so that who looks for it need not look.
#[derive(Debug, Clone, Copy, Default)]
struct Marks {
    /// Words that are no JSON, a surrogate or NUL in an escape.
    odd: bool,
    /// A list.
    list: bool,
}

/// The layout of one value; used again for the next, so that reading allocates nothing per row.
#[derive(Debug, Default)]
pub struct Tape {
    nodes: Vec<Node>,
    open: Vec<u32>,
    marks: Marks,
    hints: Hints,
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
    tape: &'a Tape,
    at: u32,
}

/// Whether a text surely has no space at its ends: most have none.
pub(super) fn is_tight(text: &str) -> bool {
    let shows = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    shows(text.as_bytes().first()) && shows(text.as_bytes().last())
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
        self.marks = Marks::default();
        scan::value(bytes, self)
    }

    /// The value that was laid out last, of the same text.
    pub fn json<'a>(&'a self, text: &'a str) -> Json<'a> {
        Json { text, tape: self, at: 0 }
    }
}

impl<'a> Json<'a> {
    fn node(&self) -> &'a Node {
        &self.tape.nodes[self.at as usize]
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
        if self.node().escaped { Cow::Owned(write::unescaped(self.raw())) } else { Cow::Borrowed(self.raw()) }
    }

    /// Whether a text is empty or of spaces only.
    pub fn is_blank(&self) -> bool {
        !is_tight(self.raw()) && self.raw().trim().is_empty()
    }

    /// Whether the value can be stored as it is written: no words that are no JSON, no surrogate or NUL in an escape.
    /// Keys that stand twice are told by [`Json::hash`].
    pub fn is_plain(&self) -> bool {
        !self.tape.marks.odd
    }

    /// Whether a list stands anywhere in the row that the value is of.
    pub fn is_beside_lists(&self) -> bool {
        self.tape.marks.list
    }

    fn children(&self) -> impl Iterator<Item = Json<'a>> + use<'a> {
        let within = *self;
        let end = self.node().next;
        let mut at = self.at + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Json { at, ..within })?;
            at = child.node().next;
            Some(child)
        })
    }

    fn key(&self) -> Cow<'a, str> {
        let node = self.node();
        let key = &self.text[node.key.0 as usize..node.key.1 as usize];
        if node.key_escaped { Cow::Owned(write::unescaped(key)) } else { Cow::Borrowed(key) }
    }

    /// Every lookup of every row comes by here: keys are told apart by their lengths before their bytes are looked at.
    fn is_called(&self, name: &str) -> bool {
        let (node, text) = (self.node(), self.text.as_bytes());
        let (from, to) = (node.key.0 as usize, node.key.1 as usize);
        match node.key_escaped {
            true => self.key() == name,
            false => to - from == name.len() && &text[from..to] == name.as_bytes(),
        }
    }
}
