//! One reading per month and cell of each business kind.

use anyhow::Result;
use jiff::civil::Date;

use super::{cells, trust, wording};
use crate::engine::{Engine, Frame};
use crate::model::cell::Split;
use crate::model::column::{Type, Value};
use crate::model::metric::{Business, BusinessKind, Metric};
use crate::model::period::{Period, Unit, plus_months};
use crate::model::question::Question;
use crate::model::reading::{Cell, Datum, Reading, Series, Share, ValueUnit};
use crate::model::scope::Scope;
use crate::plan::Plan;
use crate::stats::interval::wilson;

/// Readings of a business metric, a row per month and cell.
///
/// # Errors
/// If the engine refuses.
pub fn measure(
    engine: &dyn Engine,
    plan: &Plan,
    scope: &Scope,
    business: &Business,
    question: &Question,
) -> Result<Series> {
    let months = Months::of(engine, plan, scope, business, question)?;
    let splits = cells::ask(engine, plan, question)?;
    let frame = match &business.kind {
        BusinessKind::Mrr => ends(engine, "closing_us", "mrr")?,
        BusinessKind::MrrMovements => ends(engine, OPENING_OR_CLOSING, "mrr_movements")?,
        BusinessKind::NetRevenueRetention { .. } => ends(engine, "base_us", "net_revenue_retention")?,
        BusinessKind::RenewalRate { .. } => due(engine)?,
    };
    let mut readings = months.readings(&frame, &splits, question, |row| figures(&business.kind, &frame, row));
    let held = trust::held(plan, scope, business);
    trust::keep_covered(scope, &held, &mut readings);
    Ok(Series {
        metric: Some(business.id.clone()),
        kind: business.kind.name(),
        actor: None,
        unit: match business.kind {
            BusinessKind::Mrr | BusinessKind::MrrMovements => ValueUnit::Money,
            BusinessKind::NetRevenueRetention { .. } | BusinessKind::RenewalRate { .. } => ValueUnit::Share,
        },
        definition: wording::definition(plan, &business.kind),
        definition_hash: crate::plan::hash::definition_hash(&Metric::Business(business.clone()), plan),
        held,
        readings,
    })
}

/// A customer that pays nothing at the opening stands under its value at the closing (R7.2).
const OPENING_OR_CLOSING: &str =
    "case when period_ends.opening_micros > 0 then asked_periods.opening_us else asked_periods.closing_us end";

/// The months asked, with the instants each is read at.
pub(super) struct Months {
    periods: Vec<Period>,
    as_of_end_us: i64,
    ends_us: Vec<i64>,
}

impl Months {
    /// Fills `asked_periods` for a question.
    pub(super) fn of(
        engine: &dyn Engine,
        plan: &Plan,
        scope: &Scope,
        business: &Business,
        question: &Question,
    ) -> Result<Self> {
        let calendar = &plan.workspace.calendar;
        let to = question.to.map_or(scope.as_of, |to| to.min(scope.as_of));
        let from = match question.from {
            Some(from) => Some(from),
            None => first_day(engine, plan, &business.kind)?,
        };
        let periods = from.map_or(Vec::new(), |from| calendar.periods(Unit::Month, from, to));
        let ends_us: Vec<i64> = periods.iter().map(|period| calendar.start_us(period.end)).collect();
        let closing_us: Vec<i64> = ends_us.iter().map(|end| (*end).min(scope.as_of_end_us) - 1).collect();
        let over = match business.kind {
            BusinessKind::NetRevenueRetention { over } | BusinessKind::RenewalRate { over } => over,
            BusinessKind::Mrr | BusinessKind::MrrMovements => crate::model::length::Length::months(1),
        };
        let months = over.calendar_months().unwrap_or(12);
        let rows: Vec<Vec<Value>> = (0..)
            .zip(periods.iter().zip(&closing_us))
            .map(|(at, (period, closing)): (i32, _)| {
                let base = calendar.start_us(plus_months(period.start, 1 - months)) - 1;
                let opening = calendar.start_us(period.start);
                vec![
                    at.into(),
                    base.into(),
                    (opening - 1).into(),
                    opening.into(),
                    (*closing).into(),
                    plus_months(period.start, 1 - months).into(),
                    calendar.day(*closing).into(),
                ]
            })
            .collect();
        engine.relation("asked_periods", &PERIODS, &rows)?;
        Ok(Self { periods, as_of_end_us: scope.as_of_end_us, ends_us })
    }

    /// The number of a month among those asked.
    pub(super) fn place(&self, month: Period) -> Option<i64> {
        self.periods.iter().position(|period| *period == month).and_then(|place| i64::try_from(place).ok())
    }

    /// Readings in order, months and cells without rows included (R0.10).
    fn readings(
        &self,
        frame: &Frame,
        splits: &[Split],
        question: &Question,
        figures: impl Fn(Option<usize>) -> Figures,
    ) -> Vec<Reading> {
        let mut cells: Vec<Cell> = (0..frame.rows()).map(|row| cell(frame, splits, row)).collect();
        let found: Vec<(i64, Cell)> = cells
            .iter()
            .enumerate()
            .map(|(row, cell)| (frame.long("period", row).unwrap_or(0), cell.clone()))
            .collect();
        cells.sort_by(|one, other| one.compare(other, splits));
        cells.dedup();
        if question.by.is_empty() {
            cells = vec![Cell::default()];
        }
        let mut readings = Vec::with_capacity(self.periods.len() * cells.len());
        for (at, period) in (0_i64..).zip(&self.periods) {
            for cell in &cells {
                let row = found.iter().position(|(period, other)| *period == at && other == cell);
                let Figures { value, share, rest } = figures(row);
                let end_us = self.ends_us[usize::try_from(at).expect("a place in a list")];
                readings.push(Reading {
                    period: *period,
                    segment: cell.clone(),
                    value,
                    share,
                    rest,
                    settled: end_us <= self.as_of_end_us,
                    complete_at_us: end_us,
                    left_truncated: false,
                    segment_assumed: row.is_some_and(|row| frame.flag("assumed", row)),
                    missing_days: Vec::new(),
                });
            }
        }
        readings
    }
}

