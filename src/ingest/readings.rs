//! Readings of gauges: wide or long, from tables and JSON (inputs.md 6).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use arrow::array::{Date32Builder, Float64Builder, Int32Builder, Int64Builder, TimestampMicrosecondBuilder};
use arrow::record_batch::RecordBatch;
use globset::{Glob, GlobMatcher};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::events::{AHEAD_US, EARLIEST_US, seq};
use super::moments::Days;
use super::names::{Names, Texts};
use super::part::{Asides, Part, batch};
use super::rows::numbers::{self, Marks};
use super::rows::pour::Block;
use super::rows::times::{self, How, Told};
use super::rows::visit::{NotByLine, Piece, Room, Rows};
use super::rows::{Code, Field, Json, Problem, Row, Shape};
use super::survey::{Dates, Ready, Seen, each_row};
use super::tables::is_mangled;
use crate::model::column::Type;
use crate::model::period::Calendar;
use crate::plan::source::Source;

/// The columns in which readings wait to be written; `name` (of the gauge) and `who` are numbers of [`Names`].
const COLUMNS: &[(&str, Type)] = &[
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("who", Type::Int),
    ("observed_at", Type::Moment),
    ("local_day", Type::Day),
    ("name", Type::Int),
    ("value", Type::Double),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
];

const ACCOUNT: [&str; 2] = ["account", "account_id"];
const TIME: [&str; 5] = ["time", "timestamp", "created_at", "date", "day"];

/// Reads the readings of one file.
pub(super) struct Reader<'a> {
    source: &'a Source,
    calendar: &'a Calendar,
    rows: Rows,
    file_no: i32,
    now_us: i64,
    how: How,
    whole: Option<Problem>,
    lone: bool,
    account: Vec<&'a str>,
    time: Vec<&'a str>,
    gauges: Gauges,
    marks: Marks,
    /// The place of each gauge among the columns that have a decimal mark.
    places: BTreeMap<String, usize>,
}

/// Which columns are gauges.
enum Gauges {
    /// One column names the gauge, another holds the value.
    Long { gauge: String, value: String },
    /// A column each: these.
    Wide(BTreeSet<String>),
}

/// What a column of a file holds, so far.
#[derive(Default)]
struct Held {
    filled: u64,
    numbers: u64,
}

impl<'a> Reader<'a> {
    /// Looks through the whole file and decides what its columns are.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub(super) fn new(
        ready: &mut Ready,
        source: &'a Source,
        calendar: &'a Calendar,
        (file_no, now_us): (i32, i64),
    ) -> Result<Self> {
        let or = |own: &'a Option<String>, usual: &[&'static str]| -> Vec<&'a str> {
            own.as_deref().map_or_else(|| usual.to_vec(), |own| vec![own])
        };
        let (account, time) = (or(&source.paths.account, &ACCOUNT), or(&source.paths.time, &TIME));
        let globs =
            source.gauges.iter().flatten().filter_map(|glob| Some(Glob::new(glob).ok()?.compile_matcher())).collect();
        let mut look = Look::new(source, &account, &time, globs, ready);
        each_row(ready, &mut |piece| look.see(piece))?;
        let (whole, lone, order) = match look.time_seen.dates(source.dates) {
            Dates::Order(order) => (None, false, order),
            Dates::Lone => (None, true, None),
            Dates::Whole(code) => (Some(code.into()), false, None),
        };
        let whole = look.missing(ready, source).or(whole);
        let (gauges, places) = look.decided(source, &ready.rows);
        let how = How { zone: source.timezone.clone(), order, wall_clock: false };
        let (rows, marks) = (ready.rows.clone(), look.marks);
        Ok(Self { source, calendar, rows, file_no, now_us, how, whole, lone, account, time, gauges, marks, places })
    }

    /// The readings of a block.
    ///
    /// # Errors
    /// If the block is not JSON by line.
    pub(super) fn read(&self, block: &Block, room: &mut Room, names: &Names) -> Result<Part, NotByLine> {
        let mut taking = Taking {
            reader: self,
            names,
            days: Days::new(self.calendar),
            columns: BTreeMap::new(),
            asides: Asides::new(self.file_no),
            part: Part::default(),
        };
        self.rows.visit(block, room, &mut |piece| taking.piece(&piece))?;
        Ok(taking.finish())
    }
}

