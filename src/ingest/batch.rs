//! A batch: some files of one source, read, settled and committed together (lake.md 6).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;
use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_64;

use super::columns::Columns;
use super::found::{Facts, Known, Task, Verdicts};
use super::ledger::Ledger;
use super::names::Names;
use super::part::{Asides, Part, Tally};
use super::publish::Changes;
use super::records::Collected;
use super::rows::open::{Place, first_bytes};
use super::rows::pour::{Arrangement, Ended, Start};
use super::rows::visit::Rows as Shape;
use super::rows::{Code, Problem};
use super::settle::{self, Monthly, Settled};
use super::source::{About, Layout, Record, Rows, Sheet, Statement};
use super::spool::Spool;
use super::survey::{Dates, First, Ready, columns, first};
use super::{FileCounts, Progress, events, parquet, readings, records, take};
use crate::engine::Engine;
use crate::lake::Lake;
use crate::model::column::{Type, Value};
use crate::model::period::{epoch_day, from_epoch_day};
use crate::plan::Plan;
use crate::plan::source::Source;

/// How many rows are put before the engine at a time.
const AT_ONCE: usize = 60_000;

/// What surrounds a batch.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a Source,
    pub(super) layout: &'static dyn Layout,
    pub(super) lake: &'a Lake,
    pub(super) engine: &'a dyn Engine,
    pub(super) now_us: i64,
    pub(super) declaration: &'a str,
}

/// A file and what is to be done with it.
pub(super) struct Todo {
    pub(super) place: Place,
    pub(super) sheet: Sheet,
    pub(super) task: Task,
    pub(super) facts: Facts,
}

/// A file that was read in the batch.
pub(super) struct Done {
    pub(super) place: Place,
    pub(super) file_no: i32,
    facts: Facts,
    before: Option<Known>,
    grown: bool,
    pub(super) tally: Tally,
    verdicts: Verdicts,
    day: Option<jiff::civil::Date>,
    /// Rows taken back from the tail of a file that has grown.
    taken_back: u64,
    /// Rows that are no statement of their own (memberships): accepted as they stand.
    pub(super) plain: u64,
    pub(super) guessed: bool,
    /// Whether its day had to be taken from its time of change.
    pub(super) undated: bool,
    /// The header of a table; of what is none, empty.
    pub(super) header: Vec<String>,
    /// Whether its rows are records, counted from 1, rather than lines.
    pub(super) by_record: bool,
    /// The columns that no file of the source had before.
    pub(super) new_columns: Vec<String>,
}

/// A batch that is being read.
pub(super) struct Batch<'a> {
    around: Around<'a>,
    pub(super) done: Vec<Done>,
    pub(super) passed_over: Vec<(String, &'static str)>,
    /// Files that went before they were opened, and what the system said.
    pub(super) not_opened: Vec<(String, anyhow::Error)>,
    pub(super) moved: Vec<(Known, Place, Facts)>,
    next_file: i32,
    names: Arc<Names>,
    spool: Spool<'a>,
    links: Vec<Vec<Value>>,
    members: Vec<Vec<Value>>,
    statements: Vec<Vec<Value>>,
    releases: Vec<Vec<Value>>,
    pieces: Vec<Vec<Value>>,
    cleared: BTreeSet<i32>,
    again: BTreeSet<i32>,
    taken_back: BTreeMap<i32, u64>,
    restated: BTreeSet<(i32, jiff::civil::Date)>,
    columns: Columns,
    pub(super) good: u64,
}

/// Rows set aside, on their way into their relation a good many at a time.
struct Appender<'a> {
    engine: &'a dyn Engine,
    waiting: Vec<RecordBatch>,
    rows: usize,
}

impl Appender<'_> {
    fn put(&mut self, batch: Option<RecordBatch>) -> Result<()> {
        let Some(batch) = batch else { return Ok(()) };
        self.rows += batch.num_rows();
        self.waiting.push(batch);
        if self.rows >= AT_ONCE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.rows = 0;
        let Some(first) = waiting.first() else { return Ok(()) };
        self.engine.append("incoming_aside", concat_batches(&first.schema(), &waiting)?)
    }
}

