//! What stands at a path.

use std::borrow::Cow;

use super::{Json, Keys, Shape};

impl<'a> Json<'a> {
    /// The value of a key; of several equal ones the last. A list of `{key, value}` pairs is an object.
    pub fn get(&self, key: &str) -> Option<Json<'a>> {
        match self.shape() {
            Shape::Object => self.get_of_object(key),
            Shape::List => self.pairs().filter(|(name, _)| name == key).last().map(|(_, value)| value),
            Shape::Null | Shape::Bool | Shape::Number | Shape::Text => None,
        }
    }

    fn get_of_object(&self, key: &str) -> Option<Json<'a>> {
        let (keys, bit) = (self.node().keys, Keys::bit(key.as_bytes()));
        if !keys.may_have(bit) {
            return None;
        }
        if keys.shared {
            return self.children().filter(|child| child.is_called(key)).last();
        }
        let hint = &self.tape.hints.0[bit];
        let hinted = Json { at: hint.get(), ..*self };
        let stands =
            self.tape.nodes.get(hinted.at as usize).is_some_and(|node| node.within == self.at && hinted.at > 0);
        if stands && hinted.is_called(key) {
            return Some(hinted);
        }
        let found = self.children().find(|child| child.is_called(key))?;
        hint.set(found.at);
        Some(found)
    }

    /// A path: a key of that very name, else nested keys.
    pub fn find(&self, path: &str) -> Option<Json<'a>> {
        if let Some(found) = self.get(path) {
            return Some(found);
        }
        memchr::memchr_iter(b'.', path.as_bytes()).find_map(|dot| {
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
}

#[cfg(test)]
mod tests {
    use super::super::Tape;

    #[test]
    fn a_key_is_found_wherever_it_stands_in_the_next_row() {
        let mut tape = Tape::default();
        for (text, expected) in [
            (r#"{"a":1,"b":{"a":2},"c":3}"#, [Some("1"), Some("2"), Some("3")]),
            (r#"{"b":{"a":5},"a":4}"#, [Some("4"), Some("5"), None]),
            (r#"{"x":{"a":9},"b":{"z":0,"a":7}}"#, [None, Some("7"), None]),
            (r#"{"c":3,"a":1,"a":6,"b":[{"key":"a","value":8}]}"#, [Some("6"), Some("8"), Some("3")]),
            (r#"{"a":{"c":1},"b":{"\u0061":2},"c":0}"#, [Some("{\"c\":1}"), Some("2"), Some("0")]),
            ("{}", [None, None, None]),
        ] {
            tape.lay(text).unwrap();
            let json = tape.json(text);
            let found = ["a", "b.a", "c"].map(|path| json.find(path).map(|value| value.raw()));
            assert_eq!(found, expected, "{text}");
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
}