/// The first look at a file of readings.
struct Look<'a> {
    account: &'a [&'a str],
    time: &'a [&'a str],
    long: Option<(&'a str, &'a str)>,
    globs: Vec<GlobMatcher>,
    held: BTreeMap<String, Held>,
    places: BTreeMap<String, usize>,
    marks: Marks,
    time_seen: Seen,
}

impl<'a> Look<'a> {
    fn new(
        source: &'a Source,
        account: &'a [&'a str],
        time: &'a [&'a str],
        globs: Vec<GlobMatcher>,
        ready: &Ready,
    ) -> Self {
        let comma = match &ready.rows {
            Rows::Json => true,
            Rows::Table { cut, .. } => cut.delimiter == b',',
        };
        let long = source.paths.gauge.as_deref().zip(source.paths.value.as_deref());
        let marks = Marks::new(source.decimal, comma);
        Self {
            account,
            time,
            long,
            globs,
            held: BTreeMap::new(),
            places: BTreeMap::new(),
            marks,
            time_seen: Seen::default(),
        }
    }

    fn see(&mut self, piece: &Piece<'_>) {
        let Ok(row) = &piece.row else { return };
        if let Some(time) = row.first(self.time).and_then(|field| field.text()) {
            self.time_seen.see(&time);
        }
        if let Some((_, value)) = self.long {
            if let Some(cell) = row.find(value).and_then(|field| field.text()) {
                self.marks.see(0, &cell);
            }
            return;
        }
        let (held, places, marks) = (&mut self.held, &mut self.places, &mut self.marks);
        leaves(row, &mut |name, field| {
            let Some(text) = field.text() else { return };
            let next = places.len();
            if !held.contains_key(name) {
                held.insert(name.to_owned(), Held::default());
                places.insert(name.to_owned(), next);
            }
            let held = held.get_mut(name).expect("it was put there");
            held.filled += 1;
            let number = numbers::read(&text, Some('.')).or_else(|_| numbers::read(&text, Some(','))).is_ok();
            held.numbers += u64::from(number || truth(&text).is_some());
            if !field.is_number() {
                marks.see(places[name], &text);
            }
        });
    }

    /// A column that is named and not there takes the whole file.
    fn missing(&self, ready: &Ready, source: &Source) -> Option<Problem> {
        let globs = source.gauges.iter().flatten().zip(&self.globs);
        let absent = match &ready.rows {
            Rows::Json => globs
                .filter(|(_, glob)| !self.held.keys().any(|name| glob.is_match(name)))
                .map(|(name, _)| name.as_str())
                .next(),
            Rows::Table { header, .. } => {
                let there = |path: &&str| header.index(path).is_some();
                let long = self.long.iter().flat_map(|(gauge, value)| [*gauge, *value]).find(|path| !there(path));
                let keys = [self.account, self.time].into_iter().find(|paths| !paths.iter().any(&there));
                let gauge = globs
                    .filter(|(name, glob)| {
                        header.index(name).is_none() && !header.names().iter().any(|name| glob.is_match(name))
                    })
                    .map(|(name, _)| name.as_str());
                keys.map(|paths| paths[0]).or(long).or(if self.long.is_some() { None } else { gauge.last() })
            }
        };
        absent
            .filter(|_| self.long.is_none() || !matches!(ready.rows, Rows::Json))
            .map(|name| missing(name, &ready.rows))
    }

    fn decided(&self, source: &Source, rows: &Rows) -> (Gauges, BTreeMap<String, usize>) {
        if let Some((gauge, value)) = self.long {
            return (Gauges::Long { gauge: gauge.to_owned(), value: value.to_owned() }, BTreeMap::new());
        }
        let told: Vec<_> = [self.account, self.time].concat();
        let is = |wanted: &str, name: &str| match rows {
            Rows::Json => wanted.to_lowercase() == name.to_lowercase(),
            Rows::Table { header, .. } => header.index(wanted).is_some_and(|place| header.names()[place] == *name),
        };
        let chosen = |name: &&String, held: &Held| match &source.gauges {
            Some(names) => {
                names.iter().any(|wanted| is(wanted, name)) || self.globs.iter().any(|glob| glob.is_match(name))
            }
            None => held.numbers * 10 >= held.filled * 9 && !told.iter().any(|path| is(path, name)),
        };
        let wide = self.held.iter().filter(|(name, held)| chosen(name, held)).map(|(name, _)| name.clone()).collect();
        (Gauges::Wide(wide), self.places.clone())
    }
}

