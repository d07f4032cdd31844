//! Signal or noise: which series a metric is judged on, and what its last point says. The arithmetic is `stats::xmr`.

use jiff::civil::Date;

use crate::model::ids::MetricId;
use crate::model::length::Length;
use crate::model::metric::{Better, Business, BusinessKind, Metric, Traction, TractionKind};
use crate::model::period::{Period, Unit};
use crate::model::reading::{Datum, Reading, Series, ValueUnit};
use crate::plan::{Chart as Form, Plan};
use crate::stats::xmr::{self, Limits, Rule, Rules, Scale, Segment, Side, Status};

use super::inputs::MetricFindings;

/// The control chart of a metric.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The size of its periods.
    pub unit: Unit,
    /// Its points, oldest first, gaps included.
    pub points: Vec<Point>,
    /// What `stats` makes of them.
    pub charted: xmr::Chart,
}

/// One period of a control chart.
#[derive(Debug, Clone)]
pub struct Point {
    /// Its period.
    pub period: Period,
    /// The value, settled; nothing is a gap.
    pub value: Option<f64>,
    /// What the reading was made of.
    pub reading: Reading,
    /// Whether too few actors stand behind it to be judged.
    pub small: bool,
}

/// What the last settled point of a metric says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// By which rule.
    pub rule: Rule,
    /// On which side.
    pub side: Side,
    /// The period of the first of the present signals, which follow one another.
    pub since: Period,
    /// How many periods in a row signal, by whatever rule.
    pub periods: usize,
    /// How many periods in a row make what the rule says of the last one: all outside, or all on one side.
    pub in_a_row: usize,
    /// The last point before what it shows began: its place among the points.
    pub before: Option<usize>,
    /// The place of the last point.
    pub at: usize,
    /// Whether it is good news.
    pub mark: Mark,
}

/// Variation, as a letter or shape shows it; never red, amber or green.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Special, worse.
    Worse,
    /// Special, neither good nor bad.
    NoDirection,
    /// Special, better.
    Better,
}

impl Chart {
    /// The stretch that holds the newest point.
    pub fn current(&self) -> &Segment {
        self.charted.current()
    }

    /// Whether it stands on changes of the logarithm.
    pub fn log(&self) -> bool {
        self.charted.scale == Scale::LogChange
    }

    /// Limits in the metric's own unit: none while there are none, or where changes are charted.
    pub fn level_limits(&self) -> Option<&Limits> {
        self.current().limits.as_ref().filter(|_| !self.log())
    }

    /// Whether limits are frozen.
    pub fn frozen(&self) -> bool {
        self.current().status == Status::Frozen
    }

    /// What the last settled point says; nothing while limits are not frozen, or where it is ordinary or not judged.
    pub fn standing(&self, better: Better) -> Option<Standing> {
        let at = self.points.iter().rposition(|point| point.value.is_some())?;
        let signal = self.charted.signals_at(at).next()?;
        let flagged = |at: usize| self.charted.signals_at(at).any(|other| other.side == signal.side);
        let first = (0..=at).rev().take_while(|at| flagged(*at)).last()?;
        let began = self.charted.signals_at(first).map(|signal| signal.since).min()?;
        let before = self.points[..began].iter().rposition(|point| point.value.is_some() && !point.small);
        let mark = mark(better, signal.side);
        let same =
            |at: usize| self.charted.signals_at(at).any(|other| (other.rule, other.side) == (signal.rule, signal.side));
        let in_a_row = match signal.rule {
            Rule::Outside => (0..=at).rev().take_while(|at| same(*at)).count(),
            Rule::RunOfEight => at + 1 - signal.since,
            Rule::ThreeOfFour => 1,
        };
        let (since, periods) = (self.points[first].period, at + 1 - first);
        Some(Standing { rule: signal.rule, side: signal.side, since, periods, in_a_row, before, at, mark })
    }
}

