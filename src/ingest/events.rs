//! Events: rows become columns on the shared fast path, whatever the kind.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Date32Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use xxhash_rust::xxh3::xxh3_128;

use super::moments::Days;
use super::names::{Names, Texts};
use super::part::{Asides, Part, batch};
use super::rows::json::{Tape, mixed, quote};
use super::rows::pour::Block;
use super::rows::times::{self, How, Told};
use super::rows::visit::{NotByLine, Piece, Room, Rows};
use super::rows::{Code, Field, Problem, Row, Shape};
use super::source::{Clock, Event, Kept, Properties, Telemetry};
use super::spool::by_month;
use super::survey::Dates;
use super::tables::is_mangled;
use crate::model::column::Type;
use crate::model::period::Calendar;
use crate::plan::source::{Kind, Source};

/// The columns of the relation that events are put in; `event` and `who` are numbers of [`Names`].
pub(super) const COLUMNS: &[(&str, Type)] = &[
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("event_id", Type::Text),
    ("event", Type::Int),
    ("occurred_at", Type::Moment),
    ("local_day", Type::Day),
    ("who", Type::Int),
    ("properties", Type::Text),
    ("id_hi", Type::Long),
    ("id_lo", Type::Long),
    ("content_hash", Type::Long),
];

/// Times before it are a device's clock.
pub(super) const EARLIEST_US: i64 = 946_684_800_000_000;
/// How far ahead of the moment of reading a time may lie.
pub(super) const AHEAD_US: i64 = 86_400_000_000;

/// Reads the events of one file.
pub(super) struct Reader<'a> {
    pub(super) telemetry: &'static Telemetry,
    pub(super) source: &'a Source,
    pub(super) calendar: &'a Calendar,
    pub(super) rows: &'a Rows,
    pub(super) file_no: i32,
    pub(super) now_us: i64,
    pub(super) how: How,
    pub(super) dates: Dates,
    /// What is wrong with the whole file.
    pub(super) whole: Option<Problem>,
    pub(super) paths: Paths<'a>,
    pub(super) names: &'a Names,
    /// What events without a name are called: a warehouse's table of Segment, after its file.
    pub(super) table: Option<String>,
}

/// Where a row names what: the declaration's paths, or the kind's.
pub(super) struct Paths<'a> {
    pub(super) event: Vec<&'a str>,
    pub(super) time: Vec<&'a str>,
    pub(super) user: Vec<&'a str>,
    pub(super) account: Vec<&'a str>,
    pub(super) id: Vec<&'a str>,
    /// All of them at once, and the mail address: what is no property where all other columns are.
    named: Vec<&'a str>,
    /// The mail address as it is called within the properties.
    email: Option<&'a str>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(telemetry: &'static Telemetry, source: &'a Source) -> Self {
        let choose = |own: &'a Option<String>, usual: &'static [&'static str]| -> Vec<&'a str> {
            own.as_deref().map_or_else(|| usual.to_vec(), |own| vec![own])
        };
        let paths = &source.paths;
        let event = choose(&paths.event, telemetry.event);
        let time = choose(&paths.time, telemetry.time);
        let user = choose(&paths.user, telemetry.user);
        let account = choose(&paths.account, telemetry.account);
        let id = choose(&paths.id, telemetry.id);
        let named = [&event, &time, &user, &account, &id].into_iter().flatten().copied();
        let named = named.chain(paths.email.as_deref()).collect();
        let holders = || telemetry.properties.iter().chain(&["properties"]);
        let inside =
            |path: &'a str| holders().find_map(|holder| path.strip_prefix(holder)?.strip_prefix('.')).unwrap_or(path);
        let email = paths.email.as_deref().map(inside);
        Self { event, time, user, account, id, named, email }
    }
}

/// The table that a file of a warehouse holds, by its name: `exports/pages.csv.gz` is `pages`.
pub(super) fn table(source: &Source, file: &str) -> Option<String> {
    let name = file.rsplit('/').next().unwrap_or(file);
    let stem = name.split('.').next().filter(|stem| !stem.is_empty());
    stem.filter(|_| source.kind == Kind::Segment).map(str::to_owned)
}

