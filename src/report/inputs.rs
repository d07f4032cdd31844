//! What the pack is made from: everything that the stages before found, in one plain struct that `run` fills in.
//!
//! The report asks no engine and reads no lake. What is not there is `None` or empty, and the pack says so in words;
//! nothing here is ever guessed or replaced by zero.

use jiff::civil::Date;

use crate::model::evidence::Evidence;
use crate::model::ids::MetricId;
use crate::model::period::{Calendar, Period, Unit, days_between, plus_days, plus_months};
use crate::model::reading::{Reading, Series};

/// Everything one pack is made from.
#[derive(Debug, Clone)]
pub struct Findings {
    /// The run's id, as `--as-known` takes it.
    pub run: String,
    /// The last day taken into account.
    pub as_of: Date,
    /// The first local day of any telemetry or snapshot source.
    pub first_day: Date,
    /// Nobody is new before it (R0.4).
    pub known_since: Date,
    /// Whether this is the pack of a review.
    pub occasion: Occasion,
    /// The day of the next review.
    pub next_review: Date,
    /// What the last review showed; nothing before the first.
    pub last_review: Option<LastReview>,
    /// One entry per metric of the plan; one that is absent is told as "no reading".
    pub metrics: Vec<MetricFindings>,
    /// What was found for each link.
    pub evidence: Vec<Evidence>,
    /// Whom the pack speaks for (R9.5).
    pub coverage: Coverage,
    /// How fresh each source is, in the plan's order.
    pub freshness: Vec<Freshness>,
    /// What became of each source's rows, in the plan's order (R9.6).
    pub accounting: Vec<Accounting>,
    /// The days of the exports that billing is known from, in order.
    pub billing_exports: Vec<Date>,
    /// What shipped, by day.
    pub releases: Vec<Release>,
    /// What customers said.
    pub quotes: Vec<Quote>,
    /// Published cells that read differently now (R9.2).
    pub restated: Vec<Restated>,
    /// The decisions file, read by [`super::decisions::parse`].
    pub decisions: Vec<super::decisions::Decision>,
}

impl Findings {
    /// What was found for a metric.
    pub fn metric(&self, id: &MetricId) -> Option<&MetricFindings> {
        self.metrics.iter().find(|metric| metric.id == *id)
    }
}

/// Which pack this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The pack of a review: the sync reads this one.
    Review,
    /// A pack between reviews.
    Between,
}

/// What the last review's pack showed.
#[derive(Debug, Clone)]
pub struct LastReview {
    /// Its day.
    pub on: Date,
    /// The metrics whose signal it showed, with the period since which each stood.
    pub signals: Vec<(MetricId, Date)>,
}

/// What was found for one metric.
#[derive(Debug, Clone)]
pub struct MetricFindings {
    /// The metric.
    pub id: MetricId,
    /// `measure --period week` over all history; for cohort kinds the cohorts by week of start; nothing where the kind
    /// has no weeks. Retention: only the rows of the `k` shown (`cohort_start` not null). Funnel: all steps.
    pub weekly: Option<Series>,
    /// `measure --period month` over all history, likewise.
    pub monthly: Option<Series>,
    /// Month, quarter and year to date, over the ranges that [`to_date_ranges`] names, in that order. Empty for stocks
    /// and trailing kinds: there the last month's reading stands.
    pub to_date: Vec<ToDate>,
    /// The metric by the report's segment, in the period of its control chart (`xmr::chart_unit`); all history.
    pub by_segment: Option<Series>,
    /// The chart that belongs to its kind.
    pub companion: Companion,
    /// Since when its instrument is dead (R9.4).
    pub dead_since: Option<Date>,
    /// Accounts' parts of the move, where the block signals (R9.8); see [`super::signalling`].
    pub contributions: Vec<Contribution>,
    /// Its own coverage, where it differs from the pack's.
    pub coverage: Option<Coverage>,
    /// When its definition last changed, and what breaks its series: the earlier periods do not compare.
    pub definition_changed: Option<Date>,
}