impl<'a> Batch<'a> {
    /// An empty batch; its relations are made anew.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn begin(around: Around<'a>, ledger: &Ledger, vector: &crate::lake::Vector) -> Result<Self> {
        settle::prepare(around.lake, around.engine, vector, around.source.name.as_str())?;
        let (relation, columns) = match around.layout.rows() {
            Rows::Readings => ("incoming_readings", readings::COLUMNS),
            Rows::Events(_) | Rows::Records(_) => ("incoming_events", events::COLUMNS),
        };
        let spool = Spool::new(around.engine, relation, columns);
        Ok(Self {
            around,
            done: Vec::new(),
            passed_over: Vec::new(),
            not_opened: Vec::new(),
            moved: Vec::new(),
            next_file: ledger.next_file(),
            names: Arc::default(),
            spool,
            links: Vec::new(),
            members: Vec::new(),
            statements: Vec::new(),
            releases: Vec::new(),
            pieces: Vec::new(),
            cleared: BTreeSet::new(),
            again: BTreeSet::new(),
            taken_back: BTreeMap::new(),
            restated: BTreeSet::new(),
            columns: Columns::of(ledger.of(around.source.name.as_str()).values()),
            good: 0,
        })
    }

    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.done.is_empty() && self.moved.is_empty() && self.cleared.is_empty()
    }

    /// Takes out every row of some files (`--afresh`).
    pub(super) fn clear<'k>(&mut self, files: impl Iterator<Item = &'k Known>) {
        for known in files {
            self.cleared.insert(known.file_no);
            self.again.insert(known.file_no);
            self.taken_back.insert(known.file_no, 0);
            self.restated.extend(known.day.map(|day| (known.file_no, day)));
        }
    }

    /// Reads a file that is new, has grown, has changed or is declared otherwise.
    ///
    /// # Errors
    /// If the engine refuses; never because of what is in the file.
    pub(super) fn read(&mut self, todo: Todo) -> Result<()> {
        let (before, grown) = match todo.task {
            Task::New => (None, false),
            Task::Grown(known) => (Some(known), true),
            Task::Changed(known) => {
                self.again.insert(known.file_no);
                self.taken_back.insert(known.file_no, 0);
                (Some(known), false)
            }
            Task::Redeclared(known) => {
                self.clear(std::iter::once(&known));
                (Some(known), false)
            }
            Task::Skip(_) => return Ok(()),
            Task::Moved(known) => {
                self.moved.push((known, todo.place, todo.facts));
                return Ok(());
            }
        };
        let file_no = before.as_ref().map_or(self.next_file, |known| known.file_no);
        let mut done = Done {
            place: todo.place,
            file_no,
            facts: todo.facts,
            before,
            grown,
            tally: Tally::default(),
            verdicts: Verdicts::default(),
            day: None,
            taken_back: 0,
            plain: 0,
            guessed: false,
            undated: false,
            header: Vec::new(),
            by_record: false,
            new_columns: Vec::new(),
        };
        let temporary = self.temporary();
        match self.looked(&done.place, &temporary) {
            Ok(First::PassedOver(why)) => {
                self.passed_over.push((done.place.name, why));
                return Ok(());
            }
            Ok(First::Ready(ready)) => match self.rows(*ready, &mut done, todo.sheet) {
                Err(problem) if !done.place.path.exists() => return self.gone(done, problem),
                read => read?,
            },
            Ok(First::Page | First::Parquet) => {
                self.whole(&mut done, Problem::new(Code::NotAnExport, "it is a web page"))?
            }
            Err(problem) if !done.place.path.exists() => return self.gone(done, problem),
            Err(problem) => self.unreadable(&mut done, problem)?,
        }
        if temporary.exists() {
            let _ = std::fs::remove_dir_all(&temporary);
        }
        self.next_file = self.next_file.max(file_no + 1);
        self.good += done.tally.read - done.tally.set_aside;
        self.done.push(done);
        Ok(())
    }

    /// The first look at a file; Parquet is made lines of JSON in a temporary folder.
    fn looked(&self, place: &Place, temporary: &std::path::Path) -> Result<First> {
        match first(place, self.around.source, self.around.layout.bare_columns())? {
            First::Parquet => {
                let naive_is_utc = self.around.source.kind == crate::plan::source::Kind::Posthog;
                let ready = parquet::as_lines(self.around.engine, place, temporary, naive_is_utc)?;
                Ok(First::Ready(Box::new(ready)))
            }
            looked => Ok(looked),
        }
    }

    fn temporary(&self) -> PathBuf {
        self.around.plan.root.join(".throughline").join("tmp").join("parquet")
    }

    /// A file that was there when the files were listed and is not when it is opened: as if it had not been listed.
    fn gone(&mut self, mut done: Done, problem: anyhow::Error) -> Result<()> {
        self.forget(&mut done)?;
        for files in [&mut self.cleared, &mut self.again] {
            files.remove(&done.file_no);
        }
        self.taken_back.remove(&done.file_no);
        self.restated.retain(|(file, _)| *file != done.file_no);
        self.not_opened.push((done.place.name, problem));
        Ok(())
    }

    /// A file that cannot be read to its end: one row set aside; if it is no longer there, an error.
    fn unreadable(&mut self, done: &mut Done, problem: anyhow::Error) -> Result<()> {
        if !done.place.path.exists() {
            return Err(problem);
        }
        self.whole(done, Problem::new(Code::FileUnreadable, problem.root_cause().to_string()))
    }

    /// A file that is one row set aside.
    fn whole(&mut self, done: &mut Done, problem: Problem) -> Result<()> {
        done.tally.read += 1;
        let mut asides = Asides::new(done.file_no);
        asides.put(&mut done.tally, 1, 0, &first_bytes(&done.place.path), &problem);
        asides.finish().map_or(Ok(()), |batch| self.around.engine.append("incoming_aside", batch))
    }

    fn rows(&mut self, mut ready: Ready, done: &mut Done, sheet: Sheet) -> Result<()> {
        done.guessed = ready.guessed;
        if let Shape::Table { header, exact: false, .. } = &ready.rows {
            done.header = header.names().to_vec();
        }
        let is_parquet = ready.place.path != done.place.path;
        done.by_record = is_parquet || !done.header.is_empty();
        if let Some(encoding) = ready.encoding {
            done.verdicts.0.insert("encoding".into(), encoding.name().into());
        }
        match self.around.layout.rows() {
            Rows::Events(telemetry) => self.events(&mut ready, done, telemetry)?,
            Rows::Readings => self.readings(&mut ready, done)?,
            Rows::Records(kind) => {
                let about =
                    About { plan: self.around.plan, source: self.around.source, file: &done.place.name.clone(), sheet };
                let collected = records::read(&mut ready, kind, &about, done.file_no);
                match collected {
                    Ok(collected) => self.collected(collected, done)?,
                    Err(problem) => self.unreadable(done, problem)?,
                }
            }
        }
        self.note_verdicts(done, sheet);
        Ok(())
    }

    fn events(
        &mut self,
        ready: &mut Ready,
        done: &mut Done,
        telemetry: &'static super::source::Telemetry,
    ) -> Result<()> {
        let source = self.around.source;
        let paths = events::Paths::new(telemetry, source);
        let labels = vec![paths.time.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()];
        let mut dates = Dates::Order(source.dates);
        if source.dates.is_none() && !matches!(ready.rows, Shape::Json) {
            dates = columns(ready, source, &labels, &[])?.0[0].dates(None);
        }
        loop {
            let whole = absent(&paths, telemetry, source, &ready.rows).or(match dates {
                Dates::Whole(code) => Some(code.into()),
                Dates::Order(_) | Dates::Lone => None,
            });
            let mut how = events::how(telemetry.clock, source);
            how.order = if let Dates::Order(order) = dates { order } else { None };
            let (rows, names) = (ready.rows.clone(), Arc::clone(&self.names));
            let reader = events::Reader {
                telemetry,
                source,
                calendar: &self.around.plan.workspace.calendar,
                rows: &rows,
                file_no: done.file_no,
                now_us: self.around.now_us,
                how,
                dates,
                whole,
                paths: events::Paths::new(telemetry, source),
                names: &names,
                table: events::table(source, &ready.place.name),
            };
            self.pass(ready, done, &|block, room| reader.read(block, room))?;
            // JSON seldom has slashed dates; where it does, the column is looked through and the file read again.
            if dates != Dates::Order(None) || !done.tally.reasons.contains_key(Code::DateOrderUndecided.word()) {
                break;
            }
            dates = columns(ready, source, &labels, &[])?.0[0].dates(None);
            self.forget(done)?;
        }
        done.verdicts.0.insert("dates".into(), format!("{dates:?}").into());
        Ok(())
    }

    fn readings(&mut self, ready: &mut Ready, done: &mut Done) -> Result<()> {
        let calendar = &self.around.plan.workspace.calendar;
        let reader = readings::Reader::new(ready, self.around.source, calendar, (done.file_no, self.around.now_us));
        match reader {
            Ok(reader) => self.pass(ready, done, &|block, room| reader.read(block, room))?,
            Err(problem) => self.unreadable(done, problem)?,
        }
        Ok(())
    }

    /// Forgets what was read of a file.
    fn forget(&mut self, done: &mut Done) -> Result<()> {
        done.tally = Tally::default();
        self.spool.forget(done.file_no)?;
        self.names.forget(done.file_no);
        self.around.engine.run("delete from incoming_aside where file_no = ?", &[done.file_no.into()])?;
        let file_no = Value::from(done.file_no);
        self.links.retain(|row| row[2] != file_no);
        self.members.retain(|row| row[4] != file_no);
        Ok(())
    }

    /// One reading of a file.
    fn pass(&mut self, ready: &mut Ready, done: &mut Done, tell: &take::Tell<'_>) -> Result<()> {
        let engine = self.around.engine;
        let start = start(done, ready);
        if let Some(offset) = done.grown.then_some(start.offset) {
            self.taken_back.insert(done.file_no, offset);
        }
        let names = matches!(self.around.layout.rows(), Rows::Events(_)).then(|| Arc::clone(&self.names));
        let names = names.as_deref();
        let aside = std::cell::RefCell::new(Appender { engine, waiting: Vec::new(), rows: 0 });
        let told = std::cell::RefCell::new(Part::default());
        let spool = std::cell::RefCell::new(&mut self.spool);
        let ended = take::file(
            ready,
            start,
            tell,
            &mut |part| {
                let mut told = told.borrow_mut();
                told.tally.add(part.tally);
                told.links.extend(part.links);
                for (pair, from) in part.joins {
                    let kept = told.joins.entry(pair).or_insert(from);
                    *kept = from.min(*kept);
                }
                spool.borrow_mut().put(part.rows, names)?;
                aside.borrow_mut().put(part.aside)
            },
            &mut || {
                *told.borrow_mut() = Part::default();
                *aside.borrow_mut() = Appender { engine, waiting: Vec::new(), rows: 0 };
                names.into_iter().for_each(|names| names.forget(done.file_no));
                spool.borrow_mut().forget(done.file_no)?;
                engine.run("delete from incoming_aside where file_no = ?", &[done.file_no.into()])
            },
        );
        aside.borrow_mut().flush()?;
        let mut part = told.into_inner();
        done.tally.add(std::mem::take(&mut part.tally));
        self.told_beside(part, done.file_no);
        match ended {
            Ok(ended) => self.ended(ended, ready, done),
            Err(problem) => self.unreadable(done, problem),
        }
    }

    fn told_beside(&mut self, part: Part, file_no: i32) {
        let links = part.links.into_iter().map(|(anonymous, user)| vec![anonymous.into(), user.into(), file_no.into()]);
        self.links.extend(links);
        let members = part
            .joins
            .into_iter()
            .map(|((user, account), from)| vec![user.into(), account.into(), from.into(), Value::Null, file_no.into()]);
        self.members.extend(members);
    }

    /// What the end of a file says: a stream that broke off, an error instead of rows, where to read on from.
    fn ended(&mut self, ended: Ended, ready: &Ready, done: &mut Done) -> Result<()> {
        let engine = self.around.engine;
        let truncated = ended.truncated.is_some();
        if let Some((rest, position, offset)) = ended.truncated {
            done.tally.read += 1;
            let mut asides = Asides::new(done.file_no);
            let problem = match (position, rest.is_empty() && done.tally.read == 1) {
                (_, true) => Problem::new(Code::FileUnreadable, "nothing of it could be unpacked"),
                _ => Problem::new(Code::FileTruncated, "the stream breaks off here"),
            };
            let raw = if problem.code == Code::FileUnreadable { first_bytes(&done.place.path) } else { rest };
            asides.put(&mut done.tally, position, offset, &raw, &problem);
            asides.finish().map_or(Ok(()), |batch| engine.append("incoming_aside", batch))?;
        }
        if done.tally.read == 1 && done.tally.set_aside == 1 && done.tally.looks_like_error {
            let code = Code::NotAnExport.word();
            done.tally.reasons = BTreeMap::from([(code, 1)]);
            done.tally.firsts = BTreeMap::from([(code, (1, "it is an error, and no rows".to_owned()))]);
            let sql = "update incoming_aside set reason = ?, because = 'it is an error, and no rows' where file_no = ?";
            engine.run(sql, &[code.into(), done.file_no.into()])?;
        }
        let resumable = ready.arrangement == Arrangement::JsonLines
            && !truncated
            && ready.place.path == done.place.path
            && done.place.member.is_none()
            && (matches!(self.around.layout.rows(), Rows::Events(_)) || self.around.source.gauges.is_some());
        if resumable {
            // A last line without an end that could not be read is taken back once the file has grown.
            let tail = done.tally.aside_offsets.range(ended.whole_until..).next().is_some();
            let offset = if tail { ended.whole_until } else { ended.end };
            for (key, value) in [("offset", offset), ("lines", ended.lines), ("tail", u64::from(tail))] {
                done.verdicts.0.insert(key.into(), value.into());
            }
        }
        Ok(())
    }

    fn collected(&mut self, collected: Collected, done: &mut Done) -> Result<()> {
        let Collected { tally, asides, records, is_prose } = collected;
        done.tally.add(tally);
        if is_prose {
            done.header.clear();
            done.by_record = false;
        }
        asides.finish().map_or(Ok(()), |batch| self.around.engine.append("incoming_aside", batch))?;
        let named = records::day_of(&done.place.name, self.around.source);
        let kept = done.before.as_ref().filter(|known| known.facts.hash == done.facts.hash).and_then(|known| known.day);
        let calendar = &self.around.plan.workspace.calendar;
        let day = named.or(kept).unwrap_or_else(|| calendar.day(done.facts.modified_us));
        done.undated = named.is_none();
        let mut members = BTreeSet::new();
        for (position, record) in records {
            let seq = events::seq(position, 0);
            let position = Value::Long(i64::try_from(position).unwrap_or(i64::MAX));
            match record {
                Record::Statement(statement) => {
                    done.day = Some(day);
                    let number = Value::Long(i64::try_from(self.statements.len()).unwrap_or(i64::MAX));
                    self.statements.push(statement_row(number, position, statement, done, day));
                }
                Record::Release { id, title, released_on, lane, outcome, url } => {
                    done.tally.day(epoch_day(released_on));
                    let number = Value::Long(i64::try_from(self.releases.len()).unwrap_or(i64::MAX));
                    let row =
                        vec![number, done.file_no.into(), seq.into(), id.into(), title.into(), released_on.into()];
                    self.releases.push([row, vec![lane.into(), outcome.into(), url.into()]].concat());
                }
                Record::Evidence { id, account, noted_on, outcome, kind, quote } => {
                    let number = Value::Long(i64::try_from(self.pieces.len()).unwrap_or(i64::MAX));
                    let row = vec![number, done.file_no.into(), seq.into(), id.into(), account.into(), noted_on.into()];
                    self.pieces.push([row, vec![outcome.into(), kind.into(), quote.into()]].concat());
                }
                Record::Member { user, account, from_us, to_us } => {
                    if members.insert((user.clone(), account.clone(), from_us, to_us)) {
                        done.plain += 1;
                        self.members.push(vec![
                            user.into(),
                            account.into(),
                            from_us.into(),
                            to_us.into(),
                            done.file_no.into(),
                        ]);
                    }
                }
            }
        }
        self.restated.extend(done.day.map(|day| (done.file_no, day)));
        Ok(())
    }

    fn note_verdicts(&mut self, done: &mut Done, sheet: Sheet) {
        let fractions: Vec<_> = done.tally.fractions.iter().take(2).copied().collect();
        done.verdicts.0.insert("fractions".into(), fractions.into());
        done.verdicts.0.insert("clock".into(), done.tally.clock.into());
        if let Some(future_us) = done.tally.future_us {
            done.verdicts.0.insert("future_us".into(), future_us.into());
        }
        if self.around.source.kind.is_telemetry() || self.around.source.kind == crate::plan::source::Kind::Snapshots {
            done.verdicts.0.insert("zone".into(), self.around.plan.workspace.timezone.as_str().into());
        }
        // A file of which no row could be read may be another table, and its columns none of this one's.
        if !done.header.is_empty() && (done.tally.read == 0 || done.tally.read > done.tally.set_aside) {
            let headed = self.columns.take(sheet, &done.place.name, &done.header);
            done.verdicts.0.insert(headed.key.into(), headed.kept.into());
            done.new_columns = headed.new;
        }
        // Where a verdict over the whole file has changed, its rows are replaced rather than compared.
        let decided = |verdicts: &Verdicts| ["encoding", "dates"].map(|key| verdicts.0.get(key).cloned());
        let changed = done
            .before
            .as_ref()
            .is_some_and(|known| !done.grown && decided(&known.verdicts) != decided(&done.verdicts));
        if changed {
            self.cleared.insert(done.file_no);
        }
    }
}

