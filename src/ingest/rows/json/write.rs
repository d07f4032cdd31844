//! A value written anew, and texts in and out of JSON's way of writing them.

use super::{Json, Shape};

impl Json<'_> {
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
}

/// An object of keys and values, each written by the caller.
pub fn object<K: AsRef<str>, V>(entries: impl Iterator<Item = (K, V)>, write: impl Fn(V, &mut String)) -> String {
    let mut out = String::from("{");
    for (key, value) in entries {
        if out.len() > 1 {
            out.push(',');
        }
        quote(key.as_ref(), &mut out);
        out.push(':');
        write(value, &mut out);
    }
    out.push('}');
    out
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

/// A text with its escapes told.
pub(super) fn unescaped(raw: &str) -> String {
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
    use super::super::Tape;

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
}
