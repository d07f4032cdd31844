//! A reading: one value of one metric in one cell, with everything needed to doubt it.

use jiff::civil::Date;

use super::ids::MetricId;
use super::period::Period;

/// The values of the segments or properties a reading was split by, in the order asked; empty for the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// Name and value; `None` stands for those that have no value.
    pub parts: Vec<(String, Option<String>)>,
}

/// One value of one metric in one period (and segment, step, k).
#[derive(Debug, Clone)]
pub struct Reading {
    /// The period it describes, or the whole range.
    pub period: Period,
    /// Whom it describes.
    pub segment: Cell,
    /// The value; nothing where it has none. Nothing is not zero.
    pub value: Option<f64>,
    /// For a share: what it was made of.
    pub share: Option<Share>,
    /// The columns of its kind besides `value`, `eligible`, `counted`, `low` and `high`, in the order of `output.md`.
    pub rest: Vec<(&'static str, Datum)>,
    /// Whether its last window had closed by `as_of` (R0.4).
    pub settled: bool,
    /// When its last window closes, in microseconds since 1970 UTC.
    pub complete_at_us: i64,
    /// Whether what came before the data may be missing from it (R0.4).
    pub left_truncated: bool,
    /// Whether a segment value was taken from before the first known version (R0.3).
    pub segment_assumed: bool,
    /// Days without rows where rows were due (R0.7).
    pub missing_days: Vec<Date>,
}

/// A share's counts and its Wilson 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The denominator.
    pub eligible: u64,
    /// The numerator.
    pub counted: u64,
    /// The interval; nothing when nobody was eligible.
    pub interval: Option<(f64, f64)>,
}

/// A value in a further column.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Absent.
    Null,
    /// A count.
    Count(i64),
    /// A number.
    Number(f64),
    /// An amount in millionths of the currency's unit.
    Money(i64),
    /// Text.
    Text(String),
    /// A day.
    Day(Date),
}

/// All readings of one metric, in order of period, segment, then k or step.
#[derive(Debug, Clone)]
pub struct Series {
    /// The metric; nothing for a question asked at the command line.
    pub metric: Option<MetricId>,
    /// The kind's name.
    pub kind: &'static str,
    /// Who is counted: `account`, `user`, or nothing for business metrics.
    pub actor: Option<&'static str>,
    /// What the value is.
    pub unit: ValueUnit,
    /// The definition in words.
    pub definition: String,
    /// The definition's hash, 16 hexadecimal digits.
    pub definition_hash: String,
    /// Stale sources it depends on (R9.1).
    pub held: Vec<String>,
    /// The readings.
    pub readings: Vec<Reading>,
}

/// What a metric's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueUnit {
    /// A fraction of a whole.
    Share,
    /// A number of actors or things.
    Count,
    /// An amount in the workspace's currency.
    Money,
    /// A plain number.
    Number,
}

impl ValueUnit {
    /// The word in the output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Count => "count",
            Self::Money => "money",
            Self::Number => "number",
        }
    }
}
