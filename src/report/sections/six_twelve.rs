//! The 6-12 chart and its nine numbers: the last six full weeks, the last twelve full months, and their comparisons.

use jiff::civil::Date;

use crate::model::metric::{BusinessKind, Metric, TractionKind};
use crate::model::period::{Period, Unit, plus_days, plus_months};
use crate::model::reading::{Reading, Series};
use crate::plan::Plan;
use crate::report::chart::spec::{Panel, ReleaseMark, SixTwelve, Slot};
use crate::report::inputs::{Findings, MetricFindings, ToDate};
use crate::report::numbers::{self, Style};
use crate::report::{wording, xmr};

use crate::report::figure::Figure;
use crate::report::judged::{Judged, path};
use crate::report::page::Nine;

const WEEKS: usize = 6;
const MONTHS: usize = 12;

/// How a kind's readings relate to time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// What happened in a period: weeks and months do not mean the same.
    Flow,
    /// What stands at a period's end.
    Stock,
    /// What became of those who began in a period.
    Cohort,
}

/// How a metric's readings relate to time.
pub(super) fn shape(metric: &Metric) -> Shape {
    match metric {
        Metric::Traction(traction) => match &traction.kind {
            TractionKind::Active(active) if active.trailing.is_none() => Shape::Flow,
            TractionKind::Active(_) | TractionKind::Adoption(_) | TractionKind::Gauge(_) => Shape::Stock,
            TractionKind::Activation(_) | TractionKind::Retention(_) | TractionKind::Funnel(_) => Shape::Cohort,
        },
        Metric::Business(business) => match &business.kind {
            BusinessKind::Mrr | BusinessKind::NetRevenueRetention { .. } | BusinessKind::RenewalRate { .. } => {
                Shape::Stock
            }
            BusinessKind::MrrMovements => Shape::Flow,
        },
    }
}

/// Everything the chart and the nine numbers of one metric are made of.
pub(super) struct Made<'a> {
    findings: &'a Findings,
    plan: &'a Plan,
    judged: &'a Judged<'a>,
    found: &'a MetricFindings,
    pub(super) style: Style,
    weeks: Vec<Period>,
    months: Vec<Period>,
}

impl<'a> Made<'a> {
    pub(super) fn new(
        findings: &'a Findings,
        plan: &'a Plan,
        judged: &'a Judged<'a>,
        found: &'a MetricFindings,
    ) -> Self {
        let mut made =
            Self { findings, plan, judged, found, style: judged.style.clone(), weeks: Vec::new(), months: Vec::new() };
        made.weeks = made.shown(Unit::Week, WEEKS);
        made.months = made.shown(Unit::Month, MONTHS);
        // The row prints the last week and its change; the chart prints the week before.
        if let [.., before, last] = made.weeks.as_slice() {
            let value = |week: &Period| made.at(Unit::Week, week.start).and_then(|reading| made.base(reading).ok());
            if !value(before).zip(value(last)).is_none_or(|(from, to)| made.style.agrees(from, to)) {
                made.style.digits = 4;
            }
        }
        made
    }

