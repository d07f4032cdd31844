//! The measured factors of a decision table, as they were before any exposure window (evidence.md 3.1, 11).

mod columns;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::decision::Row;
use super::issues::{self, Untestable};
use crate::engine::{Engine, Frame};
use crate::plan::{Plan, Segment, SegmentFrom};

/// A factor of the CRM enters only if it was known in time for so many of a hundred rows.
const KNOWN_PERCENT: usize = 80;
/// So many rows without a value, all of them lost, are no accident.
const LEAK_ROWS: usize = 15;
/// Activity is averaged over at least so many observed weeks; with fewer it counts as missing.
const FEWEST_WEEKS: u64 = 2;

/// A measured factor: one or more columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariate {
    /// The segment's id, or `log ARR`, `tenure`, `activity`.
    pub name: String,
    /// Its columns; none where it does not vary.
    pub columns: Vec<Column>,
}

/// One column of a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// What it holds: the level of a dummy, or the figure.
    pub name: String,
    /// One value per row.
    pub values: Vec<f64>,
}

/// Factors, and those that were left out with the reason.
pub(super) type Found = (Vec<Covariate>, Vec<(String, String)>);

/// What each row has of one factor before it becomes columns.
enum Told {
    Numbers(Vec<Option<f64>>),
    Levels(Vec<Option<String>>),
}

/// All factors of the rows in `link_rows`, or the leak that stops the link.
pub(super) fn of(engine: &dyn Engine, plan: &Plan, rows: &[Row]) -> Result<Result<Found, Untestable>> {
    let places = Places::of(rows);
    let common = common_levels(engine)?;
    let mut found: Found = (Vec::new(), Vec::new());
    for segment in segments(plan) {
        let told = match told(engine, plan, segment, &places)? {
            Ok(told) => told,
            Err(because) => {
                found.1.push((segment.id.to_string(), because));
                continue;
            }
        };
        if let Some(leak) = leak(segment.id.as_str(), &told, rows) {
            return Ok(Err(leak));
        }
        let columns = match told {
            Told::Numbers(numbers) => columns::of_logarithms(&numbers),
            Told::Levels(levels) => columns::of_levels(&levels, rows, common.get(segment.id.as_str())),
        };
        found.0.push(Covariate { name: segment.id.to_string(), columns });
    }
    let revenue = Told::Numbers(revenue(engine, &places)?);
    if let Some(leak) = leak("log ARR", &revenue, rows) {
        return Ok(Err(leak));
    }
    if let Told::Numbers(numbers) = revenue {
        found.0.push(Covariate { name: "log ARR".to_owned(), columns: columns::of_logarithms(&numbers) });
    }
    found.0.push(tenure(engine, &places)?);
    found.0.push(activity(engine, plan, &places)?);
    Ok(Ok(found))
}

/// Where each unit and anchor stands in the table.
struct Places {
    index: BTreeMap<(String, i64), usize>,
}

impl Places {
    fn of(rows: &[Row]) -> Self {
        let keys = rows.iter().enumerate().map(|(index, row)| ((row.unit.clone(), row.due_week), index));
        Self { index: keys.collect() }
    }

    fn count(&self) -> usize {
        self.index.len()
    }

    fn place(&self, frame: &Frame, row: usize) -> Option<usize> {
        let key = (frame.text("unit", row)?, frame.long("due_week", row)?);
        self.index.get(&key).copied()
    }

    /// One value per row of the table from a frame that has at most one for each.
    fn spread<T: Clone>(&self, frame: &Frame, value: impl Fn(usize) -> Option<T>) -> Vec<Option<T>> {
        let mut values = vec![None; self.count()];
        for row in 0..frame.rows() {
            if let Some(place) = self.place(frame, row) {
                values[place] = value(row);
            }
        }
        values
    }
}

/// The segments that are factors: those the plan names, else all.
fn segments(plan: &Plan) -> impl Iterator<Item = &Segment> {
    let named = &plan.evidence.covariates;
    plan.segments.iter().filter(move |segment| named.is_empty() || named.contains(&segment.id))
}

/// What each row has of a segment, or why it must not be used.
fn told(
    engine: &dyn Engine,
    plan: &Plan,
    segment: &Segment,
    places: &Places,
) -> Result<std::result::Result<Told, String>> {
    let numbers = !segment.bands.is_empty() && segment.from == SegmentFrom::CrmCompany;
    let from = if numbers { "row_numbers()" } else { "row_attributes()" };
    let frame = engine.query(&format!("select * from {from} where segment = ?"), &[segment.id.as_str().into()])?;
    let dated = segment.from == SegmentFrom::CrmCompany && !plan.evidence.stable.contains(&segment.id);
    let assumed = places.spread(&frame, |row| Some(dated && frame.flag("assumed", row)));
    let known = assumed.iter().filter(|assumed| **assumed != Some(true)).count();
    if known * 100 < places.count() * KNOWN_PERCENT {
        return Ok(Err(format!("known by its date for {known} of {} rows", places.count())));
    }
    let known = |row: usize| !(dated && frame.flag("assumed", row));
    Ok(Ok(if numbers {
        Told::Numbers(places.spread(&frame, |row| frame.double("value", row).filter(|_| known(row))))
    } else {
        Told::Levels(places.spread(&frame, |row| frame.text("value", row).filter(|_| known(row))))
    }))
}