/// `columns-missing`, with the nearest name there is.
pub(super) fn missing(name: &str, rows: &Rows) -> Problem {
    let names = match rows {
        Rows::Json => &[][..],
        Rows::Table { header, .. } => header.names(),
    };
    let near = crate::diag::nearest(name, names.iter().map(String::as_str));
    let near = near.map(|near| format!("; the nearest is `{near}`")).unwrap_or_default();
    Problem::new(Code::ColumnsMissing, format!("there is no column `{name}`{near}"))
}

/// The scalars of a row by their names: columns, or the dotted paths of nested JSON.
fn leaves<'r>(row: &Row<'r>, each: &mut dyn FnMut(&str, Field<'r>)) {
    let Some(json) = row.json() else {
        return row.columns().into_iter().for_each(|(name, field)| each(&name, field));
    };
    let mut path = String::new();
    nested(json, &mut path, each);
}

fn nested<'r>(json: Json<'r>, path: &mut String, each: &mut dyn FnMut(&str, Field<'r>)) {
    for (key, value) in json.entries() {
        let length = path.len();
        if length > 0 {
            path.push('.');
        }
        path.push_str(&key);
        match value.shape() {
            Shape::Object => nested(value, path, each),
            Shape::Text | Shape::Number | Shape::Bool => {
                if let Some(field) = Field::of_json(value) {
                    each(path, field);
                }
            }
            Shape::Null | Shape::List => {}
        }
        path.truncate(length);
    }
}

fn truth(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" => Some(1.0),
        "false" | "f" => Some(0.0),
        _ => None,
    }
}

struct Taking<'a> {
    reader: &'a Reader<'a>,
    names: &'a Names,
    days: Days<'a>,
    /// By month.
    columns: BTreeMap<i32, Columns>,
    asides: Asides,
    part: Part,
}

#[derive(Default)]
struct Columns {
    files: Int32Builder,
    seqs: Int64Builder,
    whos: Texts,
    moments: TimestampMicrosecondBuilder,
    days: Date32Builder,
    gauges: Texts,
    values: Float64Builder,
    hi: Int64Builder,
    lo: Int64Builder,
    contents: Int64Builder,
}

