//! How the plan is read: a TOML tree with the place of every value, walked once, so that all problems are met at once.

use jiff::civil::Date;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::issues;
use super::super::problems::{Problems, Section, Span};
use crate::model::length::Length;

/// A value and the place it stands at.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// What may stand or not: its value, or what holds where it does not stand.
pub(in crate::plan) trait Perhaps<T> {
    /// The value, if it stands there.
    fn value(&self) -> Option<&T>;

    /// The value, or what holds without.
    fn said_or(&self, otherwise: T) -> T
    where
        T: Clone,
    {
        self.value().cloned().unwrap_or(otherwise)
    }
}

impl<T> Perhaps<T> for Option<At<T>> {
    fn value(&self) -> Option<&T> {
        self.as_ref().map(|at| &at.value)
    }
}

/// The entries of a list that may not stand there.
pub(in crate::plan) fn entries<T>(list: &Option<At<Vec<At<T>>>>) -> &[At<T>] {
    list.as_ref().map_or(&[], |at| at.value.as_slice())
}

/// The entries of a table of names that may not stand there.
pub(in crate::plan) fn named<T>(table: &Option<At<Named<T>>>) -> &[(At<String>, At<T>)] {
    table.as_ref().map_or(&[], |at| at.value.0.as_slice())
}

/// A value of the TOML tree.
pub(in crate::plan) type Node<'i> = Spanned<DeValue<'i>>;

/// What can stand as a value in a plan: how it is read, and what an editor is told of it.
pub(in crate::plan) trait Read: Sized {
    /// What one of these is called where the plan has many of them.
    const NOUN: Option<&'static str> = None;

    /// What is wanted, in words: `text`, `a whole number`.
    fn wanted() -> String;

    /// Reads the value; nothing if it is not one, which has then been said. `label` names it to the user.
    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self>;

    /// Its JSON Schema.
    fn schema() -> Value;
}

/// Says that a value is of the wrong type.
pub(super) fn refuse<T: Read>(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<T> {
    problems.push(&node.span(), issues::wrong_type(label, type_words(node.get_ref()), &T::wanted()));
    None
}

fn type_words(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A table whose keys are taken one by one; what is left at the end is not known.
pub(super) struct Keys<'a> {
    table: &'a DeTable<'a>,
    span: Span,
    label: &'a str,
}

impl<'a> Keys<'a> {
    /// Opens a value as a table.
    pub(super) fn open<T: Read>(node: &'a Node<'a>, label: &'a str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::Table(table) => Some(Self { table, span: node.span(), label }),
            _ => {
                refuse::<T>(node, label, problems);
                None
            }
        }
    }

    /// Reads the value of a key, if it stands there.
    pub(super) fn key<T: Read>(&self, key: &str, required: bool, problems: &mut Problems) -> Option<At<T>> {
        if self.label.is_empty() {
            problems.enter(Section::of(key));
        }
        let Some((_, node)) = self.table.iter().find(|(name, _)| name.get_ref() == key) else {
            if required {
                problems.push(&self.span, issues::key_missing(self.label, key));
            }
            return None;
        };
        let label = if self.label.is_empty() { format!("`[{key}]`") } else { format!("`{key}` of {}", self.label) };
        let value = T::read(node, &label, problems);
        if value.is_none() {
            problems.refused(&self.span, key);
        }
        value.map(|value| At { value, span: node.span() })
    }

    /// Says which keys are not known.
    pub(super) fn close(&self, known: &[&str], problems: &mut Problems) {
        for (name, node) in self.table.iter().filter(|(name, _)| !known.contains(&name.get_ref().as_ref())) {
            if self.label.is_empty() {
                problems.enter(Section::Ground);
            }
            let key = name.get_ref();
            if looks_secret(key) && node.get_ref().is_str() {
                problems.push_secret(&(name.span().start..node.span().end), issues::secret_in_plan(self.label, key));
            } else {
                problems.push(&name.span(), issues::unknown_key(self.label, key, known));
            }
        }
    }
}

/// Whether a key's name says that a secret stands in it.
fn looks_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    let key = key.strip_suffix("_env").unwrap_or(&key);
    ["token", "secret", "password", "passwd", "api_key", "apikey", "private_key", "credentials", "key"]
        .iter()
        .any(|word| key == *word || key.ends_with(&format!("_{word}")) || key.starts_with(&format!("{word}_")))
}