impl MetricFindings {
    /// A metric of which nothing is known yet.
    pub fn none(id: MetricId) -> Self {
        Self {
            id,
            weekly: None,
            monthly: None,
            to_date: Vec::new(),
            by_segment: None,
            companion: Companion::None,
            dead_since: None,
            contributions: Vec::new(),
            coverage: None,
            definition_changed: None,
        }
    }

    /// Any of its series, for what all of them share: unit, definition, held.
    pub fn series(&self) -> Option<&Series> {
        self.monthly.as_ref().or(self.weekly.as_ref())
    }
}

/// A to-date figure beside last year's over the same dates.
#[derive(Debug, Clone)]
pub struct ToDate {
    /// Which range.
    pub range: Range,
    /// The days whose starters are counted, where these are not all: windows of later ones are open, or cohorts begin
    /// before the range.
    pub counted: Option<Period>,
    /// The metric computed over that very range, of cohorts over the starters whose window has closed.
    pub this: Option<Reading>,
    /// The same a year earlier.
    pub last_year: Option<Reading>,
}

/// A range of a to-date figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// `month to date`, or the month's name where a full one stands in.
    pub label: String,
    /// This year's days, `[start, end)`.
    pub this: Period,
    /// Last year's.
    pub last_year: Period,
}

/// The three ranges a pack of that day compares. One under seven days is replaced by the last full one.
pub fn to_date_ranges(calendar: &Calendar, as_of: Date) -> Vec<Range> {
    [Unit::Month, Unit::Quarter, Unit::Year].into_iter().map(|unit| to_date_range(calendar, as_of, unit)).collect()
}

fn to_date_range(calendar: &Calendar, as_of: Date, unit: Unit) -> Range {
    let running = calendar.period(unit, as_of);
    let tomorrow = plus_days(as_of, 1);
    let full = tomorrow == running.end;
    let short = days_between(running.start, tomorrow) < 7;
    let this = match (full, short) {
        (true, _) => running,
        (false, true) => calendar.shifted(unit, running, -1),
        (false, false) => Period { start: running.start, end: tomorrow },
    };
    let label = if full || short {
        super::numbers::period_name(calendar, unit, this)
    } else {
        format!("{} to date", unit.word())
    };
    let last_year = Period { start: plus_months(this.start, -12), end: plus_months(this.end, -12) };
    Range { label, this, last_year }
}

/// The chart that belongs to a kind.
#[derive(Debug, Clone)]
pub enum Companion {
    /// None.
    None,
    /// Share activated by days since the start, per cohort, oldest first; with who was kept (R4.4).
    Activation {
        /// One curve per cohort.
        curves: Vec<Curve>,
        /// Of the activated and of the others, how many were still active: (counted, eligible) each.
        kept: Option<[(u64, u64); 2]>,
    },
    /// The five stages at each period's end (R5.3), with the curve since availability (R5.4).
    Adoption {
        /// One row per period, oldest first.
        stages: Vec<Stages>,
        /// Share of accounts by days since it was available to them.
        since_available: Vec<(f64, f64)>,
    },
    /// The steps of the last closed period of entry.
    Funnel {
        /// What the rows describe: `entered in June 2026`.
        label: String,
        /// One row per step.
        steps: Vec<Step>,
    },
    /// A row per cohort, oldest first.
    Retention {
        /// The unit of k.
        unit: Unit,
        /// The cohorts.
        cohorts: Vec<Cohort>,
    },
    /// How recurring revenue moved, a row per month, oldest first.
    Movements(Vec<Movement>),
}

/// One cohort's curve.
#[derive(Debug, Clone)]
pub struct Curve {
    /// `Q2 2026`, `May 2026`.
    pub label: String,
    /// How many started.
    pub eligible: u64,
    /// Days since the start and share reached by then.
    pub points: Vec<(f64, f64)>,
    /// Whether its last window had not closed.
    pub open: bool,
}

/// The stages of adoption at a period's end; they add up to the eligible.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the stage of that name (R5.3)")]
pub struct Stages {
    pub period: Period,
    pub never: u64,
    pub tried: u64,
    pub adopted: u64,
    pub habitual: u64,
    pub lapsed: u64,
}

