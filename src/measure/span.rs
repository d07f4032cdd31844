//! Which periods a question is about (R0.2, R0.10), and what of each may be read (R0.4).

use jiff::civil::Date;

use super::{Asking, trust};
use crate::model::column::{Type, Value};
use crate::model::metric::Traction;
use crate::model::period::{Period, Unit, plus_days};
use crate::model::question::Question;
use crate::model::scope::Scope;
use crate::plan::Plan;

/// The range in whole periods.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// The size of a period; nothing: one set of rows for the range.
    pub(crate) unit: Option<Unit>,
    /// The first day and the day after the last, widened to whole periods.
    pub(crate) range: Period,
    /// Every period of the range begun by `as_of`; the range itself where there is no unit.
    pub(crate) periods: Vec<Period>,
}

/// The range of a question, if asking for it cut a period: what was asked for, and what is answered instead.
pub fn widened(plan: &Plan, scope: &Scope, traction: &Traction, question: &Question) -> Option<(Period, Period)> {
    let asked = asked(plan, scope, traction, question)?;
    let range = span(plan, scope, traction, question).range;
    let cut = question.from.is_some_and(|from| from != range.start)
        || question.to.is_some_and(|to| to < scope.as_of && plus_days(to, 1) != range.end);
    cut.then_some((asked, range))
}

pub(super) fn span(plan: &Plan, scope: &Scope, traction: &Traction, question: &Question) -> Span {
    let unit = question.period.or_else(|| traction.kind.period());
    let Some(asked) = asked(plan, scope, traction, question) else {
        let range = Period { start: scope.as_of, end: scope.as_of };
        return Span { unit, range, periods: Vec::new() };
    };
    let Some(size) = unit else {
        return Span { unit, range: asked, periods: vec![asked] };
    };
    let last = plus_days(asked.end, -1).min(scope.as_of);
    let periods = plan.workspace.calendar.periods(size, asked.start, last);
    let end = periods.last().map_or(asked.end, |period| period.end);
    let start = periods.first().map_or(asked.start, |period| period.start);
    Span { unit, range: Period { start, end }, periods }
}

/// The range as asked for, with its defaults; nothing where nothing has been read yet.
fn asked(plan: &Plan, scope: &Scope, traction: &Traction, question: &Question) -> Option<Period> {
    let start = question.from.or_else(|| trust::first_day(plan, scope, traction))?;
    let end = plus_days(question.to.unwrap_or(scope.as_of), 1);
    Some(Period { start, end: end.max(start) })
}

impl Asking<'_> {
    /// The instant a day begins.
    pub(crate) fn start_us(&self, day: Date) -> i64 {
        self.plan.workspace.calendar.start_us(day)
    }

    /// The day after the last that may be read of a period.
    pub(crate) fn read_end(&self, period: Period) -> Date {
        period.end.min(plus_days(self.scope.as_of, 1))
    }

    /// The last instant that may be read of a period.
    pub(crate) fn read_us(&self, period: Period) -> i64 {
        self.start_us(period.end).min(self.scope.as_of_end_us) - 1
    }

    /// Makes `periods`: each with its window, which is the period itself or trails its end by so many days.
    pub(crate) fn make_periods(&self, trailing_days: Option<i64>) -> anyhow::Result<()> {
        let columns = [
            ("period", Type::Long),
            ("start_us", Type::Long),
            ("end_us", Type::Long),
            ("window_start", Type::Day),
            ("window_end", Type::Day),
            ("read_us", Type::Long),
        ];
        let rows: Vec<_> = (0_i64..)
            .zip(&self.span.periods)
            .map(|(index, period)| {
                let end = self.read_end(*period);
                let start = trailing_days.map_or(period.start, |days| plus_days(end, -days));
                vec![
                    Value::Long(index),
                    Value::Long(self.start_us(period.start)),
                    Value::Long(self.start_us(period.end)),
                    Value::Day(start),
                    Value::Day(end),
                    Value::Long(self.read_us(*period)),
                ]
            })
            .collect();
        self.engine.renew("periods", &columns, &rows)?;
        Ok(())
    }
}