/// Whether a signal on that side is good news.
pub(super) fn mark(better: Better, side: Side) -> Mark {
    match (better, side) {
        (Better::None, _) => Mark::NoDirection,
        (Better::Higher, Side::Above) | (Better::Lower, Side::Below) => Mark::Better,
        (Better::Higher, Side::Below) | (Better::Lower, Side::Above) => Mark::Worse,
    }
}

/// The period of a metric's control chart, or why it has none.
///
/// # Errors
/// The reason in words: no periods, bars only, or a window longer than a quarter.
pub fn chart_unit(metric: &Metric) -> Result<Unit, String> {
    match metric {
        Metric::Traction(traction) => traction_unit(traction),
        Metric::Business(business) => business_unit(business),
    }
}

fn traction_unit(traction: &Traction) -> Result<Unit, String> {
    let at_least_a_week = |unit: Unit| if unit == Unit::Day { Unit::Week } else { unit };
    match &traction.kind {
        TractionKind::Active(active) => active.trailing.map_or(Ok(at_least_a_week(active.period)), trailing_unit),
        TractionKind::Activation(activation) => Ok(at_least_a_week(activation.cohort)),
        TractionKind::Adoption(adoption) => trailing_unit(adoption.trailing),
        TractionKind::Retention(retention) => Ok(at_least_a_week(retention.period)),
        TractionKind::Funnel(funnel) => {
            funnel.period.map(at_least_a_week).ok_or_else(|| "it has no periods of entry".to_owned())
        }
        TractionKind::Gauge(gauge) => Ok(at_least_a_week(gauge.period)),
    }
}

fn business_unit(business: &Business) -> Result<Unit, String> {
    match &business.kind {
        BusinessKind::Mrr => Ok(Unit::Month),
        BusinessKind::MrrMovements => Err("movements are shown as bars".to_owned()),
        BusinessKind::NetRevenueRetention { over } | BusinessKind::RenewalRate { over } => trailing_unit(*over),
    }
}

/// The shortest period that is not shorter than the window, so that neighbouring points share no data.
fn trailing_unit(window: Length) -> Result<Unit, String> {
    match window.calendar_months() {
        Some(1) => return Ok(Unit::Month),
        Some(2 | 3) => return Ok(Unit::Quarter),
        Some(_) | None => {}
    }
    match window.whole_days() {
        ..=7 => Ok(Unit::Week),
        8..=31 => Ok(Unit::Month),
        32..=92 => Ok(Unit::Quarter),
        _ => Err(format!(
            "its window of {} is longer than a quarter, so neighbouring readings share data",
            window.words()
        )),
    }
}

/// The rows of a series that are its headline: of the whole, and of its last step or its `k`.
pub fn headline(series: &Series) -> Vec<&Reading> {
    let last_step = series.readings.iter().filter_map(|reading| integer(reading, "step")).max();
    let has_cohorts = series.kind == "retention";
    let k = series.readings.iter().filter_map(|reading| integer(reading, "k")).find(|k| *k >= 1);
    series
        .readings
        .iter()
        .filter(|reading| reading.segment.parts.is_empty())
        .filter(|reading| last_step.is_none() || integer(reading, "step") == last_step)
        .filter(|reading| k.is_none() || integer(reading, "k") == k)
        .filter(|reading| !has_cohorts || !is_null(reading, "cohort_start"))
        .collect()
}

pub(super) fn integer(reading: &Reading, name: &str) -> Option<i64> {
    reading.rest.iter().find(|(column, _)| *column == name).and_then(|(_, datum)| match datum {
        Datum::Count(count) => Some(*count),
        _ => None,
    })
}

fn is_null(reading: &Reading, name: &str) -> bool {
    reading.rest.iter().any(|(column, datum)| *column == name && *datum == Datum::Null)
}