/// A step of a funnel.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Entries whose window has closed.
    pub eligible: u64,
    /// Those that got here.
    pub counted: u64,
    /// Median seconds from entry.
    pub median_seconds: Option<f64>,
}

/// A cohort of a retention triangle.
#[derive(Debug, Clone)]
pub struct Cohort {
    /// Its period.
    pub period: Period,
    /// Its size.
    pub eligible: u64,
    /// For k = 0, 1, …: how many came back, and whether the cell is settled.
    pub cells: Vec<(u64, bool)>,
}

/// One month of recurring revenue, in currency units; the identity of R7.2 holds.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is the movement of that name (R7.2)")]
pub struct Movement {
    pub period: Period,
    pub opening: f64,
    pub new: f64,
    pub reactivation: f64,
    pub expansion: f64,
    pub contraction: f64,
    pub churn: f64,
    pub closing: f64,
}

/// An account's part of a move (R9.8).
#[derive(Debug, Clone)]
pub struct Contribution {
    /// Its id.
    pub account: String,
    /// `joined`, `left`, `gained` or `lost`.
    pub moved: &'static str,
    /// Its part, in the metric's unit.
    pub contribution: f64,
}

/// Whom figures speak for: (covered, all) of paying accounts and of annual recurring revenue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    /// Paying accounts (without billing: accounts).
    pub accounts: (u64, u64),
    /// Annual recurring revenue; nothing without billing.
    pub revenue: Option<(f64, f64)>,
}

/// How fresh a source is.
#[derive(Debug, Clone)]
pub struct Freshness {
    /// Its name.
    pub source: String,
    /// The last day it speaks of; nothing before its first row.
    pub day: Option<Date>,
    /// What follows from it.
    pub state: Fresh,
}

/// Whether a source is fresh enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fresh {
    /// It is.
    Fresh,
    /// Figures carry "as of D".
    Warn,
    /// Metrics defined through it are held back.
    Held,
}

/// What became of a source's rows: read = accepted + duplicate + set aside.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each is the count of that name (R9.6)")]
pub struct Accounting {
    pub source: String,
    pub read: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub set_aside: u64,
    /// By reason, in the order of their codes.
    pub reasons: Vec<(String, u64)>,
}

/// Something that shipped.
#[derive(Debug, Clone)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The day.
    pub on: Date,
    /// The lane it belongs to, by the plan's id.
    pub lane: Option<String>,
    /// The outcome it serves, by the plan's id.
    pub outcome: Option<String>,
}

/// Something a customer said.
#[derive(Debug, Clone)]
pub struct Quote {
    /// The account.
    pub account: String,
    /// The day.
    pub on: Date,
    /// The outcome it speaks of, by the plan's id.
    pub outcome: String,
    /// The words.
    pub text: String,
}

/// A published cell that reads differently now, by more than the limit.
#[derive(Debug, Clone)]
pub struct Restated {
    /// The metric.
    pub metric: MetricId,
    /// The size of its period.
    pub unit: Unit,
    /// The period.
    pub period: Period,
    /// The segment, in words; empty for the whole.
    pub segment: String,
    /// As published.
    pub old: Option<f64>,
    /// As read now.
    pub new: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{Weekday, date};

    fn labels(as_of: Date) -> Vec<String> {
        let calendar = Calendar { zone: jiff::tz::TimeZone::UTC, week_starts: Weekday::Monday, fiscal_year_starts: 1 };
        to_date_ranges(&calendar, as_of).into_iter().map(|range| range.label).collect()
    }

    #[test]
    fn a_range_under_seven_days_is_replaced_by_the_last_full_one() {
        assert_eq!(labels(date(2026, 6, 14)), ["month to date", "quarter to date", "year to date"]);
        assert_eq!(labels(date(2026, 7, 3)), ["June 2026", "Q2 2026", "year to date"]);
        assert_eq!(labels(date(2026, 6, 30)), ["June 2026", "Q2 2026", "year to date"]);
    }
}