/// The relation of the months asked.
pub(super) const PERIODS: [(&str, Type); 7] = [
    ("period", Type::Int),
    ("base_us", Type::Long),
    ("opening_us", Type::Long),
    ("start_us", Type::Long),
    ("closing_us", Type::Long),
    ("due_from", Type::Day),
    ("due_to", Type::Day),
];

fn cell(frame: &Frame, splits: &[Split], row: usize) -> Cell {
    Cell::read(splits, &frame.text("cell", row).unwrap_or_default())
}

/// The first day that has something to read: the first start, or the first renewal's date.
fn first_day(engine: &dyn Engine, plan: &Plan, kind: &BusinessKind) -> Result<Option<Date>> {
    let calendar = &plan.workspace.calendar;
    match kind {
        BusinessKind::RenewalRate { .. } => {
            let frame = engine.query("select min(due_on) as first_day from renewals", &[])?;
            Ok(frame.day("first_day", 0))
        }
        BusinessKind::Mrr | BusinessKind::MrrMovements | BusinessKind::NetRevenueRetention { .. } => {
            let sql = "select min(epoch_us(started_at)) as first_us from subscription_versions";
            Ok(engine.query(sql, &[])?.long("first_us", 0).map(|us| calendar.day(us)))
        }
    }
}

/// Keeps customers' figures at the instants asked.
pub(super) const ENDS: &str = "create or replace table ends as \
     select period || ':' || source || ':' || customer_id as thing, * from period_ends()";

/// Customers' figures at the instants asked, put into their cells at one of them, and summed by a query.
fn ends(engine: &dyn Engine, told_at: &str, query: &str) -> Result<Frame> {
    engine.run(ENDS, &[])?;
    cells::tell(
        engine,
        &format!(
            "select period_ends.thing, period_ends.account, period_ends.crm_only, {told_at} as us
             from ends as period_ends inner join asked_periods on asked_periods.period = period_ends.period"
        ),
    )?;
    engine.query(&format!("select * from {query}() order by all"), &[])
}

/// Keeps the renewals of each month's trailing span.
pub(super) const DUE: &str = "create or replace table due as select * from renewals_due()";

/// Renewals of each month's trailing span, put into their cells at their own date, and counted.
fn due(engine: &dyn Engine) -> Result<Frame> {
    engine.run(DUE, &[])?;
    cells::tell(engine, "select distinct thing, account, crm_only, due_us as us from due")?;
    engine.query("select * from renewal_rate() order by all", &[])
}

/// What stands in a row besides its place.
struct Figures {
    value: Option<f64>,
    share: Option<Share>,
    rest: Vec<(&'static str, Datum)>,
}

/// The figures of a row of a kind's query; of none, those of a month in which nothing stands.
fn figures(kind: &BusinessKind, frame: &Frame, row: Option<usize>) -> Figures {
    let long = |column: &str| row.and_then(|row| frame.long(column, row)).unwrap_or(0);
    match kind {
        BusinessKind::Mrr => Figures {
            value: Some(units(long("closing_micros"))),
            share: None,
            rest: vec![("counted", Datum::Count(long("counted")))],
        },
        BusinessKind::MrrMovements => movements(&long),
        BusinessKind::NetRevenueRetention { .. } => {
            let (base, now) = (long("base_micros"), long("now_micros"));
            let rest = vec![("base", Datum::Money(base)), ("now", Datum::Money(now))];
            Figures { value: quotient(now, base), share: None, rest }
        }
        BusinessKind::RenewalRate { .. } => {
            let count = |column: &str| u64::try_from(long(column)).unwrap_or(0);
            let (eligible, counted) = (count("eligible"), count("counted"));
            let share = Share { eligible, counted, interval: wilson(counted, eligible) };
            let value = quotient(long("counted"), long("eligible"));
            Figures { value, share: Some(share), rest: vec![("open", Datum::Count(long("open_count")))] }
        }
    }
}

fn movements(long: &dyn Fn(&str) -> i64) -> Figures {
    let [opening, new, reactivation, expansion, contraction, churn, closing] =
        ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"]
            .map(|name| long(&format!("{name}_micros")));
    let rate = |part: i64, whole: i64| quotient(part, whole).map_or(Datum::Null, Datum::Number);
    let (gained, lost) = (new + expansion + reactivation, contraction + churn);
    let rest = vec![
        ("opening", Datum::Money(opening)),
        ("new", Datum::Money(new)),
        ("reactivation", Datum::Money(reactivation)),
        ("expansion", Datum::Money(expansion)),
        ("contraction", Datum::Money(contraction)),
        ("churn", Datum::Money(churn)),
        ("closing", Datum::Money(closing)),
        ("quick_ratio", rate(gained, lost)),
        ("gross_churn_rate", rate(lost, opening)),
        ("net_churn_rate", rate(lost - expansion - reactivation, opening)),
    ];
    Figures { value: Some(units(closing)), share: None, rest }
}

/// Millionths as units.
fn units(micros: i64) -> f64 {
    micros as f64 / 1e6
}

/// A part over a whole; nothing over nobody.
fn quotient(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| part as f64 / whole as f64)
}