/// A column that is declared or needed and that a table does not have.
fn absent(
    paths: &events::Paths<'_>,
    telemetry: &super::source::Telemetry,
    source: &Source,
    rows: &Shape,
) -> Option<Problem> {
    let Shape::Table { header, .. } = rows else { return None };
    let inside = telemetry.properties.iter().any(|name| header.index(name).is_some());
    let there = |path: &str| {
        let heads = path.match_indices('.').map(|(dot, _)| &path[..dot]);
        let flat = format!("properties.{path}");
        let flat_heads = flat.match_indices('.').skip(1).map(|(dot, _)| &flat[..dot]);
        inside
            || header.index(path).is_some()
            || header.index(&flat).is_some()
            || heads.chain(flat_heads).any(|head| header.index(head).is_some())
    };
    // A warehouse's table needs no column for the event: the table is it.
    let event = Some(&paths.event).filter(|_| source.kind != crate::plan::source::Kind::Segment);
    let needed = event.into_iter().chain([&paths.time]).find(|paths| !paths.iter().any(|path| there(path)));
    let told = &source.paths;
    let declared = [&told.event, &told.time, &told.user, &told.account, &told.id, &told.email];
    let declared = declared.into_iter().flatten().find(|path| !there(path));
    let name = declared.map(String::as_str).or(needed.and_then(|paths| paths.first().copied()))?;
    Some(readings::missing(name, rows))
}