/// How times of a source's kind are meant.
pub(super) fn how(clock: Clock, source: &Source) -> How {
    let zone = match clock {
        Clock::Written | Clock::WallClock => source.timezone.clone(),
        Clock::Utc => jiff::tz::TimeZone::UTC,
    };
    How { zone, order: source.dates, wall_clock: clock == Clock::WallClock }
}

impl Reader<'_> {
    /// The events of a block.
    ///
    /// # Errors
    /// If the block is not JSON by line.
    pub(super) fn read(&self, block: &Block, room: &mut Room) -> Result<Part, NotByLine> {
        let mut taking = Taking {
            reader: self,
            days: Days::new(self.calendar),
            columns: Columns::default(),
            asides: Asides::new(self.file_no),
            part: Part::default(),
            identity: String::new(),
        };
        let (mut inner, mut tape) = (String::new(), Tape::default());
        self.rows.visit(block, room, &mut |piece| taking.piece(&piece, &mut inner, &mut tape))?;
        Ok(taking.finish())
    }
}

struct Taking<'a> {
    reader: &'a Reader<'a>,
    days: Days<'a>,
    columns: Columns,
    asides: Asides,
    part: Part,
    /// Room for what is hashed.
    identity: String,
}

#[derive(Default)]
struct Columns {
    files: Int32Builder,
    seqs: Int64Builder,
    months: Int32Builder,
    ids: StringBuilder,
    events: Texts,
    moments: TimestampMicrosecondBuilder,
    days: Date32Builder,
    whos: Texts,
    domains: Texts,
    properties: StringBuilder,
    hi: Int64Builder,
    lo: Int64Builder,
    contents: Int64Builder,
}

