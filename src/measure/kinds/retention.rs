//! `retention`: the share of a cohort that comes back in period k, per cohort and pooled (section 2).

use anyhow::Result;

use super::{Found, over, share};
use crate::measure::Asking;
use crate::model::column::{Type, Value};
use crate::model::metric::{Clock, CohortEntry, Retention, ReturnCriterion};
use crate::model::period::{Period, Unit};
use crate::model::reading::{Cell, Datum, Reading};

const DAY_US: i64 = 86_400_000_000;

pub(super) fn readings(asking: &Asking, retention: &Retention) -> Result<Vec<Reading>> {
    let unit = asking.span.unit.unwrap_or(retention.period);
    let cohorts = Cohorts { asking, retention, unit };
    let (cells, found) = cohorts.find()?;
    let mut readings = Vec::new();
    for (place, cell) in cells.iter().enumerate() {
        for k in cohorts.ks() {
            let of_k: Vec<_> = (0..asking.span.periods.len())
                .filter(|index| cohorts.has_begun(asking.span.periods[*index], k))
                .map(|index| cohorts.reading(index, place, cell, k, &found))
                .collect();
            readings.extend(cohorts.pooled(&of_k, cell, k));
            readings.extend(of_k);
        }
    }
    Ok(readings)
}

/// The k that a block shows: the one that is asked for, else the first after the start; of a bracket its own row.
pub fn shown_k(retention: &Retention) -> u32 {
    match retention.criterion {
        ReturnCriterion::Bracket(from, _) => from,
        ReturnCriterion::On | ReturnCriterion::OnOrAfter => retention.k.unwrap_or(1),
    }
}

/// Makes `retention_reached`, told of each actor's first return with k of 1 or more; whether it can be: returns that count
/// only together with others have no such moment.
pub(in crate::measure) fn make_reached(asking: &Asking, retention: &Retention) -> Result<bool> {
    if retention.return_at_least > 1 || matches!(retention.criterion, ReturnCriterion::Bracket(..)) {
        return Ok(false);
    }
    let cohorts = Cohorts { asking, retention, unit: retention.period };
    asking.ask(&[asking.used(0, &retention.start), asking.used(1, &retention.back)], &retention.same)?;
    asking.make_periods(None)?;
    asking.engine.load(&crate::measure::asked::queries(&["retention_reached"]))?;
    let parameters = [
        Value::Bool(retention.entry == CohortEntry::Recurring),
        Value::Long(cohorts.rolling_us().unwrap_or(0)),
        Value::Long(i64::try_from(retention.same.len())?),
    ];
    asking
        .engine
        .run("create or replace table first_returns as select * from retention_reached(?, ?, ?)", &parameters)?;
    Ok(true)
}

/// A retention as it is asked for: the unit may be another than the plan's.
struct Cohorts<'a> {
    asking: &'a Asking<'a>,
    retention: &'a Retention,
    unit: Unit,
}

