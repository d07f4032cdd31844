//! The decision table: one row per unit and anchor, exposure strictly before the landmark, factors strictly before any
//! exposure, outcome at the anchor (evidence.md 3). It is built in SQL; here it is asked for and put side by side.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::covariates::{self, Covariate};
use super::exposure::Exposure;
use super::issues::{self, Untestable};
use super::{Context, relations};
use crate::engine::{Engine, Frame};
use crate::model::column::Value;
use crate::model::period::plus_days;
use crate::plan::{Link, Matches, Plan};
use crate::stats::comparison::Table;

/// The longer gap is so many weeks longer.
const EARLIER_WEEKS: i64 = 13;
/// Factors are measured at least so many weeks before the landmark.
const SHORTEST_LOOKBACK: u32 = 26;
/// An event first seen so many weeks after its source has its own beginning.
const LATE_WEEKS: i64 = 13;
/// A name in this many of a hundred of the signal's own weeks, or more, is its twin and no placebo.
const TWIN_PERCENT: u64 = 80;
/// So many units that went quiet are enough to expect that one of them is told to have left.
const QUIET_UNITS: u64 = 15;

/// A decision table with what its columns are called.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The rows, by unit, then anchor.
    pub rows: Vec<Row>,
    /// The measured factors, each with one value per row in each of its columns.
    pub covariates: Vec<Covariate>,
    /// The factors that were left out, with the reason.
    pub left_out: Vec<(String, String)>,
}

/// One unit at one anchor.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The company, else the account (R8.5).
    pub unit: String,
    /// What errors are clustered by: the parent company where there is one, else the unit.
    pub cluster: String,
    /// The week of the anchor.
    pub due_week: i64,
    /// Whether it renewed.
    pub renewed: bool,
    /// Whether it was exposed by the landmark.
    pub exposed: bool,
    /// Whether it already was 13 weeks earlier.
    pub exposed_earlier: bool,
    /// In how many weeks of the window it was active; nothing for what happens once.
    pub weeks_active: Option<i64>,
}

impl Decision {
    /// The table as numbers. Clusters are ranked by the bytes of their ids, so that the jackknife's groups are the same
    /// in every run.
    pub fn table(&self) -> Table {
        let clusters: BTreeSet<&str> = self.rows.iter().map(|row| row.cluster.as_str()).collect();
        let ranks: BTreeMap<&str, usize> = clusters.into_iter().enumerate().map(|(rank, id)| (id, rank)).collect();
        let columns = || self.covariates.iter().flat_map(|covariate| &covariate.columns);
        Table {
            exposed: self.rows.iter().map(|row| row.exposed).collect(),
            outcome: self.rows.iter().map(|row| f64::from(u8::from(row.renewed))).collect(),
            covariates: (0..self.rows.len()).map(|row| columns().map(|column| column.values[row]).collect()).collect(),
            cluster: self.rows.iter().map(|row| ranks[row.cluster.as_str()]).collect(),
        }
    }
}

/// The decision table of a link in design R, or why there is none.
///
/// # Errors
/// If the engine refuses.
pub fn of_renewals(
    engine: &dyn Engine,
    plan: &Plan,
    context: &Context,
    link: &Link,
    exposure: &Exposure,
) -> Result<Result<Decision, Untestable>> {
    relations::ask(engine, plan, exposure)?;
    let first_week = first_week(engine, exposure)?;
    let (gap, window) = (Value::from(link.gap_weeks), Value::from(link.window_weeks));
    engine.run(
        "create or replace table link_rows as select * from renewal_rows(?, ?, ?, ?)",
        &[gap, window, first_week.into(), context.weeks.into()],
    )?;
    let clusters = clusters(engine, plan)?;
    let mut rows = match exposure {
        Exposure::Weeks { at_least, .. } => rows_by_weeks(engine, link, *at_least)?,
        Exposure::Stock { threshold, .. } => rows_by_stock(engine, link, *threshold)?,
        Exposure::Once { metric, .. } => rows_reached(engine, link, metric.as_str())?,
    };
    if rows.is_empty() {
        return Ok(Err(no_rows(engine, context, link, first_week)?));
    }
    for row in &mut rows {
        row.cluster = clusters.get(&row.unit).unwrap_or(&row.unit).clone();
    }
    relations::breadth(engine, &placebo_names(engine, plan)?)?;
    let found = covariates::of(engine, plan, &rows)?;
    Ok(found.map(|(covariates, left_out)| Decision { rows, covariates, left_out }))
}

/// What would make any comparison of these data a wrong one: nobody is told to have left (evidence.md 3.1, 14).
///
/// # Errors
/// If the engine refuses.
pub(super) fn lints(engine: &dyn Engine, context: &Context) -> Result<Result<(), Untestable>> {
    let told = engine.query("select * from quiet_units(?)", &[context.weeks.into()])?;
    let (quiet, gone) = (told.count("quiet", 0), told.count("ended", 0) + told.count("lost", 0));
    Ok(if quiet >= QUIET_UNITS && gone == 0 { Err(issues::survivors_only(quiet)) } else { Ok(()) })
}

/// Week 0, or the week in which the link's own events were first seen where that is much later: they were not yet
/// counted before, so that nobody could be exposed.
fn first_week(engine: &dyn Engine, exposure: &Exposure) -> Result<i64> {
    let first = match exposure {
        Exposure::Stock { gauge, .. } => {
            let stock = "create or replace table link_stock as select * from stock_weeks(?)";
            engine.run(stock, &[gauge.as_str().into()])?;
            engine.query("select min(week) as week from link_stock", &[])?.long("week", 0)
        }
        Exposure::Weeks { .. } | Exposure::Once { .. } => {
            engine.query("select week from first_seen_week()", &[])?.long("week", 0)
        }
    };
    Ok(first.filter(|week| *week >= LATE_WEEKS).unwrap_or(0))
}

