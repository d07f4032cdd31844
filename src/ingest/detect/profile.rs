//! The first rows of a file by what stands where: enough to tell what it is, never all of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::tz::TimeZone;

use super::super::rows::json::Tape;
use super::super::rows::open::{Decoded, Place, read_up_to, with_bytes};
use super::super::rows::pour::{Start, pour};
use super::super::rows::times::{self, How};
use super::super::rows::visit::{Room, Rows};
use super::super::rows::{Field, Json, Record, Row, Shape, numbers};
use super::super::source;
use super::super::sources::layout;
use super::super::survey::{First, first};
use super::{blank, parquet};
use crate::plan::source::{DateOrder, Kind};

/// How many columns an enriched event of Snowplow has.
pub(super) const SNOWPLOW: usize = 131;
/// How many rows are looked at.
const ENOUGH: u64 = 2_000;
/// How many different values of a key are kept.
const VALUES: usize = 2_000;
/// Longer text is prose, never a number, a time or an id.
const LONG: usize = 200;
/// How deep keys are followed.
const DEEP: usize = 5;

/// What a file is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// JSON objects.
    Json,
    /// A table.
    Table,
    /// Tab-separated, without a header: so many columns.
    Bare(usize),
    /// Prose.
    Prose,
    /// No export, for this reason.
    Nothing(&'static str),
}

/// What stands where.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    pub(super) form: Form,
    /// The file's own name.
    pub(super) name: String,
    pub(super) rows: u64,
    /// By path; the columns of a table are there though they be empty.
    pub(super) keys: BTreeMap<String, Key>,
    /// The beginning of its text.
    pub(super) start: String,
}

/// What stands under one path.
#[derive(Debug, Clone, Default)]
pub(super) struct Key {
    /// In how many rows.
    pub(super) rows: u64,
    /// In how many of them a number or a yes or no.
    pub(super) numbers: u64,
    /// In how many of them a time, as text or as a number of a likely size.
    pub(super) times: u64,
    /// The values, so far as they are kept.
    pub(super) values: BTreeSet<String>,
}

impl Profile {
    /// The path that a name means, by its letters: without case, spaces, `_` and `-`.
    pub(super) fn path(&self, name: &str) -> Option<&str> {
        if let Some((path, _)) = self.keys.get_key_value(name) {
            return Some(path);
        }
        self.keys.keys().find(|key| squeezed(key) == squeezed(name)).map(String::as_str)
    }

    /// Whether `ingest`, looking for a name, comes upon a path: the names of a table are compared by their letters, keys of
    /// JSON exactly.
    pub(super) fn is_found_as(&self, name: &str, path: &str) -> bool {
        match self.form {
            Form::Table => squeezed(name) == squeezed(path),
            Form::Json | Form::Bare(_) | Form::Prose | Form::Nothing(_) => name == path,
        }
    }

    /// The key that a name means.
    pub(super) fn key(&self, name: &str) -> Option<&Key> {
        self.path(name).map(|path| &self.keys[path])
    }

    /// A share of rows, as people read it.
    pub(super) fn share(&self, rows: u64) -> String {
        if rows >= self.rows {
            "all rows".to_owned()
        } else {
            format!("{}% of the rows", rows * 100 / self.rows.max(1))
        }
    }
}

/// Names are compared without case, spaces, `_` and `-`.
pub(super) fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// Looks at the first rows of a file.
///
/// # Errors
/// If it cannot be opened.
pub(super) fn of(place: &Place) -> Result<Profile> {
    let start = beginning(place)?;
    let name = place.name.clone();
    let mut profile = Profile { form: Form::Table, name, rows: 0, keys: BTreeMap::new(), start };
    if let Some(form) = outside_tables(&profile) {
        profile.form = form;
        if profile.form != Form::Bare(SNOWPLOW) {
            return Ok(profile);
        }
    }
    let bare = matches!(profile.form, Form::Bare(SNOWPLOW)).then(|| layout(Kind::Snowplow).bare_columns()).flatten();
    let ready = match first(place, &blank::source(), bare)? {
        First::Ready(ready) => ready,
        First::Parquet => {
            profile.form = Form::Json;
            parquet::each(place, ENOUGH, &mut |row| profile.see(Some(row)))?;
            return Ok(profile);
        }
        First::Page => return Ok(Profile { form: Form::Nothing("it is a web page"), ..profile }),
        First::PassedOver(reason) => return Ok(Profile { form: Form::Nothing(reason), ..profile }),
    };
    match (&ready.rows, &profile.form) {
        (Rows::Table { header, .. }, Form::Table) => {
            profile.keys = header.names().iter().map(|name| (name.clone(), Key::default())).collect();
        }
        (Rows::Table { .. }, _) => {}
        (Rows::Json, _) => profile.form = Form::Json,
    }
    let (mut ready, mut room) = (*ready, Room::default());
    loop {
        let mut by_line = true;
        let ended = pour(&ready.place, ready.encoding, ready.arrangement, Start::default(), &mut |block| {
            by_line = ready.rows.visit(&block, &mut room, &mut |piece| profile.see(piece.row.ok())).is_ok();
            by_line && profile.rows < ENOUGH
        })?;
        if by_line && !ended.not_by_line {
            return Ok(profile);
        }
        ready.arrangement = super::super::rows::pour::Arrangement::JsonValues;
        (profile.rows, profile.keys) = (0, BTreeMap::new());
    }
}

