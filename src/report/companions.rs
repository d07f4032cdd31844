//! Companion charts from the rows of `measure`, by the columns of output.md; activation's curves have no rows, and are
//! given as they are.

use crate::model::period::{Calendar, Unit};
use crate::model::reading::{Datum, Reading, Series};

use super::inputs::{Cohort, Companion, Movement, Stages, Step};
use super::numbers::period_name;
use super::xmr::integer;

impl Companion {
    /// The stages of adoption from an `adoption` series; `since_available` as R5.4 has it, empty where it does not apply.
    pub fn adoption(series: &Series, since_available: Vec<(f64, f64)>) -> Self {
        let stages = whole(series).filter(|reading| reading.settled).filter_map(|reading| {
            let stage = |name| integer(reading, name).and_then(|count| u64::try_from(count).ok());
            Some(Stages {
                period: reading.period,
                never: stage("never")?,
                tried: stage("tried")?,
                adopted: stage("adopted")?,
                habitual: stage("habitual")?,
                lapsed: stage("lapsed")?,
            })
        });
        Self::Adoption { stages: stages.collect(), since_available }
    }

    /// The last settled period of entry of a `funnel` series.
    pub fn funnel(series: &Series, unit: Unit, calendar: &Calendar) -> Self {
        let Some(last) = whole(series).filter(|reading| reading.settled).map(|reading| reading.period).max() else {
            return Self::None;
        };
        let steps = whole(series).filter(|reading| reading.period == last).filter_map(|reading| {
            let share = reading.share?;
            let name = match column(reading, "step_name") {
                Some(Datum::Text(name)) => name.clone(),
                _ => format!("step {}", integer(reading, "step")?),
            };
            let median_seconds = number(reading, "median_seconds");
            Some(Step { name, eligible: share.eligible, counted: share.counted, median_seconds })
        });
        Self::Funnel { label: format!("entered in {}", period_name(calendar, unit, last)), steps: steps.collect() }
    }

    /// The triangle of a `retention` series with all its `k`.
    pub fn retention(series: &Series, unit: Unit) -> Self {
        let mut cohorts: Vec<Cohort> = Vec::new();
        for reading in whole(series).filter(|reading| column(reading, "cohort_start") != Some(&Datum::Null)) {
            let Some(share) = reading.share else { continue };
            let cell = (share.counted, reading.settled);
            match cohorts.last_mut().filter(|cohort| cohort.period == reading.period) {
                Some(cohort) => cohort.cells.push(cell),
                None => cohorts.push(Cohort { period: reading.period, eligible: share.eligible, cells: vec![cell] }),
            }
        }
        Self::Retention { unit, cohorts }
    }

    /// The bars of an `mrr_movements` series.
    pub fn movements(series: &Series) -> Self {
        let months = whole(series).filter(|reading| reading.settled).filter_map(|reading| {
            let amount = |name| number(reading, name);
            Some(Movement {
                period: reading.period,
                opening: amount("opening")?,
                new: amount("new")?,
                reactivation: amount("reactivation")?,
                expansion: amount("expansion")?,
                contraction: amount("contraction")?,
                churn: amount("churn")?,
                closing: amount("closing").or(reading.value)?,
            })
        });
        Self::Movements(months.collect())
    }
}

fn whole(series: &Series) -> impl Iterator<Item = &Reading> {
    series.readings.iter().filter(|reading| reading.segment.parts.is_empty())
}

fn column<'a>(reading: &'a Reading, name: &str) -> Option<&'a Datum> {
    reading.rest.iter().find(|(column, _)| *column == name).map(|(_, datum)| datum)
}

fn number(reading: &Reading, name: &str) -> Option<f64> {
    match column(reading, name)? {
        Datum::Count(count) => Some(*count as f64),
        Datum::Number(number) => Some(*number),
        Datum::Money(millionths) => Some(*millionths as f64 / 1e6),
        Datum::Null | Datum::Text(_) | Datum::Day(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::period::Period;
    use crate::model::reading::{Cell, Share, ValueUnit};
    use jiff::civil::date;

    fn reading(rest: Vec<(&'static str, Datum)>, counted: u64) -> Reading {
        Reading {
            period: Period { start: date(2026, 5, 1), end: date(2026, 6, 1) },
            segment: Cell::default(),
            value: Some(counted as f64 / 40.0),
            share: Some(Share { eligible: 40, counted, interval: None }),
            rest,
            settled: true,
            complete_at_us: 0,
            left_truncated: false,
            segment_assumed: false,
            missing_days: Vec::new(),
        }
    }

    fn series(kind: &'static str, readings: Vec<Reading>) -> Series {
        Series {
            metric: None,
            kind,
            actor: None,
            unit: ValueUnit::Share,
            definition: String::new(),
            definition_hash: String::new(),
            held: Vec::new(),
            readings,
        }
    }

    #[test]
    fn a_triangle_takes_the_cells_of_a_cohort_together() {
        let row =
            |k, counted| reading(vec![("cohort_start", Datum::Day(date(2026, 5, 1))), ("k", Datum::Count(k))], counted);
        let pooled = reading(vec![("cohort_start", Datum::Null), ("k", Datum::Count(1))], 17);
        let triangle = Companion::retention(&series("retention", vec![row(0, 40), row(1, 17), pooled]), Unit::Month);
        let Companion::Retention { cohorts, .. } = triangle else { panic!("a retention makes a triangle") };
        assert_eq!(cohorts.len(), 1);
        assert_eq!(cohorts[0].cells, [(40, true), (17, true)]);
    }

    #[test]
    fn a_movement_is_told_in_units_of_the_currency() {
        let amounts = ["opening", "new", "reactivation", "expansion", "contraction", "churn", "closing"];
        let rest = amounts.into_iter().map(|name| (name, Datum::Money(2_500_000))).collect();
        let bars = Companion::movements(&series("mrr_movements", vec![reading(rest, 0)]));
        let Companion::Movements(months) = bars else { panic!("movements make bars") };
        assert!((months[0].expansion - 2.5).abs() < 1e-12);
    }
}