fn rows_by_weeks(engine: &dyn Engine, link: &Link, at_least: i64) -> Result<Vec<Row>> {
    let sql = "select link_rows.*, uses.weeks_active, uses.weeks_active_earlier from link_rows \
        inner join weeks_of_use(?) as uses on uses.unit = link_rows.unit and uses.due_week = link_rows.due_week \
        order by link_rows.unit, link_rows.due_week";
    let frame = engine.query(sql, &[link.window_weeks.into()])?;
    let weeks = |column: &str, row: usize| frame.long(column, row).unwrap_or(0);
    let row = |at: usize| Row {
        exposed: weeks("weeks_active", at) >= at_least,
        exposed_earlier: weeks("weeks_active_earlier", at) >= at_least,
        weeks_active: Some(weeks("weeks_active", at)),
        ..bare_row(&frame, at)
    };
    Ok((0..frame.rows()).map(row).collect())
}

fn rows_by_stock(engine: &dyn Engine, link: &Link, threshold: f64) -> Result<Vec<Row>> {
    let sql = "select link_rows.*, stock.stood, stock.stood_earlier, stock.weeks_active from link_rows \
        inner join weeks_of_stock(?, ?) as stock on stock.unit = link_rows.unit and stock.due_week = link_rows.due_week \
        order by link_rows.unit, link_rows.due_week";
    let frame = engine.query(sql, &[Value::Double(threshold), link.window_weeks.into()])?;
    let row = |at: usize| Row {
        exposed: frame.count("stood", at) > 0,
        exposed_earlier: frame.count("stood_earlier", at) > 0,
        weeks_active: frame.long("weeks_active", at),
        ..bare_row(&frame, at)
    };
    Ok((0..frame.rows()).map(row).collect())
}

/// The rows of what can be reached only once; who reached it before the window is left out of `link_rows` too.
fn rows_reached(engine: &dyn Engine, link: &Link, metric: &str) -> Result<Vec<Row>> {
    let opens = format!("link_rows.landmark_week - {}", link.window_weeks);
    engine.run(
        &format!(
            "create or replace table link_still_open as select link_rows.*, reached.reached_week from link_rows \
            inner join first_reached(?) as reached on reached.unit = link_rows.unit \
            and reached.due_week = link_rows.due_week where reached.reached_week is null or reached.reached_week >= {opens}"
        ),
        &[metric.into()],
    )?;
    let kept = "create or replace table link_rows as select * exclude (reached_week) from link_still_open";
    engine.run(kept, &[])?;
    let frame = engine.query("select * from link_still_open order by unit, due_week", &[])?;
    let row = |at: usize| {
        let landmark = frame.long("landmark_week", at).unwrap_or(0);
        let reached_by = |week: i64| frame.long("reached_week", at).is_some_and(|reached| reached < week);
        Row {
            exposed: reached_by(landmark),
            exposed_earlier: reached_by(landmark - EARLIER_WEEKS),
            ..bare_row(&frame, at)
        }
    };
    Ok((0..frame.rows()).map(row).collect())
}

fn bare_row(frame: &Frame, at: usize) -> Row {
    let unit = frame.text("unit", at).unwrap_or_default();
    Row {
        cluster: unit.clone(),
        unit,
        due_week: frame.long("due_week", at).unwrap_or(0),
        renewed: frame.long("won", at) == Some(1),
        exposed: false,
        exposed_earlier: false,
        weeks_active: None,
    }
}

fn clusters(engine: &dyn Engine, plan: &Plan) -> Result<BTreeMap<String, String>> {
    let Some(label) = &plan.evidence.cluster else { return Ok(BTreeMap::new()) };
    let frame = engine.query("select unit, cluster from unit_clusters(?)", &[label.as_str().into()])?;
    let pair = |row: usize| Some((frame.text("unit", row)?, frame.text("cluster", row)?));
    Ok((0..frame.rows()).filter_map(pair).collect())
}

/// The ordinary behaviours: event names that no signal of the plan uses, not vetoed, and no twins of the link's signal.
fn placebo_names(engine: &dyn Engine, plan: &Plan) -> Result<Vec<String>> {
    let used: BTreeSet<&str> = plan
        .signals
        .iter()
        .flat_map(|signal| match &signal.matches {
            Matches::Events(names) => names.as_slice(),
            Matches::AnyEvent | Matches::Gauge(_) => &[],
        })
        .map(String::as_str)
        .collect();
    let frame = engine.query("select * from placebo_names() order by event_name", &[])?;
    let ordinary = |row: &usize| {
        let twin = frame.count("weeks_beside", *row) * 100 >= frame.count("weeks_active", *row) * TWIN_PERCENT;
        !(twin && frame.count("weeks_active", *row) > 0)
    };
    let names = (0..frame.rows()).filter(ordinary).filter_map(|row| frame.text("event_name", row));
    Ok(names.filter(|name| !used.contains(name.as_str()) && !plan.evidence.veto.contains(name)).collect())
}

fn no_rows(engine: &dyn Engine, context: &Context, link: &Link, first_week: i64) -> Result<Untestable> {
    let decided = engine.query("select count(*) as decided from renewal_anchors(?)", &[context.weeks.into()])?;
    let lookback = link.window_weeks.max(SHORTEST_LOOKBACK);
    let weeks = i64::from(link.gap_weeks) + EARLIER_WEEKS + i64::from(lookback);
    let begin = plus_days(context.week0, 7 * first_week);
    Ok(issues::no_rows(decided.count("decided", 0), weeks, begin))
}