/// A record as the object that it stands for.
fn opened(kind: Kind, record: Record<'_>) -> Option<String> {
    match layout(kind).rows() {
        source::Rows::Events(telemetry) => telemetry.opened.map(|open| open(record)),
        source::Rows::Readings | source::Rows::Records(_) => None,
    }
}

fn beginning(place: &Place) -> Result<String> {
    with_bytes(place, &mut |reader| {
        let mut start = vec![0; 64 * 1024];
        let length = read_up_to(&mut Decoded::new(reader, None), &mut start)?;
        start.truncate(length);
        Ok(String::from_utf8_lossy(&start).into_owned())
    })
}

/// What is neither JSON nor a table with a header.
fn outside_tables(profile: &Profile) -> Option<Form> {
    let bare = super::super::rows::open::bare_name(&profile.name).to_lowercase();
    if [".md", ".markdown", ".mdx"].iter().any(|ending| bare.ends_with(ending)) {
        return Some(Form::Prose);
    }
    let line = profile.start.lines().next()?;
    let columns = line.split('\t').count();
    (columns > 100 && line.split('\t').any(str::is_empty)).then_some(Form::Bare(columns))
}

impl Profile {
    fn see(&mut self, row: Option<Row<'_>>) {
        let Some(row) = row.filter(|_| self.rows < ENOUGH) else { return };
        self.rows += 1;
        match (row.json(), row.record()) {
            (Some(json), _) => self.object("", json, 0),
            (None, Some(record)) if self.form == Form::Bare(SNOWPLOW) => {
                let (text, mut tape) = (opened(Kind::Snowplow, record).unwrap_or_default(), Tape::default());
                if tape.lay(&text).is_ok() {
                    self.object("", tape.json(&text), 0);
                }
            }
            (None, Some(record)) => {
                for (name, cell) in record.cells() {
                    self.value(name, &Field::Cell(cell));
                    self.text_of_json(name, cell, 1);
                }
            }
            (None, None) => {}
        }
    }

    fn object(&mut self, above: &str, json: Json<'_>, depth: usize) {
        for (name, value) in json.entries() {
            let path = if above.is_empty() { name.into_owned() } else { format!("{above}.{name}") };
            self.keys.entry(path.clone()).or_default();
            let Some(field) = Field::of_json(value) else { continue };
            self.value(&path, &field);
            if let (Shape::Text, Some(text)) = (value.shape(), field.text()) {
                self.text_of_json(&path, &text, depth + 1);
                continue;
            }
            let pairs = value.shape() == Shape::List && value.entries().next().is_some();
            let inner = if pairs { Some(value) } else { object_of(&field) };
            if let Some(inner) = inner.filter(|_| depth < DEEP) {
                self.object(&path, inner, depth + 1);
            }
        }
    }

    /// Text that is an object of JSON (properties in a table) is one.
    fn text_of_json(&mut self, name: &str, text: &str, depth: usize) {
        let mut tape = Tape::default();
        if depth < DEEP && text.trim_start().starts_with('{') && tape.lay(text.trim()).is_ok() {
            self.object(name, tape.json(text.trim()), depth);
        }
    }

    fn value(&mut self, path: &str, field: &Field<'_>) {
        let key = self.keys.entry(path.to_owned()).or_default();
        key.rows += 1;
        let Some(text) = field.text().filter(|text| text.len() <= LONG) else { return };
        let is_flag = matches!(text.to_lowercase().as_str(), "true" | "false" | "t" | "f");
        key.numbers +=
            u64::from(is_flag || numbers::read(&text, Some('.')).is_ok() || numbers::read(&text, Some(',')).is_ok());
        key.times += u64::from(is_time(&text));
        if key.values.len() < VALUES {
            key.values.insert(text.into_owned());
        }
    }
}

fn object_of<'a>(field: &Field<'a>) -> Option<Json<'a>> {
    match field {
        Field::Json(json) if json.shape() == Shape::Object => Some(*json),
        Field::Json(_) | Field::Cell(_) => None,
    }
}

/// Whether a text is a time: written as one, or a number that as seconds or finer lies between 2001 and 2100.
fn is_time(text: &str) -> bool {
    const SECONDS: std::ops::Range<f64> = 978_307_200.0..4_102_444_800.0;
    if let Ok(number) = text.parse::<f64>() {
        return [1.0, 1e3, 1e6].iter().any(|per| SECONDS.contains(&(number / per)));
    }
    let how = How { zone: TimeZone::UTC, order: Some(DateOrder::Dmy), wall_clock: false };
    let other = How { order: Some(DateOrder::Mdy), ..how.clone() };
    times::read(text, &how).is_ok() || times::read(text, &other).is_ok()
}
