//! The properties of an event: found, opened where they are text, written as they are stored.

use std::borrow::Cow;

use super::super::rows::json::{Tape, object, quote};
use super::super::rows::{Field, Json, Row, Shape};
use super::super::source::{Kept, Properties};
use super::paths::Paths;

/// The properties of a row that was [`opened`].
pub(super) fn of<'a>(row: &Row<'a>, kept: Kept, paths: &Paths<'_>) -> Properties<'a> {
    if let Some(properties) = row.properties() {
        return Properties::of(properties);
    }
    match (row.record(), row.json(), kept) {
        (Some(record), ..) if record.has_flattened() => {
            let flattened = record.cells().filter_map(|(name, cell)| Some((name.strip_prefix("properties.")?, cell)));
            Properties::Text(of_cells(flattened, paths.email))
        }
        (Some(record), _, Kept::PropertiesOrRest) => {
            let place = |name: &str| record.header().index(name);
            let naming: Vec<_> = paths.naming(row).into_iter().filter_map(place).collect();
            let names = |name: &str| place(name).is_some_and(|index| naming.contains(&index));
            Properties::Text(of_cells(record.cells().filter(|(name, _)| !names(name)), None))
        }
        (None, Some(json), _) if json.entries().any(|(name, _)| name.starts_with("properties.")) => {
            Properties::Text(of_flattened(json))
        }
        (None, Some(json), Kept::PropertiesOrRest) => Properties::Text(json.canonical_without(&paths.naming(row))),
        (_, _, Kept::Properties | Kept::PropertiesOrRest) => Properties::None,
    }
}

/// The flattened keys `properties.…` of an object, as an object.
fn of_flattened(json: Json<'_>) -> String {
    let own = json.entries().filter_map(|(name, value)| Some((name.strip_prefix("properties.")?.to_owned(), value)));
    object(own.filter(|(_, value)| value.shape() != Shape::Null), |value, out| out.push_str(&value.canonical()))
}

/// The row with its properties, which may be text of an object.
pub(super) fn opened<'a>(row: Row<'a>, names: &[&str], inner: &'a mut String, tape: &'a mut Tape) -> Row<'a> {
    if let Some(pairs) = list_of_pairs(&row, names) {
        return row.with_properties(Some(pairs));
    }
    let Some(field) = names.iter().find_map(|name| row.column(name)) else { return row };
    let text = match field {
        Field::Json(json) if json.shape() == Shape::Object => return row.with_properties(Some(json)),
        Field::Json(json) if json.shape() == Shape::Text => json.string(),
        Field::Json(_) => return row,
        Field::Cell(cell) => Cow::Borrowed(cell),
    };
    inner.clear();
    inner.push_str(text.trim());
    let (inner, tape): (&'a String, &'a mut Tape) = (inner, tape);
    let whole = tape.lay(inner) == Ok(inner.len());
    let tape: &'a Tape = tape;
    let object = Some(tape.json(inner)).filter(|json| whole && json.shape() == Shape::Object);
    row.with_properties(object)
}

/// Properties that are a list of `{key, value}` pairs.
fn list_of_pairs<'a>(row: &Row<'a>, names: &[&str]) -> Option<Json<'a>> {
    let json = row.json().filter(Json::is_beside_lists)?;
    let list = names.iter().find_map(|name| json.get(name)).filter(|list| list.shape() == Shape::List)?;
    list.entries().next().is_some().then_some(list)
}

/// Properties as they are stored, and their hash.
pub(super) fn written<'a>(properties: &'a Properties<'_>, email: Option<&str>) -> (Option<Cow<'a, str>>, u64) {
    let text = match properties {
        Properties::None => return (None, 0),
        Properties::Text(text) => Cow::Owned(cleared(text, email)),
        Properties::Object(json, without) => {
            let paths = without.iter().copied().chain(email);
            if json.shape() == Shape::List {
                Cow::Owned(cleared(&pairs(json), email))
            } else if paths.clone().any(|path| json.find(path).is_some()) {
                Cow::Owned(json.canonical_without(&paths.collect::<Vec<_>>()))
            } else {
                let (hash, twice) = json.hash();
                let plain = json.is_plain() && !twice;
                let text = if plain { Cow::Borrowed(json.raw()) } else { Cow::Owned(json.canonical()) };
                return (Some(text), hash);
            }
        }
    };
    let mut tape = Tape::default();
    let hash = tape.lay(&text).map_or(0, |_| tape.json(&text).hash().0);
    (Some(text), hash)
}

/// An object's text without what stands at a path.
fn cleared(text: &str, path: Option<&str>) -> String {
    let mut tape = Tape::default();
    let Some(path) = path.filter(|_| tape.lay(text).is_ok()) else { return text.to_owned() };
    let json = tape.json(text);
    if json.find(path).is_some() { json.canonical_without(&[path]) } else { text.to_owned() }
}

/// A list of `{key, value}` pairs as an object.
fn pairs(list: &Json<'_>) -> String {
    object(list.entries(), |value, out| out.push_str(&value.canonical()))
}

/// Cells as an object of text.
fn of_cells<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>, without: Option<&str>) -> String {
    let stays = |name: &str| without.is_none_or(|path| path != name && path.strip_prefix("properties.") != Some(name));
    object(cells.filter(|(name, _)| stays(name)), quote)
}
