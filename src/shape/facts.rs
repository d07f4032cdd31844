//! Facts: what the events of a month add up to, kept as Parquet under a name that is a hash of all they rest on
//! (lake.md 16). A fact that exists is never computed again; all that a month lacks is made in one scan of its events.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use jiff::civil::{Date, date};
use xxhash_rust::xxh3::xxh3_128;

use super::make::load;
use super::selection;
use crate::engine::{Engine, side_by_side};
use crate::lake::tables::{self, Table};
use crate::lake::{DataFile, Lake, Vector};
use crate::model::column::Type;
use crate::model::period::{Unit, plus_months};
use crate::plan::{Matches, Plan, Signal};

/// Raised whenever the rows of a fact change their meaning: all facts are then made anew.
const VERSION: u32 = 1;

/// The files of every kind of fact, over all months.
#[derive(Debug, Default)]
pub(super) struct Facts {
    events: Vec<PathBuf>,
    any: Vec<PathBuf>,
    days: Vec<PathBuf>,
    gauges: Vec<PathBuf>,
    parts: BTreeMap<usize, Vec<PathBuf>>,
    hits: BTreeMap<usize, Vec<PathBuf>>,
}

const PARTS: [(&str, Type); 14] = [
    ("user_no", Type::Int),
    ("account_no", Type::Int),
    ("month_start", Type::Day),
    ("week_start", Type::Day),
    ("day_0", Type::Int),
    ("day_1", Type::Int),
    ("day_2", Type::Int),
    ("day_3", Type::Int),
    ("day_4", Type::Int),
    ("day_5", Type::Int),
    ("day_6", Type::Int),
    ("first_us", Type::Long),
    ("first_seq", Type::Long),
    ("last_us", Type::Long),
];

const HITS: [(&str, Type); 7] = [
    ("user_no", Type::Int),
    ("account_no", Type::Int),
    ("ts_us", Type::Long),
    ("seq", Type::Long),
    ("local_day", Type::Day),
    ("source", Type::Text),
    ("value", Type::Text),
];

const DAYS: [(&str, Type); 3] = [("source", Type::Text), ("local_day", Type::Day), ("row_count", Type::Long)];

const GAUGES: [(&str, Type); 7] = [
    ("source", Type::Text),
    ("gauge", Type::Text),
    ("account_no", Type::Int),
    ("local_day", Type::Day),
    ("ts_us", Type::Long),
    ("seq", Type::Long),
    ("value", Type::Double),
];

/// What facts are made from and where they are kept.
pub(super) struct Maker<'a> {
    pub(super) lake: &'a Lake,
    pub(super) vector: &'a Vector,
    pub(super) plan: &'a Plan,
    /// The signals, `any` included, in their places.
    pub(super) signals: &'a [Signal],
    /// Whether the lake holds rows of sources that the plan does not.
    pub(super) foreign: bool,
    /// A folder that can be written.
    pub(super) folder: PathBuf,
}

/// The files of a month of events.
struct OfEvents {
    events: PathBuf,
    any: PathBuf,
    days: PathBuf,
    /// By the place of each signal that is kept: its parts and its hits.
    kept: Vec<(usize, PathBuf, PathBuf)>,
}

/// Whether a signal's matches are kept as facts of its own: it has a test on properties, or counts different values.
pub(super) fn is_kept(signal: &Signal) -> bool {
    !matches!(signal.matches, Matches::Gauge(_)) && (signal.filter.is_some() || signal.distinct.is_some())
}

/// A day on which a week begins, before all data: weeks are counted from it.
pub(super) fn anchor(plan: &Plan) -> Date {
    plan.workspace.calendar.period(Unit::Week, date(1990, 1, 1)).start
}

/// The folder facts go to: the one meant, or where that cannot be written, the spare one.
pub(super) fn writable(folder: &Path, spare: &Path) -> PathBuf {
    let probe = folder.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, b""));
    match written.and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => folder.to_path_buf(),
        Err(_) => spare.to_path_buf(),
    }
}