impl Taking<'_> {
    fn piece(&mut self, piece: &Piece<'_>, inner: &mut String, tape: &mut Tape) {
        self.part.tally.read += 1;
        let taken = match (&piece.row, &self.reader.whole) {
            (_, Some(problem)) => Err(problem.clone()),
            (Err(problem), None) => Err(problem.clone()),
            (Ok(row), None) => {
                let (mut laid, made) = (Tape::default(), self.made(row));
                let made = made.as_deref().filter(|made| laid.lay(made).is_ok());
                let row = &made.map_or(*row, |made| Row::of_json(laid.json(made)));
                let row = opened(*row, self.reader.telemetry.properties, inner, tape);
                self.part.tally.looks_like_error |= self.part.tally.read == 1 && looks_like_error(&row);
                self.event(&row, piece.position)
            }
        };
        if let Err(problem) = taken {
            self.asides.put(&mut self.part.tally, piece.position, piece.offset, piece.raw, &problem);
        }
    }

    /// The object that a record stands for, where the kind's cells hold JSON of their own.
    fn made(&self, row: &Row<'_>) -> Option<String> {
        Some(self.reader.telemetry.opened?(row.record()?))
    }

    fn event(&mut self, row: &Row<'_>, position: u64) -> Result<(), Problem> {
        let paths = &self.reader.paths;
        let text = |paths: &[&str]| row.first(paths).and_then(|field| field.text());
        let mut event = Event {
            name: text(&paths.event),
            time: row.first(&paths.time),
            user: text(&paths.user),
            account: text(&paths.account),
            id: text(&paths.id),
            properties: self.properties(row),
            ..Event::default()
        };
        (self.reader.telemetry.tell)(row, &mut event);
        if event.name.is_none() && row.record().is_some() {
            event.name = self.reader.table.as_deref().map(Cow::Borrowed);
        }
        if let Some(id) = [&event.id, &event.user, &event.account].into_iter().flatten().find(|id| is_mangled(id)) {
            return Err(Problem::new(Code::IdMangled, format!("`{id}` was an id once")));
        }
        if event.name.as_deref().is_none_or(|name| name.trim().is_empty()) {
            return Err(Code::EventMissing.into());
        }
        let told = self.time(event.time)?;
        self.notes(row, &event, told, position);
        self.put(&event, told, position);
        Ok(())
    }

    fn time(&mut self, field: Option<Field<'_>>) -> Result<Told, Problem> {
        let field = field.ok_or(Problem::from(Code::TimeMissing))?;
        let text = field.text().ok_or_else(|| Problem::new(Code::TimeUnreadable, "it is an object"))?;
        let told = times::read(&text, &self.reader.how).map_err(|problem| match self.reader.dates {
            Dates::Lone if problem.code == Code::DateOrderUndecided => {
                Problem::new(Code::TimeUnreadable, format!("`{text}` alone has slashes"))
            }
            Dates::Lone | Dates::Order(_) | Dates::Whole(_) => problem,
        })?;
        let ahead = told.us > self.reader.now_us.saturating_add(AHEAD_US);
        if ahead {
            let tally = &mut self.part.tally;
            tally.future_us = tally.future_us.into_iter().chain([told.us]).min();
        }
        match ahead || told.us < EARLIEST_US {
            true => Err(Problem::new(
                Code::TimeImplausible,
                format!("`{}` is no time of an event", times::shortened(&text)),
            )),
            false => Ok(told),
        }
    }

    fn notes(&mut self, row: &Row<'_>, event: &Event<'_>, told: Told, position: u64) {
        let tally = &mut self.part.tally;
        tally.fraction(told.written.fraction_us);
        tally.clock |= told.written.clock;
        tally.without_zone.see(position, !told.written.offset);
        tally.without_actor.see(position, event.user.is_none() && event.account.is_none());
        tally.several_accounts.see(position, self.reader.paths.account.iter().any(|path| row.is_several(path)));
        for (anonymous, user) in event.links.iter().filter(|(anonymous, user)| anonymous != user) {
            self.part.links.insert((anonymous.to_string(), user.to_string()));
        }
        if let (true, Some(user), Some(account)) = (event.joins, &event.user, &event.account) {
            let from = self.part.joins.entry((user.to_string(), account.to_string())).or_insert(told.us);
            *from = told.us.min(*from);
        }
        if let (Some(path), Some(user)) = (&self.reader.source.paths.email, &event.user) {
            let address = row.find(path).and_then(|field| field.text());
            let domain = address.as_deref().and_then(|address| address.rsplit_once('@')).map(|(_, domain)| domain);
            if let Some(domain) = domain.filter(|domain| domain.contains('.')) {
                self.columns.domains.push_pair(user, &lower(domain));
            }
        }
    }

    fn properties<'b>(&self, row: &Row<'b>) -> Properties<'b> {
        if let Some(properties) = row.properties() {
            return Properties::of(properties);
        }
        match (row.record(), row.json(), self.reader.telemetry.kept) {
            (Some(record), ..) if record.has_flattened() => Properties::Text(of_cells(
                record.cells().filter_map(|(name, cell)| Some((name.strip_prefix("properties.")?, cell))),
                self.reader.source.paths.email.as_deref(),
            )),
            (Some(record), _, Kept::PropertiesOrRest) => {
                let header = record.header();
                let named: Vec<_> = self.reader.paths.named.iter().filter_map(|path| header.index(path)).collect();
                let is_named = |name: &str| header.index(name).is_some_and(|index| named.contains(&index));
                Properties::Text(of_cells(record.cells().filter(|(name, _)| !is_named(name)), None))
            }
            (None, Some(json), Kept::PropertiesOrRest) => {
                Properties::Text(json.canonical_without(&self.reader.paths.named))
            }
            (_, _, Kept::Properties | Kept::PropertiesOrRest) => Properties::None,
        }
    }

    fn put(&mut self, event: &Event<'_>, told: Told, position: u64) {
        let (properties, hash) = written(&event.properties, self.reader.paths.email);
        let (name, user) = (event.name.as_deref().unwrap_or("").trim(), event.user.as_deref().unwrap_or(""));
        let account = event.account.as_deref().unwrap_or("");
        let content = [name, user, account].iter().fold(mixed(hash, told.us.cast_unsigned()), |sum, text| {
            mixed(sum, xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
        });
        let identity = event.identity.as_deref().map(Cow::Borrowed).or_else(|| event.id.clone());
        let id = identity.map_or_else(
            || u128::from(content) << 64 | u128::from(mixed(content ^ 0x5bd1_e995, hash)),
            |identity| self.hash_of(&identity),
        );
        let (day, month) = self.days.of(told.us);
        self.part.tally.day(day);
        let columns = &mut self.columns;
        columns.files.append_value(self.reader.file_no);
        columns.seqs.append_value(seq(position, id));
        columns.months.append_value(month);
        columns.ids.append_option(event.id.as_deref());
        columns.events.push(name);
        columns.moments.append_value(told.us);
        columns.days.append_value(day);
        columns.whos.push_pair(user, account);
        columns.properties.append_option(properties.as_deref());
        columns.hi.append_value(((id >> 64) as u64).cast_signed());
        columns.lo.append_value((id as u64).cast_signed());
        columns.contents.append_value(content.cast_signed());
    }

    /// The hash of an id of the source.
    fn hash_of(&mut self, identity: &str) -> u128 {
        self.identity.clear();
        self.identity.push_str(self.reader.source.name.as_str());
        self.identity.push('\0');
        self.identity.push_str(identity);
        xxh3_128(self.identity.as_bytes())
    }

    fn finish(mut self) -> Part {
        let c = &mut self.columns;
        let names = self.reader.names;
        let (whos, events) = names.numbered(&c.whos, &c.events);
        names.count_domains(self.reader.file_no, &c.domains);
        let rows = batch(
            COLUMNS,
            vec![
                Arc::new(c.files.finish()),
                Arc::new(c.seqs.finish()),
                Arc::new(c.ids.finish()),
                Arc::new(events),
                Arc::new(c.moments.finish().with_timezone("UTC")),
                Arc::new(c.days.finish()),
                Arc::new(whos),
                Arc::new(c.properties.finish()),
                Arc::new(c.hi.finish()),
                Arc::new(c.lo.finish()),
                Arc::new(c.contents.finish()),
            ],
        );
        self.part.rows = by_month(rows, &c.months.finish());
        self.part.aside = self.asides.finish();
        self.part
    }
}

