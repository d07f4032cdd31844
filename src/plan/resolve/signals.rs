//! Signals: the plan's own, `any`, and the ones that metrics write in place.

use super::Resolver;
use super::ground::all;
use crate::model::ids::SignalId;
use crate::model::metric::Use;
use crate::model::period::Unit;
use crate::plan::file::read::{At, Perhaps, named};
use crate::plan::file::values::{Short, SignalUse};
use crate::plan::file::{self};
use crate::plan::filter::{Filter, Name};
use crate::plan::issues::{self, Noun};
use crate::plan::{Matches, Signal};

/// The signal that stands for any event.
pub(super) const ANY: &str = "any";

impl Resolver<'_> {
    /// `[signals]`: the plain ones first, so that tests on accounts may name any of them.
    pub(super) fn resolve_signals(&mut self) {
        for (name, written) in named(&self.file.signals) {
            if name.value == ANY {
                self.problems.push(&name.span, issues::id_reserved("a signal", ANY, "any event"));
            }
            let signal = self.plain_signal(name, written);
            self.signals.push(signal);
        }
        for (index, (name, written)) in named(&self.file.signals).iter().enumerate() {
            if let Some(test) = &written.value.where_account {
                let label = format!("`where_account` of signal `{}`", name.value);
                self.signals[index].account_filter = self.account_filter(&label, test);
            }
        }
    }

    fn plain_signal(&mut self, name: &At<String>, at: &At<file::Signal>) -> Signal {
        let written = &at.value;
        let label = format!("signal `{}`", name.value);
        let events: Vec<String> = all(&written.event).iter().map(|event| event.value.clone()).collect();
        let matches = match (&written.gauge, events.is_empty()) {
            (Some(gauge), false) => {
                self.problems.push(&gauge.span, issues::key_twice(&label, "event", "gauge"));
                Matches::Events(events)
            }
            (Some(gauge), true) => Matches::Gauge(gauge.value.clone()),
            (None, true) => {
                self.problems.push(&at.span, issues::signal_empty(&label));
                Matches::Events(events)
            }
            (None, false) if events.iter().any(|event| event == "*") => Matches::AnyEvent,
            (None, false) => Matches::Events(events),
        };
        let test = format!("`where` of {label}");
        let filter = written.r#where.as_ref().and_then(|at| self.row_filter(&test, at));
        if let (Matches::Gauge(_), Some(at), Some(filter)) = (&matches, &written.r#where, &filter) {
            self.gauge_test(&test, at, filter);
        }
        if let (Matches::Gauge(_), Some(at)) = (&matches, &written.distinct) {
            let keys = ["where", "where_account", "first_time", "at_least", "per"];
            self.problems.push(&at.span, issues::key_not_of_kind(&label, "distinct", "gauge", &keys));
        }
        Signal {
            id: SignalId::new(&name.value),
            matches,
            filter,
            account_filter: None,
            first_time: written.first_time.said_or(false),
            distinct: written.distinct.value().cloned(),
            at_least: self.at_least(&label, &written.at_least).unwrap_or(1),
            per: self.per(&label, &written.per),
        }
    }

    /// A gauge has nothing to test but its value.
    fn gauge_test(&mut self, label: &str, at: &At<String>, filter: &Filter) {
        let other = filter.names().into_iter().find_map(|(name, _)| match name {
            Name::Plain(name) if name == "value" => None,
            Name::Plain(name) | Name::Crm(name) => Some(name.clone()),
        });
        if let Some(name) = other {
            let span = self.inside(at, &name);
            let column = at.value.find(&name).map_or(1, |byte| at.value[..byte].chars().count() + 1);
            let message = format!("a gauge has only `value`, not `{name}`");
            self.problems.push(&span, issues::filter_not_plain(label, &message, column));
        }
    }

    /// A count of one or more.
    pub(super) fn at_least(&mut self, label: &str, at: &Option<At<u32>>) -> Option<u32> {
        let at = at.as_ref()?;
        if at.value == 0 {
            let label = format!("`at_least` of {label}");
            self.problems.push(&at.span, issues::number_out_of_range(&label, "0", "1 or more"));
        }
        Some(at.value.max(1))
    }

    fn per(&mut self, label: &str, at: &Option<At<Unit>>) -> Option<Unit> {
        let at = at.as_ref()?;
        if !matches!(at.value, Unit::Day | Unit::Week) {
            let label = format!("`per` of {label}");
            self.problems.push(&at.span, issues::unknown_word(&label, at.value.word(), &["day", "week"]));
        }
        Some(at.value)
    }

    /// The signal of that name; `any` is always there.
    pub(super) fn signal(&mut self, label: &str, name: &At<String>) -> Option<SignalId> {
        if name.value == ANY {
            return Some(self.any());
        }
        self.knows(Noun::Signal, label, name).then(|| SignalId::new(&name.value))
    }

    pub(super) fn any(&mut self) -> SignalId {
        let id = SignalId::new(ANY);
        if !self.signals.iter().any(|signal| signal.id == id) {
            self.signals.push(Signal {
                id: id.clone(),
                matches: Matches::AnyEvent,
                filter: None,
                account_filter: None,
                first_time: false,
                distinct: None,
                at_least: 1,
                per: None,
            });
        }
        id
    }

    /// The signal as it stands so far.
    pub(super) fn signal_so_far(&self, id: &SignalId) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.id == *id)
    }

    /// A signal as a metric uses it, with its own count where it names one.
    pub(super) fn used(&mut self, label: &str, written: &Short<SignalUse>) -> Option<Use> {
        let written = &written.0;
        let at_least = self.at_least(label, &written.at_least);
        let per = self.per(label, &written.per);
        let id = self.signal(label, written.signal.as_ref()?)?;
        let signal = self.signal_so_far(&id)?;
        let (own, own_per) = (signal.at_least, signal.per);
        Some(Use { signal: id, at_least: at_least.unwrap_or(own), per: per.or(own_per) })
    }

    /// A signal where only a name fits: with a count of its own it becomes a signal written in place.
    pub(super) fn used_by_name(
        &mut self,
        label: &str,
        name: &At<String>,
        at_least: &Option<At<u32>>,
        per: &Option<At<Unit>>,
    ) -> Option<SignalId> {
        let at_least = self.at_least(label, at_least);
        let per = self.per(label, per);
        let id = self.signal(label, name)?;
        if at_least.is_none() && per.is_none() {
            return Some(id);
        }
        let mut text = format!("{{ signal = \"{id}\"");
        if let Some(count) = at_least {
            text.push_str(&format!(", at_least = {count}"));
        }
        if let Some(per) = per {
            text.push_str(&format!(", per = \"{}\"", per.word()));
        }
        text.push_str(" }");
        let signal = self.signal_so_far(&id)?;
        let (own, own_per) = (signal.at_least, signal.per);
        let placed = Signal {
            id: SignalId::new(text),
            at_least: at_least.unwrap_or(own),
            per: per.or(own_per),
            ..signal.clone()
        };
        Some(self.placed(placed))
    }

    /// Takes a signal that is written in place, once.
    pub(super) fn placed(&mut self, signal: Signal) -> SignalId {
        let id = signal.id.clone();
        if self.signal_so_far(&id).is_none() {
            self.signals.push(signal);
        }
        id
    }
}