/// A factor that is empty or 0 only for the lost was exported after they had left.
fn leak(name: &str, told: &Told, rows: &[Row]) -> Option<Untestable> {
    let empty = |row: usize| match told {
        Told::Numbers(numbers) => numbers[row].is_none_or(|number| number == 0.0),
        Told::Levels(levels) => levels[row].as_deref().is_none_or(|level| level.is_empty() || level == "0"),
    };
    let empty: Vec<usize> = (0..rows.len()).filter(|row| empty(*row)).collect();
    let all_lost = empty.iter().all(|row| !rows[*row].renewed);
    (empty.len() >= LEAK_ROWS && all_lost).then(|| issues::leak(name, empty.len() as u64))
}

/// What each unit paid a year: by its MRR; without any billing, by its first won deal.
fn revenue(engine: &dyn Engine, places: &Places) -> Result<Vec<Option<f64>>> {
    let billing = engine.query("select count(*) as spans from customer_mrr", &[])?.count("spans", 0) > 0;
    let frame = engine.query("select * from row_revenue()", &[])?;
    let (column, per_year) = if billing { ("mrr_micros", 12.0) } else { ("amount_micros", 1.0) };
    Ok(places.spread(&frame, |row| frame.long(column, row).map(|micros| per_year * micros as f64 / 1e6)))
}

/// `log(1 + weeks since it started)`.
fn tenure(engine: &dyn Engine, places: &Places) -> Result<Covariate> {
    let frame = engine.query("select unit, due_week, covariate_week - start_week as weeks from link_rows", &[])?;
    let weeks = places.spread(&frame, |row| frame.long("weeks", row));
    let values = weeks.into_iter().map(|weeks| (weeks.unwrap_or(0).max(0) as f64).ln_1p()).collect();
    Ok(Covariate { name: "tenure".to_owned(), columns: vec![Column { name: "log tenure".to_owned(), values }] })
}

/// Mean log(1 + uses) and mean number of ordinary behaviours per observed week of the eight before, and a flag for those
/// observed too briefly.
fn activity(engine: &dyn Engine, plan: &Plan, places: &Places) -> Result<Covariate> {
    let signals = engine.query("select signal, id from signals order by signal", &[])?;
    let named = plan.evidence.activity.as_ref().map(|signal| signal.as_str());
    let signal = (0..signals.rows()).find(|row| named.is_some() && signals.text("id", *row).as_deref() == named);
    let signal = signal.and_then(|row| signals.long("signal", row));
    let sql = "select * from baseline_weeks(cast(? as bigint)) order by unit, due_week, week";
    let frame = engine.query(sql, &[signal.into()])?;
    let mut sums = vec![(0_u64, 0.0, 0.0); places.count()];
    for row in 0..frame.rows() {
        if let Some(place) = places.place(&frame, row) {
            let (weeks, uses, names) = &mut sums[place];
            *weeks += 1;
            *uses += (frame.count("uses", row) as f64).ln_1p();
            *names += frame.count("names", row) as f64;
        }
    }
    let enough = |weeks: u64| weeks >= FEWEST_WEEKS;
    let mean = |weeks: u64, sum: f64| if enough(weeks) { sum / weeks as f64 } else { 0.0 };
    let column = |name: &str, value: &dyn Fn(&(u64, f64, f64)) -> f64| Column {
        name: name.to_owned(),
        values: sums.iter().map(value).collect(),
    };
    let columns = vec![
        column("activity", &|sum| mean(sum.0, sum.1)),
        column("breadth", &|sum| mean(sum.0, sum.2)),
        column("activity missing", &|sum| f64::from(u8::from(!enough(sum.0)))),
    ];
    Ok(Covariate { name: "activity".to_owned(), columns })
}

/// How many units stand today under each level of each segment.
fn common_levels(engine: &dyn Engine) -> Result<BTreeMap<String, columns::Levels>> {
    let frame = engine.query("select * from common_levels() order by segment, value", &[])?;
    let mut levels: BTreeMap<String, columns::Levels> = BTreeMap::new();
    for row in 0..frame.rows() {
        let segment = frame.text("segment", row).unwrap_or_default();
        levels.entry(segment).or_default().insert(frame.text("value", row), frame.count("units", row));
    }
    Ok(levels)
}

/// The different units of the rows that a test picks.
fn units(rows: &[Row], picked: impl Fn(usize) -> bool) -> BTreeSet<&str> {
    rows.iter().enumerate().filter(|(index, _)| picked(*index)).map(|(_, row)| row.unit.as_str()).collect()
}