impl Maker<'_> {
    /// Makes what is missing, several months at a time, and attaches all: `fact_events`, `fact_any`, `fact_days`,
    /// `fact_gauges`, `fact_parts_<signal>`, `fact_hits_<signal>`.
    pub(super) fn make(&self, engine: &dyn Engine) -> Result<()> {
        let of_events = months_of(&self.lake.files_in(&tables::EVENTS, self.vector)?);
        let of_readings = months_of(&self.lake.files_in(&tables::SNAPSHOTS, self.vector)?);
        self.months(engine, &of_events)?;
        let untold = |month: &str| format!("could not make the facts of {month}");
        let mut facts = Facts::default();
        for made in side_by_side(engine, &of_events, |engine, (month, files)| {
            self.month_of_events(engine, month, files).with_context(|| untold(month))
        })? {
            facts.events.push(made.events);
            facts.any.push(made.any);
            facts.days.push(made.days);
            for (place, parts, hits) in made.kept {
                facts.parts.entry(place).or_default().push(parts);
                facts.hits.entry(place).or_default().push(hits);
            }
        }
        for (gauges, days) in side_by_side(engine, &of_readings, |engine, (month, files)| {
            self.month_of_readings(engine, month, files).with_context(|| untold(month))
        })? {
            facts.gauges.push(gauges);
            facts.days.push(days);
        }
        self.attach(engine, &facts)
    }

    /// Makes `months` and `user_months`: who is in one account for all of a month.
    fn months(&self, engine: &dyn Engine, months: &[(String, Vec<DataFile>)]) -> Result<()> {
        let calendar = &self.plan.workspace.calendar;
        let mut rows = Vec::new();
        for (month, _) in months {
            let start = month_start(month)?;
            let (from, to) = (calendar.start_us(start), calendar.start_us(plus_months(start, 1)));
            rows.push(vec![start.into(), from.into(), to.into()]);
        }
        let columns = [("month_start", Type::Day), ("start_us", Type::Long), ("end_us", Type::Long)];
        engine.relation("months", &columns, &rows)?;
        super::make::table(engine, "user_months", "user_months.sql", "user_months()")
    }

    fn month_of_events(&self, engine: &dyn Engine, month: &str, files: &[DataFile]) -> Result<OfEvents> {
        let start = month_start(month)?;
        let calendar = &self.plan.workspace.calendar;
        let (from, to) = (calendar.start_us(start), calendar.start_us(plus_months(start, 1)));
        let changers = format!("changers({from}, {to})");
        super::make::table(engine, "month_changers", "changers.sql", &changers)?;
        let base = self.base(month, files, &dated_rows(engine)?);
        let path = |kind: &str| self.path(month, &format!("{base}|{kind}"));
        let (events, any, days) = (path("events"), path("any"), path("days"));
        let kept: Vec<(usize, PathBuf, PathBuf)> = self
            .signals
            .iter()
            .enumerate()
            .filter(|(_, signal)| is_kept(signal))
            .map(|(place, signal)| {
                let asked = format!("{:?}|{:?}|{:?}", signal.matches, signal.filter, signal.distinct);
                (place, path(&format!("parts|{asked}")), path(&format!("hits|{asked}")))
            })
            .collect();
        let missing: Vec<_> = kept.iter().filter(|(_, parts, hits)| !is_whole(parts) || !is_whole(hits)).collect();
        let counts_missing = [&events, &any, &days].iter().any(|path| !is_whole(path));
        if counts_missing || !missing.is_empty() {
            self.month_view(engine, &tables::EVENTS, files)?;
            super::make::view(engine, "month_events", "month_events.sql", "month_events()")?;
        }
        if counts_missing {
            self.counts(engine, start, &events, &any, &days)?;
        }
        if !missing.is_empty() {
            self.matches(engine, start, &missing)?;
        }
        Ok(OfEvents { events, any, days, kept })
    }

    /// The counts of a month: by event name, over all names, and rows per source and day.
    fn counts(&self, engine: &dyn Engine, month: Date, events: &Path, any: &Path, days: &Path) -> Result<()> {
        let call = format!("event_parts(date '{}', date '{month}')", anchor(self.plan));
        super::make::table(engine, "month_parts", "event_parts.sql", &call)?;
        load(engine, "any_parts.sql")?;
        write(engine, "select * from month_parts order by event_name, account_no, user_no, week_start", events)?;
        write(engine, "select * from any_parts() order by account_no, user_no, week_start", any)?;
        let per_day =
            "select source, local_day, count(*) as row_count from month_events group by source, local_day order by all";
        write(engine, per_day, days)?;
        engine.run("drop table month_parts", &[])
    }

    /// The matches of all signals that lack them, in one scan of the month.
    fn matches(&self, engine: &dyn Engine, month: Date, missing: &[&(usize, PathBuf, PathBuf)]) -> Result<()> {
        let places: Vec<usize> = missing.iter().map(|(place, _, _)| *place).collect();
        engine.run(&selected(self.signals, &places), &[])?;
        engine.run("create or replace table month_matches as select * from selected", &[])?;
        let call = format!("match_parts(date '{}', date '{month}')", anchor(self.plan));
        super::make::table(engine, "month_match_parts", "match_parts.sql", &call)?;
        for (place, parts, hits) in missing {
            let of = format!("where signal = {place}");
            let by = "order by account_no, user_no";
            write(engine, &format!("select * exclude (signal) from month_match_parts {of} {by}, week_start"), parts)?;
            write(engine, &format!("select * exclude (signal) from month_matches {of} {by}, ts_us, seq"), hits)?;
        }
        engine.run("drop table month_matches; drop table month_match_parts", &[])
    }

    fn month_of_readings(&self, engine: &dyn Engine, month: &str, files: &[DataFile]) -> Result<(PathBuf, PathBuf)> {
        let base = self.base(month, files, "");
        let (gauges, days) =
            (self.path(month, &format!("{base}|gauges")), self.path(month, &format!("{base}|gauge days")));
        if !is_whole(&gauges) || !is_whole(&days) {
            self.month_view(engine, &tables::SNAPSHOTS, files)?;
            let columns = "source, gauge, account_no, epoch_us(observed_at) as ts_us, seq, local_day, value";
            engine.run(&format!("create or replace view month_readings as select {columns} from month_files"), &[])?;
            load(engine, "gauge_facts.sql")?;
            write(engine, "select * from gauge_facts() order by gauge, account_no, local_day", &gauges)?;
            let per_day = "select source, local_day, count(*) as row_count from month_files group by source, local_day order by all";
            write(engine, per_day, &days)?;
        }
        Ok((gauges, days))
    }

    /// The files of one month as `month_files`, of the plan's sources alone.
    fn month_view(&self, engine: &dyn Engine, table: &Table, files: &[DataFile]) -> Result<()> {
        let paths: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        engine.attach("every_month_files", table.columns, Some("month"), &paths)?;
        let rule = if self.foreign { " where source in (select source from plan_sources)" } else { "" };
        engine.run(&format!("create or replace view month_files as select * from every_month_files{rule}"), &[])
    }

    /// All that every fact of a month rests on, as text to hash.
    fn base(&self, month: &str, files: &[DataFile], dated: &str) -> String {
        let calendar = &self.plan.workspace.calendar;
        let zone = &self.plan.workspace.timezone;
        let mut text = format!("{VERSION}|{month}|{zone}|{:?}|{dated}", calendar.week_starts);
        for file in files {
            let name = file.path.file_name().unwrap_or_default().to_string_lossy();
            write!(text, "|{name}:{}", file.size).expect("writing to a string");
        }
        if self.foreign {
            for source in &self.plan.sources {
                write!(text, "|{}", source.name).expect("writing to a string");
            }
        }
        text
    }

    fn path(&self, month: &str, key: &str) -> PathBuf {
        self.folder.join(month).join(format!("{:032x}.parquet", xxh3_128(key.as_bytes())))
    }

    fn attach(&self, engine: &dyn Engine, facts: &Facts) -> Result<()> {
        let named: Vec<_> =
            PARTS[..2].iter().copied().chain([("event_name", Type::Text)]).chain(PARTS[2..].iter().copied()).collect();
        engine.attach("fact_events", &named, None, &facts.events)?;
        engine.attach("fact_any", &PARTS, None, &facts.any)?;
        engine.attach("fact_days", &DAYS, None, &facts.days)?;
        engine.attach("fact_gauges", &GAUGES, None, &facts.gauges)?;
        for (place, _) in self.signals.iter().enumerate().filter(|(_, signal)| is_kept(signal)) {
            let files = |all: &BTreeMap<usize, Vec<PathBuf>>| all.get(&place).cloned().unwrap_or_default();
            engine.attach(&format!("fact_parts_{place}"), &PARTS, None, &files(&facts.parts))?;
            engine.attach(&format!("fact_hits_{place}"), &HITS, None, &files(&facts.hits))?;
        }
        Ok(())
    }
}