/// Declares tables of the plan: one statement gives the type, its reader and its schema, so that these cannot differ.
macro_rules! tables {
    ($( $(#[doc = $doc:literal])* $name:ident $(as $noun:literal)? {
        $( $(#[doc = $field_doc:literal])* $key:ident: $type:ty $([$must:ident])? ),* $(,)?
    } )*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default)]
        pub struct $name {
            $( $(#[doc = $field_doc])* pub $key: Option<$crate::plan::file::read::At<$type>>, )*
        }

        impl $name {
            /// The keys that stand there, with the places of their values.
            #[allow(dead_code, reason = "only tables whose keys depend on their kind are asked")]
            pub(in crate::plan) fn written(&self) -> Vec<(&'static str, $crate::plan::problems::Span)> {
                let mut keys = Vec::new();
                $( if let Some(at) = &self.$key {
                    keys.push((stringify!($key).trim_start_matches("r#"), at.span.clone()));
                } )*
                keys
            }
        }

        impl $crate::plan::file::read::Read for $name {
            $( const NOUN: Option<&'static str> = Some($noun); )?

            fn wanted() -> String {
                "a table".into()
            }

            fn read(
                node: &$crate::plan::file::read::Node<'_>,
                label: &str,
                problems: &mut $crate::plan::problems::Problems,
            ) -> Option<Self> {
                let keys = $crate::plan::file::read::Keys::open::<Self>(node, label, problems)?;
                let known = [$( stringify!($key).trim_start_matches("r#") ),*];
                let read = Self { $( $key: {
                    let marks: &[&str] = &[$( stringify!($must) )?];
                    keys.key(stringify!($key).trim_start_matches("r#"), marks == ["required"], problems)
                }, )* };
                keys.close(&known, problems);
                Some(read)
            }

            fn schema() -> serde_json::Value {
                $crate::plan::file::read::object(&[$( (
                    stringify!($key).trim_start_matches("r#"),
                    { let marks: &[&str] = &[$( stringify!($must) )?]; marks.first().copied() },
                    concat!("" $(, $field_doc)*).trim(),
                    <$type as $crate::plan::file::read::Read>::schema(),
                ), )*])
            }
        }
    )* };
}
pub(super) use tables;

/// The schema of a table: its keys, which of them must stand, what each is for. Keys that are read only to be refused
/// with a better word than "unknown" are no part of it.
pub(super) fn object(keys: &[(&str, Option<&str>, &str, Value)]) -> Value {
    let mut properties = Map::new();
    for (key, _, doc, schema) in keys.iter().filter(|key| key.1 != Some("refused")) {
        let mut schema = schema.clone();
        if let (Value::Object(schema), false) = (&mut schema, doc.is_empty()) {
            schema.insert("description".into(), json!(doc));
        }
        properties.insert((*key).into(), schema);
    }
    let required: Vec<&str> = keys.iter().filter(|key| key.1 == Some("required")).map(|key| key.0).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Declares words that stand for values of a type.
macro_rules! words {
    ($( $type:ty { $( $word:literal => $value:expr ),* $(,)? } )*) => { $(
        impl $crate::plan::file::read::Read for $type {
            fn wanted() -> String {
                $crate::plan::issues::words(&[$( $word ),*])
            }

            fn read(
                node: &$crate::plan::file::read::Node<'_>,
                label: &str,
                problems: &mut $crate::plan::problems::Problems,
            ) -> Option<Self> {
                match node.get_ref().as_str() {
                    $( Some($word) => Some($value), )*
                    Some(other) => {
                        problems.push(&node.span(), $crate::plan::issues::unknown_word(label, other, &[$( $word ),*]));
                        None
                    }
                    None => $crate::plan::file::read::refuse(node, label, problems),
                }
            }

            fn schema() -> serde_json::Value {
                serde_json::json!({ "enum": [$( $word ),*] })
            }
        }
    )* };
}
pub(super) use words;

impl Read for String {
    fn wanted() -> String {
        "text".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                problems.push(&node.span(), issues::text_empty(label));
                None
            }
            Some(text) => Some(text.to_string()),
            None => refuse(node, label, problems),
        }
    }

    fn schema() -> Value {
        json!({ "type": "string", "minLength": 1 })
    }
}

impl Read for bool {
    fn wanted() -> String {
        "`true` or `false`".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        node.get_ref().as_bool().or_else(|| refuse(node, label, problems))
    }

    fn schema() -> Value {
        json!({ "type": "boolean" })
    }
}

impl Read for u32 {
    fn wanted() -> String {
        "a whole number".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        match node.get_ref() {
            DeValue::Integer(integer) => match u32::from_str_radix(integer.as_str(), integer.radix()) {
                Ok(number) => Some(number),
                Err(_) => {
                    let written = integer.to_string();
                    problems
                        .push(&node.span(), issues::number_out_of_range(label, &written, "a whole number from 0 up"));
                    None
                }
            },
            _ => refuse(node, label, problems),
        }
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl Read for f64 {
    fn wanted() -> String {
        "a number".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        let number = match node.get_ref() {
            DeValue::Integer(integer) => {
                i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number as f64)
            }
            DeValue::Float(float) => float.as_str().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => return refuse(node, label, problems),
        };
        if number.is_none() {
            problems.push(&node.span(), issues::number_out_of_range(label, "it", "a finite number"));
        }
        number
    }

    fn schema() -> Value {
        json!({ "type": "number" })
    }
}

impl Read for Date {
    fn wanted() -> String {
        "a date such as 2026-07-01".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        let written = match node.get_ref() {
            DeValue::Datetime(datetime) => datetime.to_string(),
            DeValue::String(text) => text.trim().to_string(),
            _ => return refuse(node, label, problems),
        };
        let date = parse_date(&written);
        if date.is_none() {
            problems.push(&node.span(), issues::date_unreadable(label, &written));
        }
        date
    }

    fn schema() -> Value {
        json!({ "type": "string", "format": "date" })
    }
}

/// A day, written `2026-07-01` and nothing else.
pub(super) fn parse_date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

impl Read for Length {
    fn wanted() -> String {
        "a length of time such as \"60d\"".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        let Some(text) = node.get_ref().as_str() else { return refuse(node, label, problems) };
        let length = Self::parse(text);
        if length.is_none() {
            problems.push(&node.span(), issues::length_unreadable(label, text));
        }
        length
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[0-9]+(s|m|h|d|w|mo|y)$" })
    }
}

impl<T: Read> Read for Vec<At<T>> {
    fn wanted() -> String {
        "a list".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        let DeValue::Array(array) = node.get_ref() else { return refuse(node, label, problems) };
        let mut values = Self::new();
        for (index, node) in array.iter().enumerate() {
            let label = T::NOUN.map_or_else(|| label.to_string(), |noun| name_of(noun, node, index + 1));
            values.extend(T::read(node, &label, problems).map(|value| At { value, span: node.span() }));
        }
        Some(values)
    }

    fn schema() -> Value {
        json!({ "type": "array", "items": T::schema() })
    }
}

/// What an entry of a list is called: by its id, by its ends, or by its place.
fn name_of(noun: &str, node: &Node<'_>, place: usize) -> String {
    let text = |key: &str| node.get_ref().get(key).and_then(|value| value.get_ref().as_str().map(str::to_string));
    match (text("id"), text("from"), text("to")) {
        (Some(id), _, _) => format!("{noun} `{id}`"),
        (None, Some(from), Some(to)) => format!("the {noun} from `{from}` to `{to}`"),
        _ => format!("{noun} {place}"),
    }
}

/// A table whose keys are names, in the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T>(pub Vec<(At<String>, At<T>)>);

impl<T: Read> Read for Named<T> {
    fn wanted() -> String {
        "a table".into()
    }

    fn read(node: &Node<'_>, label: &str, problems: &mut Problems) -> Option<Self> {
        let DeValue::Table(table) = node.get_ref() else { return refuse(node, label, problems) };
        let mut entries = Vec::new();
        for (name, node) in table.iter() {
            let key = name.get_ref().to_string();
            let label = T::NOUN.map_or_else(|| format!("`{key}` of {label}"), |noun| format!("{noun} `{key}`"));
            if let Some(value) = T::read(node, &label, problems) {
                entries.push((At { value: key, span: name.span() }, At { value, span: node.span() }));
            }
        }
        entries.sort_by_key(|(name, _)| name.span.start);
        Some(Self(entries))
    }

    fn schema() -> Value {
        json!({ "type": "object", "additionalProperties": T::schema() })
    }
}