/// A statement as a row of `incoming_statements`.
fn statement_row(number: Value, position: Value, statement: Statement, done: &Done, day: Date) -> Vec<Value> {
    let body = serde_json::Value::Object(statement.body).to_string();
    let fields = serde_json::Value::Object(statement.fields).to_string();
    let content = xxh3_64(format!("{body}\0{fields}").as_bytes()).cast_signed();
    vec![
        number,
        done.file_no.into(),
        position,
        statement.kind.into(),
        statement.id.into(),
        day.into(),
        done.place.name.as_str().into(),
        content.into(),
        statement.gone.into(),
        body.into(),
        fields.into(),
    ]
}

/// Where the reading of a file begins.
fn start(done: &mut Done, ready: &Ready) -> Start {
    let Some(known) = done.before.as_ref().filter(|_| done.grown && ready.arrangement == Arrangement::JsonLines) else {
        return Start::default();
    };
    let long = |key| known.verdicts.long(key).and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
    done.taken_back = long("tail");
    Start { offset: long("offset"), lines: long("lines") }
}

/// What a batch that was committed came to.
pub(super) struct Outcome {
    pub(super) counts: Vec<FileCounts>,
    pub(super) settled: Settled,
    pub(super) vector: crate::lake::Vector,
}

impl Batch<'_> {
    /// Puts the small relations before the engine: what stands beside rows, and which files are read again.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(super) fn hand_over(&mut self) -> Result<()> {
        let engine = self.around.engine;
        self.names.hand_over(engine)?;
        let rows = |taken: &mut Vec<Vec<Value>>| std::mem::take(taken);
        engine.relation(
            "incoming_links",
            &[("anonymous_id", Type::Text), ("user_id", Type::Text), ("file_no", Type::Int)],
            &rows(&mut self.links),
        )?;
        engine.relation("incoming_members", settle::MEMBER, &rows(&mut self.members))?;
        engine.relation("incoming_statements", settle::STATEMENT, &rows(&mut self.statements))?;
        engine.relation("incoming_releases", settle::RELEASE, &rows(&mut self.releases))?;
        engine.relation("incoming_evidence", settle::PIECE, &rows(&mut self.pieces))?;
        let files = |files: &BTreeSet<i32>| files.iter().map(|file| vec![Value::from(*file)]).collect::<Vec<_>>();
        engine.relation("cleared", &[("file_no", Type::Int)], &files(&self.cleared))?;
        engine.relation("again", &[("file_no", Type::Int)], &files(&self.again))?;
        let taken_back: Vec<_> = self
            .taken_back
            .iter()
            .map(|(file, offset)| vec![Value::from(*file), Value::Long(i64::try_from(*offset).unwrap_or(i64::MAX))])
            .collect();
        engine.relation("taken_back", &[("file_no", Type::Int), ("from_offset", Type::Long)], &taken_back)?;
        let restated: Vec<_> =
            self.restated.iter().map(|(file, day)| vec![Value::from(*file), Value::from(*day)]).collect();
        engine.relation("restated", &[("file_no", Type::Int), ("day", Type::Day)], &restated)?;
        let tables = self.done.iter().filter(|done| !done.header.is_empty());
        let tables: Vec<_> = tables.map(|done| vec![Value::from(done.file_no)]).collect();
        engine.relation("table_files", &[("file_no", Type::Int)], &tables)?;
        let paths: Vec<_> =
            self.done.iter().map(|done| vec![done.file_no.into(), done.place.name.as_str().into()]).collect();
        engine.relation("batch_files", &[("file_no", Type::Int), ("path", Type::Text)], &paths)?;
        let is_events = matches!(self.around.layout.rows(), Rows::Events(_));
        self.spool.end(is_events.then_some(&*self.names))?;
        self.spool.show_all()
    }

    /// Settles and commits what was read and handed over, and tells the ledger.
    ///
    /// # Errors
    /// If the engine refuses or a commit fails.
    pub(super) fn finish(
        self,
        ledger: &mut Ledger,
        vector: crate::lake::Vector,
        stale: &BTreeSet<i32>,
        on: &mut dyn FnMut(Progress<'_>),
    ) -> Result<(Self, Outcome)> {
        let source = self.around.source.name.as_str().to_owned();
        let stale: Vec<_> = stale.iter().map(|file| vec![Value::from(*file)]).collect();
        self.around.engine.relation("stale_files", &[("file_no", Type::Int)], &stale)?;
        let batch = ledger.next_batch();
        let mut changes = Changes::new(self.around.lake, self.around.engine, vector, batch);
        settle::ids(&mut changes)?;
        let all_months = !self.again.is_empty() || !self.cleared.is_empty();
        let mut settled = match self.around.layout.rows() {
            Rows::Events(_) => settle::monthly(&mut changes, Monthly::Events, &self.spool, &source, all_months)?,
            Rows::Readings => settle::monthly(&mut changes, Monthly::Readings, &self.spool, &source, all_months)?,
            Rows::Records(_) => settle::records(&mut changes, &source)?,
        };
        settle::beside(&mut changes, &source)?;
        settle::aside(&mut changes, &source)?;
        let counts = self.account(ledger, &mut settled, batch);
        ledger.relation(self.around.engine)?;
        changes.replace(&crate::lake::tables::FILES, "select * from files_after order by source, path", &[])?;
        let vector = changes.commit((source, batch), on)?;
        Ok((self, Outcome { counts, settled, vector }))
    }

    /// Counts of this call, and the ledger's totals.
    fn account(&self, ledger: &mut Ledger, settled: &mut Settled, batch: i64) -> Vec<FileCounts> {
        let source = self.around.source.name.as_str();
        for (known, place, facts) in &self.moved {
            ledger.files.remove(&(known.source.clone(), known.path.clone()));
            let moved = Known { path: place.name.clone(), facts: facts.clone(), ..known.clone() };
            ledger.files.insert((source.to_owned(), place.name.clone()), moved);
        }
        for known in ledger.files.values_mut() {
            let lost = settled.lost.get(&known.file_no).copied().unwrap_or(0).min(known.accepted);
            known.accepted -= lost;
            known.duplicate += lost;
        }
        self.done
            .iter()
            .map(|done| {
                let (counts, known) = self.totals(done, settled, batch);
                ledger.files.insert((source.to_owned(), known.path.clone()), known);
                counts
            })
            .collect()
    }

    fn totals(&self, done: &Done, settled: &Settled, batch: i64) -> (FileCounts, Known) {
        let tally = &done.tally;
        let good = tally.read - tally.set_aside;
        let fate = settled.fates.get(&done.file_no).copied().unwrap_or_default();
        let accepted = (fate.accepted + done.plain + tally.empty).min(good);
        let counts = FileCounts {
            file: done.place.name.clone(),
            read: tally.read,
            accepted,
            duplicate: good - accepted,
            set_aside: tally.set_aside,
            reasons: tally.reasons.clone(),
            bytes: done.facts.length,
            already_read: false,
        };
        debug_assert_eq!(counts.read, counts.accepted + counts.duplicate + counts.set_aside);
        let before = done.before.clone().filter(|_| done.grown).unwrap_or_default();
        let mut reasons = before.reasons.clone();
        if let Some(count) = reasons.get_mut(Code::NotJson.word()).filter(|_| done.taken_back > 0) {
            *count -= done.taken_back.min(*count);
        }
        for (code, count) in &tally.reasons {
            *reasons.entry((*code).to_owned()).or_default() += count;
        }
        reasons.retain(|_, count| *count > 0);
        let (own, entered) = (if done.grown { 0 } else { fate.own }, accepted);
        let read = before.read + tally.read - done.taken_back.min(before.read);
        let set_aside = before.set_aside + tally.set_aside - done.taken_back.min(before.set_aside);
        let accepted = (before.accepted + entered + own).min(read - set_aside);
        let day = |number: i32| from_epoch_day(number);
        let known = Known {
            source: self.around.source.name.as_str().to_owned(),
            path: done.place.name.clone(),
            file_no: done.file_no,
            facts: done.facts.clone(),
            declaration: self.around.declaration.to_owned(),
            day: done.day,
            read,
            accepted,
            duplicate: read - set_aside - accepted,
            set_aside,
            reasons,
            verdicts: merged(&before.verdicts, &done.verdicts),
            first_day: before.first_day.into_iter().chain(tally.days.map(|days| day(days.0))).min(),
            last_day: before.last_day.into_iter().chain(tally.days.map(|days| day(days.1))).max(),
            batch,
        };
        (counts, known)
    }
}

/// The verdicts of a file that has grown: what its new rows show is added to what the old ones did.
fn merged(before: &Verdicts, now: &Verdicts) -> Verdicts {
    let mut merged = now.clone();
    let list =
        |verdicts: &Verdicts| verdicts.0.get("fractions").and_then(|list| list.as_array().cloned()).unwrap_or_default();
    let fractions: BTreeSet<_> = list(before).into_iter().chain(list(now)).filter_map(|value| value.as_i64()).collect();
    merged.0.insert("fractions".into(), fractions.into_iter().take(2).collect::<Vec<_>>().into());
    let clock = [before, now]
        .iter()
        .any(|verdicts| verdicts.0.get("clock").and_then(serde_json::Value::as_bool).unwrap_or(false));
    merged.0.insert("clock".into(), clock.into());
    let future = [before, now].iter().filter_map(|verdicts| verdicts.long("future_us")).min();
    if let Some(future_us) = future {
        merged.0.insert("future_us".into(), future_us.into());
    }
    merged
}
