//! A file's events or readings, on their way into the spool.

use std::cell::RefCell;
use std::sync::Arc;

use anyhow::Result;
use arrow::compute::concat_batches;
use arrow::record_batch::RecordBatch;

use super::super::part::{Asides, Part};
use super::super::rows::pour::{Arrangement, Ended, Start};
use super::super::rows::visit::Rows as Shape;
use super::super::rows::{Code, Problem};
use super::super::source::{Rows, Telemetry};
use super::super::survey::{Dates, Ready, columns};
use super::super::{events, readings, take};
use super::{Batch, Done};
use crate::engine::Engine;
use crate::model::column::Value;
use crate::plan::source::{Kind, Source};

/// How many rows are put before the engine at a time.
const AT_ONCE: usize = 60_000;

impl Batch<'_> {
    pub(super) fn events(&mut self, ready: &mut Ready, done: &mut Done, telemetry: &'static Telemetry) -> Result<()> {
        let source = self.around.source;
        let paths = events::Paths::new(telemetry, source);
        let labels = vec![paths.time.paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>()];
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
            self.read_whole_where_decided_anew(done, dates);
        }
        let kept = done.before.as_ref().filter(|_| done.grown && dates == Dates::Order(None));
        let verdict = kept.and_then(|known| known.verdicts.0.get("dates").cloned());
        done.verdicts.0.insert("dates".into(), verdict.unwrap_or_else(|| format!("{dates:?}").into()));
        Ok(())
    }

    /// Of a file that has grown only the new rows are read, unless they change how the old ones are to be read.
    fn read_whole_where_decided_anew(&mut self, done: &mut Done, dates: Dates) {
        let before = done.before.as_ref().and_then(|known| known.verdicts.0.get("dates")?.as_str().map(str::to_owned));
        if done.grown && before != Some(format!("{dates:?}")) {
            (done.grown, done.taken_back) = (false, 0);
            self.again.insert(done.file_no);
            self.cleared.insert(done.file_no);
            self.taken_back.insert(done.file_no, 0);
        }
    }

    pub(super) fn readings(&mut self, ready: &mut Ready, done: &mut Done) -> Result<()> {
        let calendar = &self.around.plan.workspace.calendar;
        let reader = readings::Reader::new(ready, self.around.source, calendar, (done.file_no, self.around.now_us));
        let names = Arc::clone(&self.names);
        match reader {
            Ok(reader) => self.pass(ready, done, &|block, room| reader.read(block, room, &names))?,
            Err(problem) => self.unreadable(done, problem)?,
        }
        Ok(())
    }

    /// One reading of a file.
    pub(super) fn pass(&mut self, ready: &mut Ready, done: &mut Done, tell: &take::Tell<'_>) -> Result<()> {
        let engine = self.around.engine;
        let start = start(done, ready);
        if let Some(offset) = done.grown.then_some(start.offset) {
            self.taken_back.insert(done.file_no, offset);
        }
        let names = Arc::clone(&self.names);
        let aside = RefCell::new(Appender { engine, waiting: Vec::new(), rows: 0 });
        let told = RefCell::new(Part::default());
        let spool = RefCell::new(&mut self.spool);
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
                spool.borrow_mut().put(part.rows)?;
                aside.borrow_mut().put(part.aside)
            },
            &mut || {
                *told.borrow_mut() = Part::default();
                *aside.borrow_mut() = Appender { engine, waiting: Vec::new(), rows: 0 };
                names.forget(done.file_no);
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

    pub(super) fn told_beside(&mut self, part: Part, file_no: i32) {
        let links = part.links.into_iter().map(|(anonymous, user)| vec![anonymous.into(), user.into(), file_no.into()]);
        self.links.extend(links);
        let members = part
            .joins
            .into_iter()
            .map(|((user, account), from)| vec![user.into(), account.into(), from.into(), Value::Null, file_no.into()]);
        self.members.extend(members);
    }

    /// What the end of a file says: a stream that broke off, an error instead of rows, where to read on from.
    pub(super) fn ended(&mut self, ended: Ended, ready: &Ready, done: &mut Done) -> Result<()> {
        let engine = self.around.engine;
        let truncated = ended.truncated.is_some();
        if let Some((rest, position, offset)) = ended.truncated {
            let mut asides = Asides::new(done.file_no);
            asides.broken_off(&mut done.tally, (&rest, position, offset), &done.place.path);
            asides.finish().map_or(Ok(()), |batch| engine.append("incoming_aside", batch))?;
        }
        self.error_for_rows(done)?;
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
}

/// A column that is declared or needed and that a table does not have.
fn absent(paths: &events::Paths<'_>, telemetry: &Telemetry, source: &Source, rows: &Shape) -> Option<Problem> {
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
    let event = Some(&paths.event.paths).filter(|_| source.kind != Kind::Segment);
    let needed = event.into_iter().chain([&paths.time.paths]).find(|paths| !paths.iter().any(|path| there(path)));
    let told = &source.paths;
    let declared = [&told.event, &told.time, &told.user, &told.account, &told.id, &told.email];
    let declared = declared.into_iter().flatten().find(|path| !there(path));
    let name = declared.map(String::as_str).or(needed.and_then(|paths| paths.first().copied()))?;
    Some(readings::missing(name, rows))
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