    fn series(&self, unit: Unit) -> Option<&'a Series> {
        let series = if unit == Unit::Week { &self.found.weekly } else { &self.found.monthly };
        // Retention is one block at full width, in the unit of its cohorts.
        let other = |series: &Series| series.kind == "retention" && xmr::chart_unit(self.judged.metric) != Ok(unit);
        series.as_ref().filter(|series| !other(series))
    }

    /// The periods shown: full ones, for cohorts the last closed; the newest last.
    fn shown(&self, unit: Unit, count: usize) -> Vec<Period> {
        let calendar = &self.plan.workspace.calendar;
        let Some(series) = self.series(unit) else { return Vec::new() };
        let count = if series.kind == "retention" { MONTHS } else { count };
        let mut last = calendar.period(unit, plus_days(self.findings.as_of, 1));
        if shape(self.judged.metric) == Shape::Cohort {
            let closed =
                xmr::headline(series).into_iter().filter(|reading| reading.settled).map(|reading| reading.period);
            last = closed.max().map_or(last, |closed| calendar.shifted(unit, closed, 1));
        }
        (1..=count).rev().map(|back| calendar.shifted(unit, last, -i32::try_from(back).unwrap_or(0))).collect()
    }

    /// The reading of the period that begins on a day.
    fn at(&self, unit: Unit, start: Date) -> Option<&'a Reading> {
        let rows = xmr::headline(self.series(unit)?);
        let alive = |reading: &&Reading| self.found.dead_since.is_none_or(|dead| reading.period.end <= dead);
        rows.into_iter().filter(alive).find(|reading| reading.period.start == start)
    }

    /// Weeks are minus 364 days, so that week 53 has a counterpart; months the same dates.
    fn year_before(unit: Unit, start: Date) -> Date {
        if unit == Unit::Week { plus_days(start, -364) } else { plus_months(start, -12) }
    }

    /// The chart; nothing where no period shown has a point.
    pub(super) fn chart(&self) -> Option<SixTwelve> {
        let weeks = self.panel(Unit::Week, &self.weeks);
        let months = self.panel(Unit::Month, &self.months);
        if weeks.is_none() && months.is_none() {
            return None;
        }
        Some(SixTwelve {
            alt: wording::chart_alt(self.judged.title(), weeks.as_ref(), months.as_ref()),
            style: self.style.clone(),
            one_axis: shape(self.judged.metric) != Shape::Flow,
            releases: if weeks.is_some() { self.releases() } else { Vec::new() },
            weeks,
            months,
        })
    }

    fn panel(&self, unit: Unit, periods: &[Period]) -> Option<Panel> {
        let mut slots: Vec<Slot> = periods.iter().map(|period| self.slot(unit, *period)).collect();
        if slots.iter().all(|slot| slot.figure.value.is_none()) {
            return None;
        }
        let mut year = None;
        for (slot, period) in slots.iter_mut().zip(periods) {
            let fresh = unit != Unit::Week && year != Some(period.start.year());
            slot.sub = fresh.then(|| period.start.year().to_string());
            year = Some(period.start.year());
        }
        let chart = self.judged.chart.as_ref().ok().filter(|chart| chart.unit == unit);
        let band = chart.and_then(xmr::Chart::level_limits).map(|limits| (limits.lower, limits.upper));
        let trial = chart.is_some_and(|chart| !chart.frozen());
        Some(Panel { slots, band, trial })
    }

    fn slot(&self, unit: Unit, period: Period) -> Slot {
        let reading = self.at(unit, period.start).filter(|reading| reading.settled);
        let figure = match reading {
            Some(reading) => Figure::of(reading, &self.style, self.plan.sync.min_n),
            None => Figure::none(self.missing(period)),
        };
        let earlier = self.at(unit, Self::year_before(unit, period.start));
        let label = figure.value.map_or_else(String::new, |value| self.style.label(value));
        let hollow = reading.is_some_and(|reading| self.small(reading));
        Slot {
            name: slot_name(unit, period),
            sub: None,
            start: period.start.to_string(),
            label: if hollow { figure.text.clone() } else { label },
            last_year: earlier.filter(|earlier| self.base(earlier).is_ok()).and_then(|earlier| earlier.value),
            target: self.target(unit, period),
            ring: self.signals(unit, period).is_some(),
            mark: self.signals(unit, period),
            assumed: reading.is_some_and(|reading| reading.segment_assumed),
            hollow,
            figure,
        }
    }

    fn missing(&self, period: Period) -> String {
        match self.found.dead_since {
            Some(dead) if period.end > dead => wording::no_reading_since(dead),
            _ => "no settled reading".to_owned(),
        }
    }

    fn small(&self, reading: &Reading) -> bool {
        reading.share.is_some_and(|share| share.eligible < u64::from(self.plan.sync.min_n))
    }

    /// What the chart says of a period, where it signals.
    fn signals(&self, unit: Unit, period: Period) -> Option<xmr::Mark> {
        let chart = self.judged.chart.as_ref().ok().filter(|chart| chart.unit == unit)?;
        let at = chart.points.iter().position(|point| point.period.start == period.start)?;
        let signal = chart.charted.signals_at(at).next()?;
        Some(xmr::mark(self.judged.metric.better(), signal.side))
    }

    /// The path at the period's end, in the block of the metric's own period.
    fn target(&self, unit: Unit, period: Period) -> Option<f64> {
        let traction = self.judged.traction()?;
        let target = traction.target.as_ref()?;
        let own = match traction.kind.period().unwrap_or(Unit::Month) {
            Unit::Day | Unit::Week => Unit::Week,
            Unit::Month | Unit::Quarter | Unit::Year => Unit::Month,
        };
        let last = plus_days(period.end, -1);
        let begun = target.from.is_none_or(|(_, on)| last > on);
        (own == unit && begun && last <= target.by).then(|| path(target, last)).flatten()
    }

    /// The releases of the shown weeks, of the metric's lane or outcome, or of none.
    pub(super) fn releases(&self) -> Vec<ReleaseMark> {
        let Some((lane, outcome)) = self.judged.place else { return Vec::new() };
        let ours = |release: &&crate::report::inputs::Release| match (&release.outcome, &release.lane) {
            (Some(named), _) => named == outcome.id.as_str(),
            (None, Some(named)) => named == lane.id.as_str(),
            (None, None) => true,
        };
        let slot = |day: Date| self.weeks.iter().position(|week| week.start <= day && day < week.end);
        let releases = self.findings.releases.iter().filter(ours);
        releases
            .filter_map(|release| {
                let label = format!("{}, {}", release.title, numbers::short_day(release.on));
                Some(ReleaseMark { slot: slot(release.on)?, label, day: release.on.to_string() })
            })
            .collect()
    }

    /// Why a reading is no base for a comparison.
    fn base(&self, reading: &Reading) -> Result<f64, String> {
        let value = reading.value.ok_or("there was no reading then")?;
        let last_break =
            xmr::breaks_of_definition(self.plan, self.judged.metric.id(), Some(self.found)).into_iter().max();
        if let Some(day) = last_break.filter(|day| reading.period.end <= *day) {
            return Err(format!("the definition changed on {}", numbers::day(day)));
        }
        let count = reading.share.map_or(u64::MAX, |share| share.eligible);
        let few = self.style.unit == crate::model::reading::ValueUnit::Count && value < f64::from(self.plan.sync.min_n);
        match () {
            () if reading.left_truncated => Err(wording::left_truncated(self.findings.known_since)),
            () if !reading.settled => Err("its last window is still open".to_owned()),
            () if few || count < u64::from(self.plan.sync.min_n) => Err(wording::under_min_n(self.plan.sync.min_n)),
            () if value == 0.0 && self.style.unit != crate::model::reading::ValueUnit::Share => {
                Err("it was zero then".to_owned())
            }
            () => Ok(value),
        }
    }

    /// The nine numbers in their fixed order, and their footnotes.
    pub(super) fn nine(&self) -> (Vec<Nine>, Vec<String>) {
        let mut nine = Vec::new();
        let last = self.weeks.last().and_then(|week| self.at(Unit::Week, week.start)).filter(|reading| reading.settled);
        let week_before = self.weeks.iter().rev().nth(1).and_then(|week| self.at(Unit::Week, week.start));
        let year_before =
            self.weeks.last().and_then(|week| self.at(Unit::Week, Self::year_before(Unit::Week, week.start)));
        nine.push(self.level(self.week_name(), last));
        nine.push(self.compared("WoW", "last week", last, week_before));
        nine.push(self.compared("YoY", "last week", last, year_before));
        let ranges = ["month to date", "quarter to date", "year to date"];
        for (at, name) in ranges.iter().enumerate() {
            self.to_date(at, name, &mut nine);
        }
        footnoted(nine)
    }

    fn week_name(&self) -> String {
        match (shape(self.judged.metric), self.weeks.last()) {
            (Shape::Cohort, Some(week)) => format!("last closed week, {}", numbers::short_day(week.start)),
            _ => "last week".to_owned(),
        }
    }

    fn to_date(&self, at: usize, name: &str, nine: &mut Vec<Nine>) {
        let stock = shape(self.judged.metric) == Shape::Stock;
        if stock && at > 0 {
            let same = || Figure { text: "same".to_owned(), ..Figure::default() };
            let plain = |name: &str| Nine { name: name.to_owned(), figure: same(), count: None, footnote: None };
            nine.extend([plain(name), plain("YoY")]);
            return;
        }
        match self.found.to_date.get(at) {
            Some(ToDate { range, counted, this, last_year }) => {
                let counted = counted.map_or(String::new(), |days| counted_days(days, range.this.start));
                nine.push(self.level(format!("{}{counted}", range.label), this.as_ref()));
                nine.push(self.compared("YoY", name, this.as_ref(), last_year.as_ref()));
            }
            None if stock => {
                let month = self.months.last();
                let now = month.and_then(|month| self.at(Unit::Month, month.start));
                let then = month.and_then(|month| self.at(Unit::Month, Self::year_before(Unit::Month, month.start)));
                let month = month.map_or(name.to_owned(), |month| numbers::month(month.start).to_owned());
                nine.push(self.level(month, now));
                nine.push(self.compared("YoY", name, now, then));
            }
            None => {
                nine.push(self.level(name.to_owned(), None));
                nine.push(self.compared("YoY", name, None, None));
            }
        }
    }

    fn level(&self, name: String, reading: Option<&Reading>) -> Nine {
        let figure = reading.map_or_else(
            || Figure::none(self.why_none(&name)),
            |reading| Figure::of(reading, &self.style, self.plan.sync.min_n),
        );
        let count =
            reading.filter(|reading| !self.small(reading)).and_then(|reading| numbers::counts(reading, &self.style));
        Nine { name, figure, count, footnote: None }
    }

    fn why_none(&self, name: &str) -> String {
        match self.found.dead_since {
            Some(dead) => wording::no_reading_since(dead),
            None if name.contains("week") && self.series(Unit::Week).is_none() => "it is not read by week".to_owned(),
            None => "no window in it has closed".to_owned(),
        }
    }

    fn compared(&self, name: &str, level: &str, this: Option<&Reading>, then: Option<&Reading>) -> Nine {
        let change = self.change(if name == "WoW" { "last week" } else { level }, this, then);
        let figure = match change {
            Ok((value, text)) => Figure { value: Some(value), settled: true, text, ..Figure::default() },
            Err(why) => Figure::none(why),
        };
        Nine { name: name.to_owned(), figure, count: None, footnote: None }
    }

    fn change(&self, level: &str, this: Option<&Reading>, then: Option<&Reading>) -> Result<(f64, String), String> {
        // The level beside it says why there is none.
        let this = this.ok_or_else(|| self.why_none(level))?;
        let now = self.base(this).map_err(|why| match why.as_str() {
            "it was zero then" => "zero".to_owned(),
            _ => why,
        });
        let now = match (now, this.value) {
            (Ok(now), _) => now,
            (Err(why), Some(0.0)) if why == "zero" => 0.0,
            (Err(why), _) => return Err(why),
        };
        let from = self.base(then.ok_or_else(|| wording::no_earlier(self.findings.first_day))?)?;
        let text = self.style.change(from, now).ok_or("the base was not above zero")?;
        Ok((now - from, text))
    }
}

/// Numbers the reasons in order of first appearance.
fn footnoted(mut nine: Vec<Nine>) -> (Vec<Nine>, Vec<String>) {
    let mut notes: Vec<String> = Vec::new();
    for one in &mut nine {
        let Some(why) = &one.figure.note else { continue };
        let at = notes.iter().position(|note| note == why).unwrap_or_else(|| {
            notes.push(why.clone());
            notes.len() - 1
        });
        one.footnote = Some(at + 1);
    }
    (nine, notes)
}

/// `, to 30 Apr`, `, from 6 Apr to 3 May`: which days of a range are counted.
fn counted_days(days: Period, start: Date) -> String {
    let from = if days.start == start { String::new() } else { format!(" from {}", numbers::short_day(days.start)) };
    format!(",{from} to {}", numbers::short_day(plus_days(days.end, -1)))
}

fn slot_name(unit: Unit, period: Period) -> String {
    if unit == Unit::Week { numbers::short_day(period.start) } else { numbers::month(period.start)[..3].to_owned() }
}