/// The dated memberships that the scan of the month applies, as text to hash.
fn dated_rows(engine: &dyn Engine) -> Result<String> {
    let rows = engine.query(
        "select coalesce(md5(string_agg(concat_ws(',', user_no, from_us, to_us, account), ';' \
         order by user_no, from_us)), '') as rows_hash from month_changers",
        &[],
    )?;
    Ok(rows.text("rows_hash", 0).unwrap_or_default())
}

/// The view that selects the events of signals in one scan, each event once per signal that it matches.
fn selected(signals: &[Signal], places: &[usize]) -> String {
    let mut cases = String::new();
    let mut names: Option<Vec<String>> = Some(Vec::new());
    for place in places {
        let signal = &signals[*place];
        let value =
            signal.distinct.as_ref().map_or("cast(null as varchar)".to_owned(), |name| selection::property_text(name));
        let test = selection::event_test(signal).expect("facts are kept of signals of events only");
        let comma = if cases.is_empty() { "" } else { ", " };
        write!(cases, "{comma}case when {test} then {{'signal': {place}, 'value': {value}}} end")
            .expect("writing to a string");
        match (&signal.matches, &mut names) {
            (Matches::Events(events), Some(names)) => names.extend(events.iter().cloned()),
            (Matches::AnyEvent | Matches::Gauge(_), _) | (_, None) => names = None,
        }
    }
    let rule = names.map_or(String::new(), |names| format!(" where event_name in ({})", selection::name_list(&names)));
    format!(
        "create or replace view selected as select matched.signal as signal, user_no, account_no, ts_us, seq, local_day, \
         source, matched.value as value from (select user_no, account_no, ts_us, seq, local_day, source, \
         unnest(list_filter([{cases}], lambda found: found is not null)) as matched from month_events{rule}) as told"
    )
}