impl Cohorts<'_> {
    fn find(&self) -> Result<(Vec<Cell>, Found)> {
        let (asking, retention) = (self.asking, self.retention);
        let roles = [asking.used(0, &retention.start), asking.used(1, &retention.back)];
        asking.ask(&roles, &retention.same)?;
        asking.make_periods(None)?;
        self.make_calendar()?;
        let (criterion, from, to) = match retention.criterion {
            ReturnCriterion::On => ("on", 0, 0),
            ReturnCriterion::OnOrAfter => ("on_or_after", 0, 0),
            ReturnCriterion::Bracket(from, to) => ("bracket", from, to),
        };
        let parameters = [
            Value::Bool(retention.entry == CohortEntry::Recurring),
            Value::Bool(retention.start == retention.back),
            Value::Long(self.rolling_us().unwrap_or(0)),
            Value::from(retention.periods.max(to)),
            Value::from(retention.return_at_least),
            Value::from(criterion),
            Value::from(from),
            Value::from(to),
            Value::Long(i64::try_from(retention.same.len())?),
        ];
        asking.make_units("retention", "retention_units(?, ?, ?, ?, ?, ?, ?, ?, ?)", &parameters)?;
        let cells = asking.make_cells()?;
        Ok((cells, Found::new(asking.answer("retention", "retention()", &[])?)))
    }

    /// Makes `calendar`: the periods of the range, and those after them up to `as_of`.
    fn make_calendar(&self) -> Result<()> {
        let columns = [("step", Type::Long), ("start_day", Type::Day), ("end_day", Type::Day)];
        let calendar = &self.asking.plan.workspace.calendar;
        let first = self.asking.span.periods.first();
        let periods = first.map(|first| calendar.periods(self.unit, first.start, self.asking.scope.as_of));
        let rows: Vec<_> = (0_i64..)
            .zip(periods.unwrap_or_default())
            .map(|(step, period)| vec![Value::Long(step), Value::Day(period.start), Value::Day(period.end)])
            .collect();
        self.asking.engine.renew("calendar", &columns, &rows)?;
        Ok(())
    }

    /// Which k have rows: all, or the one that is asked for; a bracket has one row, at its first.
    fn ks(&self) -> Vec<u32> {
        match (self.retention.criterion, self.retention.k) {
            (ReturnCriterion::Bracket(from, _), _) => vec![from],
            (ReturnCriterion::On | ReturnCriterion::OnOrAfter, Some(k)) => vec![k],
            (ReturnCriterion::On | ReturnCriterion::OnOrAfter, None) => (0..=self.retention.periods).collect(),
        }
    }

    /// The k whose end makes a row complete.
    fn last_k(&self, k: u32) -> u32 {
        match self.retention.criterion {
            ReturnCriterion::On => k,
            ReturnCriterion::OnOrAfter => self.retention.periods,
            ReturnCriterion::Bracket(_, to) => to,
        }
    }

    /// The length of a unit where k is counted by lengths; a month is 30 days (R0.2).
    fn rolling_us(&self) -> Option<i64> {
        let days = match self.unit {
            Unit::Day => 1,
            Unit::Week => 7,
            Unit::Month => 30,
            Unit::Quarter => 90,
            Unit::Year => 365,
        };
        (self.retention.clock == Clock::Rolling).then_some(days * DAY_US)
    }

    /// The period that is `k` after a cohort's.
    fn later(&self, cohort: Period, k: u32) -> Period {
        let k = i32::try_from(k).unwrap_or(i32::MAX);
        self.asking.plan.workspace.calendar.shifted(self.unit, cohort, k)
    }

    fn has_begun(&self, cohort: Period, k: u32) -> bool {
        match self.rolling_us() {
            Some(unit) => self.asking.start_us(cohort.start) + i64::from(k) * unit < self.asking.scope.as_of_end_us,
            None => self.later(cohort, k).start <= self.asking.scope.as_of,
        }
    }

    fn complete_at_us(&self, cohort: Period, k: u32) -> i64 {
        let last = self.last_k(k);
        match self.rolling_us() {
            Some(unit) => self.asking.start_us(cohort.end) + (i64::from(last) + 1) * unit,
            None => self.asking.start_us(self.later(cohort, last).end),
        }
    }

    fn reading(&self, index: usize, place: usize, cell: &Cell, k: u32, found: &Found) -> Reading {
        let cohort = self.asking.span.periods[index];
        let (frame, rows) = found.of(index, place);
        let sum = |is_wanted: &dyn Fn(Option<i64>) -> bool| {
            let wanted = rows.iter().filter(|row| is_wanted(frame.long("k", **row)));
            wanted.map(|row| frame.count("actors", *row)).sum::<u64>()
        };
        let size = sum(&|of| of.is_none());
        let counted = match self.retention.criterion {
            ReturnCriterion::OnOrAfter => sum(&|of| of.is_some_and(|of| of >= i64::from(k))),
            ReturnCriterion::On | ReturnCriterion::Bracket(..) => sum(&|of| of == Some(i64::from(k))),
        };
        let mut reading = self.asking.reading(cohort, cell, self.complete_at_us(cohort, k));
        fill(&mut reading, Datum::Day(cohort.start), k, (counted, size));
        reading.left_truncated =
            self.retention.entry == CohortEntry::FirstTime && self.asking.before_known(cohort.start);
        reading.segment_assumed = found.any(index, place, "assumed");
        let later = Period { start: self.later(cohort, k).start, end: self.later(cohort, self.last_k(k)).end };
        let mut missing = self.asking.missing_days(cohort);
        missing.extend(self.asking.missing_days(later));
        missing.sort_unstable();
        missing.dedup();
        reading.missing_days = missing;
        reading
    }

    /// The row over all cohorts that are mature at k (R2.6): sum over sum.
    fn pooled(&self, of_k: &[Reading], cell: &Cell, k: u32) -> Option<Reading> {
        of_k.first()?;
        let mature: Vec<_> = of_k.iter().filter(|reading| reading.settled).collect();
        let shares = || mature.iter().filter_map(|reading| reading.share);
        let last = mature.last().copied().or(of_k.first())?;
        let mut pooled = self.asking.reading(self.asking.span.range, cell, last.complete_at_us);
        let counted = shares().map(|share| share.counted).sum();
        fill(&mut pooled, Datum::Null, k, (counted, shares().map(|share| share.eligible).sum()));
        pooled.left_truncated = mature.iter().any(|reading| reading.left_truncated);
        pooled.segment_assumed = mature.iter().any(|reading| reading.segment_assumed);
        pooled.missing_days = mature.iter().flat_map(|reading| reading.missing_days.clone()).collect();
        pooled.missing_days.sort_unstable();
        pooled.missing_days.dedup();
        Some(pooled)
    }
}

fn fill(reading: &mut Reading, cohort_start: Datum, k: u32, (counted, size): (u64, u64)) {
    reading.value = over(counted, size);
    reading.share = Some(share(counted, size));
    reading.rest = vec![("cohort_start", cohort_start), ("k", Datum::Count(i64::from(k)))];
}