/// The control chart of a metric; an error says why there is none.
///
/// # Errors
/// The reason in words.
pub fn chart(plan: &Plan, metric: &Metric, found: &MetricFindings) -> Result<Chart, String> {
    let unit = chart_unit(metric)?;
    let series = match unit {
        Unit::Day | Unit::Week => found.weekly.as_ref(),
        Unit::Month | Unit::Quarter | Unit::Year => found.monthly.as_ref(),
    };
    let series = series.ok_or_else(|| "it has no reading".to_owned())?;
    let rows = headline(series).into_iter().filter(|reading| ends_a(plan, unit, reading.period));
    let points: Vec<Point> = rows.map(|reading| point(plan, unit, reading, found.dead_since)).collect();
    let charted = charted(plan.charts.get(metric.id()), series, &points, &breaks(plan, metric, found));
    Ok(Chart { unit, points, charted })
}

/// Of monthly readings of a trailing quarter, those at quarter ends.
fn ends_a(plan: &Plan, unit: Unit, period: Period) -> bool {
    unit != Unit::Quarter || plan.workspace.calendar.period(unit, period.start).end == period.end
}

/// The days at which limits begin anew: changed definitions and rebases.
fn breaks(plan: &Plan, metric: &Metric, found: &MetricFindings) -> Vec<Date> {
    let rebased = plan.rebases.iter().filter(|rebase| rebase.metric == *metric.id()).map(|rebase| rebase.on);
    rebased.chain(breaks_of_definition(plan, metric.id(), Some(found))).collect()
}

/// The days at which a metric's definition changed; figures from before do not compare with figures from after.
pub(super) fn breaks_of_definition(plan: &Plan, metric: &MetricId, found: Option<&MetricFindings>) -> Vec<Date> {
    let noted = plan.definition_changes.iter().filter(|change| change.metric == *metric).map(|change| change.on);
    noted.chain(found.and_then(|found| found.definition_changed)).collect()
}

fn point(plan: &Plan, unit: Unit, reading: &Reading, dead: Option<Date>) -> Point {
    let calendar = &plan.workspace.calendar;
    let period = if unit == Unit::Quarter { calendar.period(unit, reading.period.start) } else { reading.period };
    let dead = dead.is_some_and(|dead| reading.period.end > dead);
    let small = reading.share.is_some_and(|share| share.eligible < u64::from(plan.sync.min_n));
    let value = reading.value.filter(|_| reading.settled && !dead);
    Point { period, value, small, reading: reading.clone() }
}

fn charted(form: Option<&Form>, series: &Series, points: &[Point], breaks: &[Date]) -> xmr::Chart {
    let given = points.iter().map(|point| {
        let value = point.value?;
        Some(xmr::Point { value, small: point.small, left_truncated: point.reading.left_truncated })
    });
    let (scale, lowest, highest) = match (series.unit, series.kind) {
        (_, "mrr" | "arr") => (Scale::LogChange, None, None),
        (ValueUnit::Count | ValueUnit::Money, _) => (Scale::BySlope, Some(0.0), None),
        (ValueUnit::Share, "net_revenue_retention") => (Scale::Level, Some(0.0), None),
        (ValueUnit::Share, _) => (Scale::Level, Some(0.0), Some(1.0)),
        (ValueUnit::Number, _) => (Scale::Level, None, None),
    };
    let scale = match form {
        Some(Form::Level) => Scale::Level,
        Some(Form::Log) => Scale::LogChange,
        None => scale,
    };
    let breaks = breaks.iter().filter_map(|day| points.iter().position(|point| point.period.end > *day)).collect();
    xmr::chart(&given.collect::<Vec<_>>(), &Rules { scale, lowest, highest, breaks })
}

/// The rows of a series that was split by a segment: of its last step or its `k`, each segment's own.
pub(super) fn split(series: &Series) -> Vec<&Reading> {
    let last_step = series.readings.iter().filter_map(|reading| integer(reading, "step")).max();
    let k = series.readings.iter().filter_map(|reading| integer(reading, "k")).find(|k| *k >= 1);
    let split = series.readings.iter().filter(|reading| !reading.segment.parts.is_empty());
    split
        .filter(|reading| last_step.is_none() || integer(reading, "step") == last_step)
        .filter(|reading| k.is_none() || integer(reading, "k") == k)
        .filter(|reading| series.kind != "retention" || !is_null(reading, "cohort_start"))
        .collect()
}