fn lower(domain: &str) -> Cow<'_, str> {
    let is_lower = domain.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_lower { Cow::Borrowed(domain) } else { Cow::Owned(domain.to_lowercase()) }
}

/// The order of ties (lake.md 8): the position, then part of the id's hash.
pub(super) fn seq(position: u64, id: u128) -> i64 {
    const BITS: u32 = 22;
    let position = i64::try_from(position & ((1 << (63 - BITS)) - 1)).expect("41 bits are a positive number");
    position << BITS | i64::try_from(id & ((1 << BITS) - 1)).expect("22 bits are a positive number")
}

/// The row with its properties, which may be text of an object.
fn opened<'a>(row: Row<'a>, names: &[&str], inner: &'a mut String, tape: &'a mut Tape) -> Row<'a> {
    let Some(field) = names.iter().find_map(|name| row.column(name)) else { return row };
    let text = match field {
        Field::Json(json) if json.shape() == Shape::Object => return row.with_properties(Some(json)),
        Field::Json(json) if json.shape() == Shape::Text => json.string(),
        Field::Json(_) => return list_of_pairs(row, names),
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

/// The row with properties that are a list of `{key, value}` pairs.
fn list_of_pairs<'a>(row: Row<'a>, names: &[&str]) -> Row<'a> {
    let list = names.iter().find_map(|name| row.json()?.get(name)).filter(|list| list.shape() == Shape::List);
    row.with_properties(list)
}

/// A file that is one object with an error and no rows is no export.
fn looks_like_error(row: &Row<'_>) -> bool {
    let Some(json) = row.json() else { return false };
    let told = |name: &str| json.get(name).is_some_and(|value| value.shape() != Shape::Null);
    let status = row.column("status").and_then(|status| status.text());
    told("error")
        || told("errors")
        || status.as_deref() == Some("error")
        || (told("message") && told("code"))
        || (told("detail") && told("type"))
}

/// Properties as they are stored, and their hash.
fn written<'a>(properties: &'a Properties<'_>, email: Option<&str>) -> (Option<Cow<'a, str>>, u64) {
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
fn pairs(list: &super::rows::Json<'_>) -> String {
    let mut out = String::from("{");
    for (index, (key, value)) in list.entries().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(&key, &mut out);
        out.push(':');
        out.push_str(&value.canonical());
    }
    out.push('}');
    out
}

/// Cells as an object of text.
fn of_cells<'a>(cells: impl Iterator<Item = (&'a str, &'a str)>, without: Option<&str>) -> String {
    let mut out = String::from("{");
    for (name, cell) in cells
        .filter(|(name, _)| without.is_none_or(|path| path != *name && path.strip_prefix("properties.") != Some(name)))
    {
        if out.len() > 1 {
            out.push(',');
        }
        quote(name, &mut out);
        out.push(':');
        quote(cell, &mut out);
    }
    out.push('}');
    out
}