/// Writes a fact under a name of its own and renames it: nobody ever reads half a fact.
fn write(engine: &dyn Engine, sql: &str, path: &Path) -> Result<()> {
    let folder = path.parent().context("a fact has a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    engine.write(sql, &[], &unfinished)?;
    match std::fs::rename(&unfinished, path) {
        Err(_) if is_whole(path) => Ok(std::fs::remove_file(&unfinished)?),
        renamed => renamed.with_context(|| format!("could not write {}", path.display())),
    }
}

/// Whether a fact is there and ends as a Parquet file does: one that a lost power supply cut short is made again.
fn is_whole(path: &Path) -> bool {
    let end = || {
        let mut file = std::fs::File::open(path)?;
        file.seek(SeekFrom::End(-4))?;
        let mut mark = [0; 4];
        file.read_exact(&mut mark)?;
        std::io::Result::Ok(mark)
    };
    end().is_ok_and(|mark| mark == *b"PAR1")
}

/// Files by month, in order.
fn months_of(files: &[DataFile]) -> Vec<(String, Vec<DataFile>)> {
    let mut months: BTreeMap<String, Vec<DataFile>> = BTreeMap::new();
    for file in files {
        months.entry(file.month.clone().unwrap_or_default()).or_default().push(file.clone());
    }
    months.into_iter().collect()
}

fn month_start(month: &str) -> Result<Date> {
    format!("{month}-01").parse().with_context(|| format!("`{month}` is not a month"))
}
