//! A hash of what a value says: the order of keys, spaces and the way of escaping play no part.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::{Json, Keys, Shape, quote};

/// Two hashes made one.
pub fn mixed(one: u64, other: u64) -> u64 {
    (one ^ other.wrapping_mul(0x9e37_79b9_7f4a_7c15)).rotate_left(23).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

impl Json<'_> {
    /// The hash. Says beside it whether a key stands twice.
    pub fn hash(&self) -> (u64, bool) {
        let mut twice = false;
        let hash = self.hash_of(&mut twice);
        (hash, twice)
    }

    fn hash_of(&self, twice: &mut bool) -> u64 {
        match self.shape() {
            Shape::List => self.items().fold(3, |hash, item| mixed(hash, item.hash_of(twice))),
            Shape::Object => self.hash_of_entries(twice),
            Shape::Null => 1,
            Shape::Bool | Shape::Number => xxh3_64(self.raw().as_bytes()),
            Shape::Text => mixed(xxh3_64(self.string().as_bytes()), 2),
        }
    }

    fn hash_of_entries(&self, twice: &mut bool) -> u64 {
        if self.node().keys.shared && self.has_twice() {
            *twice = true;
            return self.hash_of_last(twice);
        }
        self.children().fold(4_u64, |sum, child| sum.wrapping_add(child.hash_of_entry(twice)))
    }

    /// Whether a key stands twice.
    fn has_twice(&self) -> bool {
        let mut seen = Keys::default();
        self.children().enumerate().any(|(index, child)| {
            let (key, before) = (child.key(), seen.marks);
            seen.add(key.as_bytes(), false);
            seen.marks == before && self.children().take(index).any(|other| other.key() == key)
        })
    }

    /// The hash of a key and its value. Most are short and stand side by side, and are hashed as they stand.
    fn hash_of_entry(&self, twice: &mut bool) -> u64 {
        if matches!(self.shape(), Shape::List | Shape::Object) {
            return mixed(xxh3_64(self.key().as_bytes()), self.hash_of(twice));
        }
        if let Some(side_by_side) = self.side_by_side() {
            return xxh3_64(side_by_side.as_bytes());
        }
        let mut entry = String::new();
        quote(&self.key(), &mut entry);
        entry.push(':');
        entry.push_str(&self.canonical());
        xxh3_64(&entry.as_bytes()[1..])
    }

    /// A scalar's key and value as written, from within the key's quote, if nothing in them could be written otherwise.
    fn side_by_side(&self) -> Option<&str> {
        let node = self.node();
        let quotes = u32::from(node.shape == Shape::Text);
        let plain = !node.escaped && !node.key_escaped && node.start == node.key.1 + 2 + quotes;
        let is_null = node.shape == Shape::Null && self.raw() != "null";
        (plain && !is_null).then(|| &self.text[node.key.0 as usize..(node.end + quotes) as usize])
    }

    /// The hash of an object in which a key stands twice: the last of equal keys counts.
    fn hash_of_last(&self, twice: &mut bool) -> u64 {
        let last: BTreeMap<_, _> = self.children().map(|child| (child.key(), child)).collect();
        last.values().fold(4_u64, |sum, child| sum.wrapping_add(child.hash_of_entry(twice)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tape;

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
        assert_eq!(hash(r#"{"a":null,"b":"x"}"#), hash(r#"{"b" : "x", "a":NaN}"#));
        assert_eq!(hash(r#"{"a":"/"}"#), hash(r#"{"a":"\/"}"#));
        assert_ne!(hash(r#"{"a":"b"}"#), hash(r#"{"a\":\"b":""}"#));
    }
}
