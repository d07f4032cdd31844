//! What is asked about a metric: the range, the split, whom to keep.

use jiff::civil::Date;

use super::period::Unit;

/// What is asked about a metric.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// The first day; nothing: all history.
    pub from: Option<Date>,
    /// The last day, included; nothing: `as_of`.
    pub to: Option<Date>,
    /// What to split by: a segment's id, else a property of the event (R9.7).
    pub by: Vec<String>,
    /// Whom to keep: a segment and its values, `None` for those without one; several are and-ed.
    pub segments: Vec<(String, Vec<Option<String>>)>,
    /// In place of the metric's own period.
    pub period: Option<Unit>,
    /// How many of the largest values are kept apart; the rest become `other`.
    pub top: Option<u32>,
}
