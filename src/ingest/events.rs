//! Events: rows become columns on the shared fast path, whatever the kind.

mod paths;
mod properties;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Date32Builder, Int32Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow::record_batch::RecordBatch;
use xxhash_rust::xxh3::xxh3_128;

use super::moments::Days;
use super::names::{Names, Texts};
use super::part::{Asides, Part, batch};
use super::rows::json::{Tape, mixed};
use super::rows::pour::Block;
use super::rows::times::{self, How, Told};
use super::rows::visit::{NotByLine, Piece, Room, Rows};
use super::rows::{Code, Field, Problem, Row};
use super::source::{Clock, Event, Telemetry};
use super::survey::Dates;
use super::tables::is_mangled;
use crate::model::column::Type;
use crate::model::period::Calendar;
use crate::plan::source::Source;

use paths::Wanted;

pub(super) use paths::{Paths, table};

/// The columns in which events wait to be written; `name` and `who` are numbers of [`Names`].
pub(super) const COLUMNS: &[(&str, Type)] = &[
    ("file_no", Type::Int),
    ("seq", Type::Long),
    ("event_id", Type::Text),
    ("name", Type::Int),
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
            columns: BTreeMap::new(),
            bytes: block.bytes.len(),
            domains: Texts::default(),
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
    /// By month.
    columns: BTreeMap<i32, Columns>,
    /// How many the block has.
    bytes: usize,
    domains: Texts,
    asides: Asides,
    part: Part,
    /// Room for what is hashed.
    identity: String,
}

struct Columns {
    files: Int32Builder,
    seqs: Int64Builder,
    ids: StringBuilder,
    events: Texts,
    moments: TimestampMicrosecondBuilder,
    days: Date32Builder,
    whos: Texts,
    properties: StringBuilder,
    hi: Int64Builder,
    lo: Int64Builder,
    contents: Int64Builder,
}

impl Columns {
    /// Room for the rows of so many bytes, of which most exports write a few hundred for each.
    fn of(bytes: usize) -> Self {
        let rows = bytes / 256;
        let text = || StringBuilder::with_capacity(rows, bytes / 4);
        Self {
            files: Int32Builder::with_capacity(rows),
            seqs: Int64Builder::with_capacity(rows),
            ids: text(),
            events: Texts::default(),
            moments: TimestampMicrosecondBuilder::with_capacity(rows),
            days: Date32Builder::with_capacity(rows),
            whos: Texts::default(),
            properties: text(),
            hi: Int64Builder::with_capacity(rows),
            lo: Int64Builder::with_capacity(rows),
            contents: Int64Builder::with_capacity(rows),
        }
    }
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
                let row = properties::opened(*row, self.reader.telemetry.properties, inner, tape);
                self.part.tally.look(&row);
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
        let text = |wanted: &Wanted<'_>| wanted.field(row).and_then(|field| field.text());
        let mut event = Event {
            name: text(&paths.event),
            time: paths.time.field(row),
            user: text(&paths.user),
            account: text(&paths.account),
            id: text(&paths.id),
            properties: properties::of(row, self.reader.telemetry.kept, paths),
            ..Event::default()
        };
        (self.reader.telemetry.tell)(row, &mut event);
        if event.name.is_none() && event.of_table {
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
        tally.with_account += u64::from(event.account.is_some());
        tally.without_actor.see(position, event.user.is_none() && event.account.is_none());
        tally.several_accounts.see(position, self.reader.paths.account.paths.iter().any(|path| row.is_several(path)));
        for (anonymous, user) in event.links.iter().filter(|(anonymous, user)| anonymous != user) {
            self.part.links.insert((anonymous.to_string(), user.to_string()));
        }
        if let (Some(user), Some(account)) = (&event.user, &event.joined) {
            let from = self.part.joins.entry((user.to_string(), account.to_string())).or_insert(told.us);
            *from = told.us.min(*from);
        }
        if let (Some(path), Some(user)) = (self.reader.paths.email, &event.user) {
            let address = row.find(path).and_then(|field| field.text());
            let domain = address
                .as_deref()
                .and_then(|address| memchr::memrchr(b'@', address.as_bytes()).map(|at| &address[at + 1..]));
            if let Some(domain) = domain.filter(|domain| domain.contains('.')) {
                self.domains.push_pair(user, &lower(domain));
            }
        }
    }

    fn put(&mut self, event: &Event<'_>, told: Told, position: u64) {
        let (properties, hash) = properties::written(&event.properties, self.reader.paths.email_within);
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
        // Nearly all rows of a block are of one month.
        let room = if self.columns.is_empty() { self.bytes } else { 0 };
        let columns = self.columns.entry(month).or_insert_with(|| Columns::of(room));
        columns.files.append_value(self.reader.file_no);
        columns.seqs.append_value(seq(position, id));
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
        let names = self.reader.names;
        names.count_domains(self.reader.file_no, &self.domains);
        self.part.rows = self.columns.into_iter().map(|(month, columns)| (month, columns.finish(names))).collect();
        self.part.aside = self.asides.finish();
        self.part
    }
}

impl Columns {
    fn finish(mut self, names: &Names) -> RecordBatch {
        let (whos, events) = names.numbered(&self.whos, &self.events);
        batch(
            COLUMNS,
            vec![
                Arc::new(self.files.finish()),
                Arc::new(self.seqs.finish()),
                Arc::new(self.ids.finish()),
                Arc::new(events),
                Arc::new(self.moments.finish().with_timezone("UTC")),
                Arc::new(self.days.finish()),
                Arc::new(whos),
                Arc::new(self.properties.finish()),
                Arc::new(self.hi.finish()),
                Arc::new(self.lo.finish()),
                Arc::new(self.contents.finish()),
            ],
        )
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