impl Taking<'_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        self.part.tally.read += 1;
        let taken = match (&piece.row, &self.reader.whole) {
            (_, Some(problem)) => Err(problem.clone()),
            (Err(problem), None) => Err(problem.clone()),
            (Ok(row), None) => {
                self.part.tally.look(row);
                self.row(row, piece.position)
            }
        };
        if let Err(problem) = taken {
            self.asides.put(&mut self.part.tally, piece.position, piece.offset, piece.raw, &problem);
        }
    }

    fn row(&mut self, row: &Row<'_>, position: u64) -> Result<(), Problem> {
        let reader = self.reader;
        let told = self.time(row)?;
        let account =
            row.first(&reader.account).and_then(|field| field.text()).ok_or(Problem::from(Code::AccountMissing))?;
        if is_mangled(&account) {
            return Err(Problem::new(Code::IdMangled, format!("`{account}` was an id once")));
        }
        let readings = self.readings(row)?;
        let key = xxh3_128(format!("{account}\0{}", told.us).as_bytes());
        self.part.tally.fraction(told.written.fraction_us);
        self.part.tally.clock |= told.written.clock;
        self.part.tally.without_zone.see(position, !told.written.offset);
        self.part.tally.empty += u64::from(readings.is_empty());
        for (gauge, value) in readings {
            self.put((&account, told, seq(position, key)), &gauge, value);
        }
        Ok(())
    }

    fn time(&mut self, row: &Row<'_>) -> Result<Told, Problem> {
        let field = row.first(&self.reader.time).ok_or(Problem::from(Code::TimeMissing))?;
        let text = field.text().ok_or_else(|| Problem::new(Code::TimeUnreadable, "it is an object"))?;
        let told = times::read(&text, &self.reader.how).map_err(|problem| match self.reader.lone {
            true => Problem::new(Code::TimeUnreadable, format!("`{text}` alone has slashes")),
            false => problem,
        })?;
        let ahead = told.us > self.reader.now_us.saturating_add(AHEAD_US);
        if ahead {
            let tally = &mut self.part.tally;
            tally.future_us = tally.future_us.into_iter().chain([told.us]).min();
        }
        match ahead || told.us < EARLIEST_US {
            true => Err(Problem::new(Code::TimeImplausible, format!("`{text}` is no time of a reading"))),
            false => Ok(told),
        }
    }

    /// The gauges of a row and their values; an empty cell is no reading.
    fn readings(&self, row: &Row<'_>) -> Result<Vec<(String, f64)>, Problem> {
        let reader = self.reader;
        match &reader.gauges {
            Gauges::Long { gauge, value } => {
                let name = row.find(gauge).and_then(|field| field.text());
                let name = name.ok_or(Problem::new(Code::ColumnsMissing, "it names no gauge"))?;
                let Some(field) = row.find(value) else { return Ok(Vec::new()) };
                let wanted =
                    reader.source.gauges.as_ref().is_none_or(|gauges| gauges.iter().any(|gauge| *gauge == name));
                let value = if wanted { reader.value(0, &field)? } else { None };
                Ok(value.map(|value| (name.into_owned(), value)).into_iter().collect())
            }
            Gauges::Wide(names) => {
                let (mut readings, mut problem) = (BTreeMap::new(), None);
                leaves(row, &mut |name, field| {
                    if !names.contains(name) {
                        return;
                    }
                    match reader.value(reader.places.get(name).copied().unwrap_or(0), &field) {
                        Ok(Some(value)) => {
                            readings.insert(name.to_owned(), value);
                        }
                        Ok(None) => {}
                        Err(found) => problem = problem.take().or(Some((name.to_owned(), found))),
                    }
                });
                match problem {
                    Some((name, problem)) => {
                        Err(Problem::new(problem.code, format!("{}, under `{name}`", problem.because)))
                    }
                    None => Ok(readings.into_iter().collect()),
                }
            }
        }
    }

    fn put(&mut self, (account, told, seq): (&str, Told, i64), gauge: &str, value: f64) {
        let id = xxh3_128(format!("{}\0{account}\0{}\0{gauge}", self.reader.source.name, told.us).as_bytes());
        let (day, month) = self.days.of(told.us);
        self.part.tally.day(day);
        let columns = self.columns.entry(month).or_default();
        columns.files.append_value(self.reader.file_no);
        columns.seqs.append_value(seq);
        columns.whos.push_pair("", account);
        columns.moments.append_value(told.us);
        columns.days.append_value(day);
        columns.gauges.push(gauge);
        columns.values.append_value(value);
        columns.hi.append_value(((id >> 64) as u64).cast_signed());
        columns.lo.append_value((id as u64).cast_signed());
        columns.contents.append_value(xxh3_64(&value.to_le_bytes()).cast_signed());
    }

    fn finish(mut self) -> Part {
        let names = self.names;
        self.part.rows = self.columns.into_iter().map(|(month, columns)| (month, columns.finish(names))).collect();
        self.part.aside = self.asides.finish();
        self.part
    }
}

impl Columns {
    fn finish(mut self, names: &Names) -> RecordBatch {
        let (whos, gauges) = names.numbered(&self.whos, &self.gauges);
        batch(
            COLUMNS,
            vec![
                Arc::new(self.files.finish()),
                Arc::new(self.seqs.finish()),
                Arc::new(whos),
                Arc::new(self.moments.finish().with_timezone("UTC")),
                Arc::new(self.days.finish()),
                Arc::new(gauges),
                Arc::new(self.values.finish()),
                Arc::new(self.hi.finish()),
                Arc::new(self.lo.finish()),
                Arc::new(self.contents.finish()),
            ],
        )
    }
}

impl Reader<'_> {
    fn value(&self, place: usize, field: &Field<'_>) -> Result<Option<f64>, Problem> {
        let Some(text) = field.text() else { return Ok(None) };
        if let Some(value) = truth(&text) {
            return Ok(Some(value));
        }
        let decimal = if field.is_number() { Some('.') } else { self.marks.of(place) };
        numbers::read(&text, decimal).map(Some)
    }
}
