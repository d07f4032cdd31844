//! What each traction kind counts, from its own keys.

use super::Resolver;
use super::ground::all;
use crate::model::ids::SignalId;
use crate::model::length::Length;
use crate::model::metric::{
    Activation, Active, Adoption, Breakdown, Clock, CohortEntry, Count, Criterion, Excluded, Exclusion, Funnel,
    FunnelEntry, FunnelOrder, Gauge, Reach, Reduce, Retention, ReturnCriterion, Step, TractionKind, Use,
};
use crate::model::period::Unit;
use crate::plan::file::read::{At, Perhaps, entries};
use crate::plan::file::values::{
    BreakdownWord, CriterionUse, CriterionWord, ExcludeUse, NumberOrText, ReachChoice, ReachUse, ReduceWord, Short,
    StepUse,
};
use crate::plan::problems::Span;
use crate::plan::{Signal, file, issues};

type Written = At<file::Traction>;

impl Resolver<'_> {
    /// The kind with its keys; nothing if one that it needs is missing or wrong, which has been said.
    pub(super) fn traction_kind(&mut self, label: &str, at: &Written) -> Option<TractionKind> {
        match at.value.kind.value()?.as_str() {
            "active" => self.active(label, at).map(TractionKind::Active),
            "activation" => self.activation(label, at).map(TractionKind::Activation),
            "adoption" => self.adoption(label, at).map(TractionKind::Adoption),
            "retention" => self.retention(label, at).map(TractionKind::Retention),
            "funnel" => self.funnel(label, at).map(TractionKind::Funnel),
            _ => self.gauge(label, at).map(TractionKind::Gauge),
        }
    }

    /// Says that a key is needed.
    fn need<'b, T>(&mut self, label: &str, at: &Written, key: &str, value: &'b Option<At<T>>) -> Option<&'b At<T>> {
        if value.is_none() {
            let kind = at.value.kind.said_or(String::new());
            self.problems.push_missing(
                &at.span,
                key,
                issues::key_needed(label, key, &format!("kind `{kind}` needs it")),
            );
        }
        value.as_ref()
    }

    /// Windows are longer than nothing.
    pub(super) fn windows(&mut self, label: &str, at: &Written) {
        for (key, window) in [("within", &at.value.within), ("trailing", &at.value.trailing)] {
            if let Some(window) = window.as_ref().filter(|window| window.value.count == 0) {
                let what = format!("`{key}` of {label}");
                let written = format!("`\"{}\"`", window.value);
                self.problems
                    .push(&window.span, issues::number_out_of_range(&what, &written, "a length of more than nothing"));
            }
        }
    }

    fn active(&mut self, label: &str, at: &Written) -> Option<Active> {
        self.need(label, at, "signal", &at.value.signal)?;
        let written = all(&at.value.signal);
        let signals: Vec<Use> = written.iter().filter_map(|used| self.used(label, &used.value)).collect();
        let trailing = at.value.trailing.value().copied();
        let otherwise = if trailing.is_some() { Unit::Day } else { Unit::Week };
        let period = self.period(label, &at.value.period, &[Unit::Day, Unit::Week, Unit::Month]).unwrap_or(otherwise);
        (signals.len() == written.len() && !signals.is_empty()).then_some(Active { signals, period, trailing })
    }

    /// A period of one of these sizes.
    fn period(&mut self, label: &str, at: &Option<At<Unit>>, allowed: &[Unit]) -> Option<Unit> {
        let at = at.as_ref()?;
        if !allowed.contains(&at.value) {
            let words: Vec<&str> = allowed.iter().map(|unit| unit.word()).collect();
            self.problems
                .push(&at.span, issues::unknown_word(&format!("`period` of {label}"), at.value.word(), &words));
        }
        Some(at.value)
    }

    fn activation(&mut self, label: &str, at: &Written) -> Option<Activation> {
        let written = &at.value;
        let start = self.need(label, at, "start", &written.start).and_then(|used| self.used(label, &used.value));
        let reach = self.need(label, at, "reach", &written.reach).and_then(|reach| self.reach(label, reach));
        let within = self.need(label, at, "within", &written.within).map(|within| within.value);
        if let Some(order) = written.order.as_ref().filter(|order| order.value == FunnelOrder::Strict) {
            let problem = issues::unknown_word(&format!("`order` of {label}"), "strict", &["any", "ordered"]);
            self.problems.push(&order.span, problem);
        }
        Some(Activation {
            start: start?,
            reach: reach?,
            ordered: written.order.value() == Some(&FunnelOrder::Ordered),
            within: within?,
            cohort: written.cohort.said_or(Unit::Month),
            by_same_user: written.by_same_user.said_or(false),
        })
    }

    fn reach(&mut self, label: &str, at: &At<ReachUse>) -> Option<Reach> {
        let choice = match &at.value {
            ReachUse::All(list) => return self.criteria(label, &at.span, list).map(Reach::All),
            ReachUse::Choice(choice) => choice,
        };
        match choice {
            ReachChoice { any_of: Some(list), all_of: None, n_of: None, signals: None } => {
                self.criteria(label, &list.span, &list.value).map(Reach::Any)
            }
            ReachChoice { all_of: Some(list), any_of: None, n_of: None, signals: None } => {
                self.criteria(label, &list.span, &list.value).map(Reach::All)
            }
            ReachChoice { n_of: Some(count), signals: Some(list), any_of: None, all_of: None } => {
                let criteria = self.criteria(label, &list.span, &list.value)?;
                if count.value == 0 || count.value as usize > criteria.len() {
                    let problem = issues::reach_impossible(label, count.value, criteria.len());
                    self.problems.push(&count.span, problem);
                }
                Some(Reach::Some(count.value, criteria))
            }
            _ => {
                let what = format!("`reach` of {label}");
                let wanted = "one of `{ any_of = […] }`, `{ n_of = 2, signals = […] }`, or a list";
                self.problems.push(&at.span, issues::wrong_type(&what, "a mixture", wanted));
                None
            }
        }
    }

    fn criteria(&mut self, label: &str, span: &Span, list: &[At<Short<CriterionUse>>]) -> Option<Vec<Criterion>> {
        if list.is_empty() {
            self.problems.push(span, issues::reach_impossible(label, 1, 0));
        }
        let criteria: Vec<Criterion> =
            list.iter().filter_map(|at| self.criterion(label, &at.span, &at.value.0)).collect();
        (criteria.len() == list.len() && !criteria.is_empty()).then_some(criteria)
    }

    fn criterion(&mut self, label: &str, span: &Span, written: &CriterionUse) -> Option<Criterion> {
        let label = format!("`reach` of {label}");
        let signal = match (&written.signal, &written.gauge) {
            (Some(_), Some(gauge)) => {
                self.problems.push(&gauge.span, issues::key_twice(&label, "signal", "gauge"));
                return None;
            }
            (None, None) => {
                self.problems.push_missing(
                    span,
                    "signal",
                    issues::key_needed(&label, "signal", "a criterion is a signal or a gauge"),
                );
                return None;
            }
            (None, Some(gauge)) => {
                let at_least = written.at_least.said_or(1.0);
                return Some(Criterion::Gauge { gauge: gauge.value.clone(), at_least });
            }
            (Some(signal), None) => self.signal(&label, signal)?,
        };
        let at_least = written.at_least.as_ref().and_then(|at| self.whole(&format!("`at_least` in {label}"), at));
        let counts = [("days", &written.days, Count::Days), ("users", &written.users, Count::Users)];
        let mut named = counts.into_iter().filter_map(|(key, at, count)| at.as_ref().map(|at| (key, at, count)));
        match (named.next(), named.next(), &written.distinct) {
            (Some((one, _, _)), Some((other, at, _)), _) => {
                self.problems.push(&at.span, issues::key_twice(&label, one, other));
                None
            }
            (Some((one, _, _)), None, Some(at)) => {
                self.problems.push(&at.span, issues::key_twice(&label, one, "distinct"));
                None
            }
            (Some((_, at, count)), None, None) => Some(Criterion::Signal { signal, count, at_least: at.value.max(1) }),
            (None, _, Some(at)) => self.distinct(&label, signal, at, at_least),
            (None, _, None) => self.counted(signal, at_least),
        }
    }

    /// How often a signal must happen: what it says itself, unless the criterion says otherwise.
    fn counted(&mut self, signal: SignalId, at_least: Option<u32>) -> Option<Criterion> {
        let own = self.signal_so_far(&signal)?;
        let count = if own.distinct.is_some() { Count::Values } else { Count::Times };
        let at_least = at_least.unwrap_or(own.at_least);
        Some(Criterion::Signal { signal, count, at_least })
    }

    fn distinct(
        &mut self,
        label: &str,
        signal: SignalId,
        at: &At<NumberOrText>,
        at_least: Option<u32>,
    ) -> Option<Criterion> {
        let own = self.signal_so_far(&signal)?;
        match &at.value {
            NumberOrText::Number(count) if own.distinct.is_some() => {
                Some(Criterion::Signal { signal, count: Count::Values, at_least: (*count).max(1) })
            }
            NumberOrText::Number(_) => {
                let why = format!("signal `{signal}` names no `distinct` property");
                self.problems.push_missing(&at.span, "distinct", issues::key_needed(label, "distinct", &why));
                None
            }
            NumberOrText::Text(property) => {
                let id = SignalId::new(format!("{{ signal = \"{signal}\", distinct = \"{property}\" }}"));
                let placed = Signal { id, distinct: Some(property.clone()), ..own.clone() };
                let at_least = at_least.unwrap_or(own.at_least);
                let signal = self.placed(placed);
                Some(Criterion::Signal { signal, count: Count::Values, at_least })
            }
        }
    }

    /// A count that is written as a number: a whole one, 1 or more.
    fn whole(&mut self, label: &str, at: &At<f64>) -> Option<u32> {
        if at.value >= 1.0 && at.value.fract() == 0.0 && at.value <= f64::from(u32::MAX) {
            return Some(at.value as u32);
        }
        self.problems
            .push(&at.span, issues::number_out_of_range(label, &at.value.to_string(), "a whole number from 1 up"));
        None
    }

    fn adoption(&mut self, label: &str, at: &Written) -> Option<Adoption> {
        let written = &at.value;
        let signal = match self.need(label, at, "signal", &written.signal)?.value.0.as_slice() {
            [only] => {
                let used = &only.value.0;
                used.signal.as_ref().and_then(|name| self.used_by_name(label, name, &used.at_least, &used.per))
            }
            _ => {
                let span = written.signal.as_ref().map_or(&at.span, |at| &at.span);
                let wanted = "one signal; a signal's `event` may be a list";
                self.problems.push(span, issues::wrong_type(&format!("`signal` of {label}"), "a list", wanted));
                None
            }
        };
        if let Some(test) = &written.eligible {
            self.account_filter(&format!("`eligible` of {label}"), test);
        }
        let at_least = written.at_least.as_ref().and_then(|at| self.whole(&format!("`at_least` of {label}"), at));
        let period = self.period(label, &written.period, &[Unit::Day, Unit::Week, Unit::Month]).unwrap_or(Unit::Week);
        self.any(); // Depth compares with the users of any event (R5.2).
        Some(Adoption {
            signal: signal?,
            at_least: at_least.unwrap_or(1),
            trailing: written.trailing.said_or(Length::days(28)),
            period,
            eligible: written.eligible.value().cloned(),
            min_users: written.min_users.value().copied(),
            available: written.available.value().cloned(),
        })
    }

    fn retention(&mut self, label: &str, at: &Written) -> Option<Retention> {
        let written = &at.value;
        let start = self.need(label, at, "start", &written.start).and_then(|used| self.used(label, &used.value));
        let back = self.need(label, at, "return", &written.r#return).and_then(|used| self.used(label, &used.value));
        let (entry, clock) = (written.r#type.said_or(CohortEntry::FirstTime), written.clock.said_or(Clock::Calendar));
        if let Some(at) = written.clock.as_ref().filter(|_| (entry, clock) == (CohortEntry::Recurring, Clock::Rolling))
        {
            self.problems.push(&at.span, issues::cohorts_overlap(label));
        }
        let periods = written.periods.said_or(12);
        if let Some(at) = written.periods.as_ref().filter(|_| periods > 1_000) {
            let what = format!("`periods` of {label}");
            self.problems.push(&at.span, issues::number_out_of_range(&what, &periods.to_string(), "1000 at most"));
        }
        if let Some(k) = written.k.as_ref().filter(|k| k.value > periods) {
            let wanted = format!("a k from 0 to {periods} (`periods`)");
            self.problems
                .push(&k.span, issues::number_out_of_range(&format!("`k` of {label}"), &k.value.to_string(), &wanted));
        }
        let period = self.period(label, &written.period, &[Unit::Day, Unit::Week, Unit::Month]).unwrap_or(Unit::Week);
        let return_at_least = self.at_least(label, &written.return_at_least).unwrap_or(1);
        Some(Retention {
            start: start?,
            back: back?,
            return_at_least,
            period,
            periods,
            k: written.k.value().copied(),
            entry,
            criterion: written.criterion.value().map_or(ReturnCriterion::On, |word: &CriterionWord| word.0),
            clock,
            same: self.same(label, written),
        })
    }

    /// Up to three properties whose value must stay the same.
    fn same(&mut self, label: &str, written: &file::Traction) -> Vec<String> {
        let same: Vec<String> = all(&written.same).iter().map(|name| name.value.clone()).collect();
        if let Some(at) = written.same.as_ref().filter(|_| same.len() > 3) {
            let what = format!("{} properties", same.len());
            self.problems
                .push(&at.span, issues::number_out_of_range(&format!("`same` of {label}"), &what, "up to three"));
        }
        same
    }

    fn funnel(&mut self, label: &str, at: &Written) -> Option<Funnel> {
        let written = &at.value;
        let listed = self.need(label, at, "steps", &written.steps)?;
        let steps: Vec<Step> = listed.value.iter().filter_map(|step| self.step(label, &step.value.0)).collect();
        if listed.value.len() < 2 {
            let what = format!("{}", listed.value.len());
            self.problems.push(
                &listed.span,
                issues::number_out_of_range(&format!("the number of `steps` of {label}"), &what, "2 or more"),
            );
        }
        let complete = steps.len() == listed.value.len();
        let within = self.funnel_window(label, at, &steps);
        let exclude: Vec<Exclusion> =
            all(&written.exclude).iter().filter_map(|at| self.exclusion(label, written, &steps, at)).collect();
        self.breakdown_step(label, at, listed.value.len());
        let period = self.period(label, &written.period, &[Unit::Day, Unit::Week, Unit::Month]);
        let same = self.same(label, written);
        complete.then_some(())?;
        if written.order.value() == Some(&FunnelOrder::Strict) {
            self.any(); // Nothing else may stand between (R3.1).
        }
        Some(Funnel {
            steps,
            within: within?,
            order: written.order.said_or(FunnelOrder::Ordered),
            entry: written.entry.said_or(FunnelEntry::Best),
            exclude,
            same,
            breakdown: written.breakdown.value().map_or(Breakdown::Entry, |word| word.0),
            by_same_user: written.by_same_user.said_or(false),
            period,
        })
    }

    /// A breakdown by a step names one that is there.
    fn breakdown_step(&mut self, label: &str, at: &Written, steps: usize) {
        let Some(breakdown) = &at.value.breakdown else { return };
        if let BreakdownWord(Breakdown::Step(step)) = breakdown.value
            && step as usize > steps
        {
            let (what, written) = (format!("`breakdown` of {label}"), format!("`step {step}`"));
            let problem = issues::number_out_of_range(&what, &written, &format!("a step from 1 to {steps}"));
            self.problems.push(&breakdown.span, problem);
        }
    }

    fn step(&mut self, label: &str, written: &StepUse) -> Option<Step> {
        let signal = self.used_by_name(label, written.signal.as_ref()?, &written.at_least, &written.per)?;
        Some(Step { signal, within: written.within.value().copied() })
    }

    /// The funnel's own window, or the sum of those of its steps (R3.3).
    fn funnel_window(&mut self, label: &str, at: &Written, steps: &[Step]) -> Option<Length> {
        if let Some(within) = at.value.within.value() {
            return Some(*within);
        }
        let later: Option<Vec<Length>> = steps.iter().skip(1).map(|step| step.within).collect();
        let seconds = later
            .filter(|later| !later.is_empty())
            .map(|later| later.iter().map(|within| within.micros()).sum::<i64>() / 1_000_000);
        let window = seconds.and_then(in_seconds);
        if window.is_none() {
            self.problems.push_missing(&at.span, "within", issues::funnel_window_missing(label));
        }
        window
    }

    fn exclusion(
        &mut self,
        label: &str,
        written: &file::Traction,
        steps: &[Step],
        at: &At<Short<ExcludeUse>>,
    ) -> Option<Exclusion> {
        let used = &at.value.0;
        let name = used.signal.as_ref()?;
        let signal = self.signal(label, name)?;
        let last = entries(&written.steps).len() as u32;
        let (after, before) = (used.after.said_or(1), used.before.said_or(last));
        let any = written.order.value() == Some(&FunnelOrder::Any);
        let between = |step: usize| (after as usize..before.saturating_sub(1) as usize).contains(&step);
        let why = if after == 0 || before > last {
            Some(format!("the funnel has steps 1 to {last}, not {after} to {before}"))
        } else if after >= before {
            Some(format!("step {after} does not come before step {before}"))
        } else if any && (after != 1 || before != last) {
            Some("with `order = \"any\"` an event is excluded from the whole funnel only".to_string())
        } else if steps.iter().enumerate().any(|(step, of)| of.signal == signal && between(step)) {
            Some(format!("`{signal}` is itself a step between {after} and {before}"))
        } else {
            None
        };
        if let Some(why) = why {
            self.problems.push(&at.span, issues::funnel_exclusion(label, signal.as_str(), &why));
        }
        Some(Exclusion { signal, after, before, then: used.then.said_or(Excluded::Remove) })
    }

    fn gauge(&mut self, label: &str, at: &Written) -> Option<Gauge> {
        let written = &at.value;
        let gauge = self.need(label, at, "gauge", &written.gauge).map(|gauge| gauge.value.clone());
        let word = self.need(label, at, "reduce", &written.reduce).map(|reduce| reduce.value);
        let reduce = match (word, &written.at_least) {
            (Some(ReduceWord::Share), Some(at_least)) => Some(Reduce::Share(at_least.value)),
            (Some(ReduceWord::Share), None) => {
                let why = "a share is one of accounts at or above a value";
                self.problems.push_missing(&at.span, "at_least", issues::key_needed(label, "at_least", why));
                None
            }
            (Some(ReduceWord::Sum | ReduceWord::Mean), Some(at_least)) => {
                let keys = ["gauge", "reduce", "period"];
                self.problems.push(
                    &at_least.span,
                    issues::key_not_of_kind(label, "at_least", "gauge with a sum or mean", &keys),
                );
                None
            }
            (Some(ReduceWord::Sum), None) => Some(Reduce::Sum),
            (Some(ReduceWord::Mean), None) => Some(Reduce::Mean),
            (None, _) => None,
        };
        let period = self.period(label, &written.period, &[Unit::Day, Unit::Week, Unit::Month]).unwrap_or(Unit::Week);
        Some(Gauge { gauge: gauge?, reduce: reduce?, period })
    }
}

/// A length of so many seconds, in the largest unit that is exact.
fn in_seconds(seconds: i64) -> Option<Length> {
    let text = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]
        .into_iter()
        .find(|(_, size)| seconds % size == 0)
        .map(|(unit, size)| format!("{}{unit}", seconds / size))?;
    Length::parse(&text)
}
