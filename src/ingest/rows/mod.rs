//! Rows of files, whatever the file: bytes become rows that are asked by path. Never knows what a kind makes of them.

pub mod csv;
pub mod json;
pub mod numbers;
pub mod open;
pub mod page;
pub mod pour;
pub mod problem;
pub mod record;
pub mod times;
pub mod visit;

use std::borrow::Cow;

pub use json::{Json, Shape};
pub use problem::{Code, Problem};
pub use record::{Header, Record};

/// One row: a JSON object or a record of a table, with its properties opened.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    top: Top<'a>,
    properties: Option<Json<'a>>,
}

#[derive(Clone, Copy)]
enum Top<'a> {
    Json(Json<'a>),
    Record(Record<'a>),
}

/// What stands at a path: a JSON value or a cell.
#[derive(Clone, Copy)]
pub enum Field<'a> {
    /// A JSON value; never null, an empty list or an empty text.
    Json(Json<'a>),
    /// A cell as it stands; never empty.
    Cell(&'a str),
}

impl<'a> Row<'a> {
    /// A row that is a JSON object.
    pub fn of_json(object: Json<'a>) -> Self {
        Self { top: Top::Json(object), properties: None }
    }

    /// A row of a table.
    pub fn of_record(record: Record<'a>) -> Self {
        Self { top: Top::Record(record), properties: None }
    }

    /// The row with these properties: where paths are looked up after the row itself.
    pub fn with_properties(self, properties: Option<Json<'a>>) -> Self {
        Self { properties, ..self }
    }

    /// The properties, where they are an object (or were text of one).
    pub fn properties(&self) -> Option<Json<'a>> {
        self.properties
    }

    /// The row as a JSON object; nothing for a row of a table.
    pub fn json(&self) -> Option<Json<'a>> {
        match self.top {
            Top::Json(json) => Some(json),
            Top::Record(_) => None,
        }
    }

    /// The row as a record of a table; nothing for a JSON object.
    pub fn record(&self) -> Option<Record<'a>> {
        match self.top {
            Top::Json(_) => None,
            Top::Record(record) => Some(record),
        }
    }

    /// The column or key of that name, at the top of the row only; in tables also without case, spaces, `_` and `-`.
    pub fn column(&self, name: &str) -> Option<Field<'a>> {
        match self.top {
            Top::Json(json) => json.get(name).and_then(Field::of_json),
            Top::Record(record) => record.get(name).map(Field::Cell),
        }
    }

    /// What a path names (inputs.md 3.4): a column of that very name, then nested keys; first in the row, then in its
    /// properties, then as the flattened column `properties.a.b`.
    pub fn find(&self, path: &str) -> Option<Field<'a>> {
        self.find_outside(path)
            .or_else(|| self.properties?.find(path).and_then(Field::of_json))
            .or_else(|| self.flattened(path))
    }

    /// The flattened column `properties.<path>`.
    fn flattened(&self, path: &str) -> Option<Field<'a>> {
        match self.top {
            // Where properties are an object, nothing stands flattened beside it.
            Top::Json(_) if self.properties.is_some() => None,
            Top::Json(json) => json.get(&format!("properties.{path}")).and_then(Field::of_json),
            Top::Record(record) => record.flattened(path).map(Field::Cell),
        }
    }

    /// What a path names in the row itself, not in its properties.
    pub fn find_outside(&self, path: &str) -> Option<Field<'a>> {
        match self.top {
            Top::Json(json) => json.find(path).and_then(Field::of_json),
            Top::Record(record) => record.get(path).map(Field::Cell),
        }
    }

    /// What the first of several paths names that is there.
    pub fn first(&self, paths: &[&str]) -> Option<Field<'a>> {
        paths.iter().find_map(|path| self.find(path))
    }

    /// Whether a path names a list of several.
    pub fn is_several(&self, path: &str) -> bool {
        let (json, properties) = (self.json(), self.properties);
        if json.into_iter().chain(properties).all(|json| !json.is_beside_lists()) {
            return false;
        }
        let found = json.and_then(|json| json.find(path)).or_else(|| properties?.find(path));
        found.is_some_and(|value| value.shape() == Shape::List && value.items().nth(1).is_some())
    }

    /// The row's columns or keys at the top, in order, absent ones left out.
    pub fn columns(&self) -> Vec<(Cow<'a, str>, Field<'a>)> {
        match self.top {
            Top::Json(json) => json.entries().filter_map(|(key, value)| Some((key, Field::of_json(value)?))).collect(),
            Top::Record(record) => {
                record.cells().map(|(name, cell)| (Cow::Borrowed(name), Field::Cell(cell))).collect()
            }
        }
    }
}

impl<'a> Field<'a> {
    /// A JSON value as a field; null, `""` and empty lists are absent, a list gives its first element.
    pub fn of_json(value: Json<'a>) -> Option<Self> {
        match value.shape() {
            Shape::Null => None,
            Shape::Text if value.is_blank() => None,
            Shape::List => value.items().next().and_then(Self::of_json),
            Shape::Text | Shape::Bool | Shape::Number | Shape::Object => Some(Self::Json(value)),
        }
    }

    /// The field as text, trimmed; numbers digit for digit, `1001.0` as `1001`; an object gives nothing.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Cell(cell) => trimmed(Cow::Borrowed(*cell)),
            Self::Json(value) => match value.shape() {
                Shape::Text => trimmed(value.string()),
                Shape::Number => Some(Cow::Borrowed(without_zero(value.raw()))),
                Shape::Bool => Some(Cow::Borrowed(value.raw())),
                Shape::Null | Shape::List | Shape::Object => None,
            },
        }
    }

    /// The field as it stands: text untrimmed, anything else as JSON.
    pub fn verbatim(&self) -> Cow<'a, str> {
        match self {
            Self::Cell(cell) => Cow::Borrowed(cell),
            Self::Json(value) if value.shape() == Shape::Text => value.string(),
            Self::Json(value) => Cow::Owned(value.canonical()),
        }
    }

    /// Whether it was written as a number (JSON), rather than as text.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Json(value) if value.shape() == Shape::Number)
    }

    /// Yes or no, as `true`, `t`, `yes`, `1` and their opposites.
    pub fn flag(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "1" => Some(true),
            "false" | "f" | "no" | "0" => Some(false),
            _ => None,
        }
    }
}

fn trimmed(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    if json::is_tight(&text) {
        return Some(text);
    }
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

/// `1001.0` from a spreadsheet is 1001.
fn without_zero(digits: &str) -> &str {
    digits.strip_suffix(".0").unwrap_or(digits)
}
