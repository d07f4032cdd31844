//! Hashes of definitions: equal as long as a metric means the same, whoever owns it and wherever it should be by when.

use std::fmt::Write;

use xxhash_rust::xxh3::xxh3_64;

use super::filter::{Comparison, Filter, Literal, Name};
use super::source::Source;
use super::{Matches, Moment, Plan, RenewalsFrom, Signal};
use crate::model::ids::SignalId;
use crate::model::length::Length;
use crate::model::metric::{
    Activation, Breakdown, BusinessKind, Clock, CohortEntry, Count, Criterion, Excluded, Funnel, FunnelEntry,
    FunnelOrder, Metric, Reach, Reduce, Retention, ReturnCriterion, TractionKind, Use,
};
use crate::model::period::Unit;

/// The hash of what a metric counts: its kind, its keys, and the signals it names; not its title, owner or target.
pub fn definition_hash(metric: &Metric, plan: &Plan) -> String {
    hex(&definition_text(metric, plan))
}

/// The hash of the keys that change how a source's rows are read (lake.md 9). Which files it has, what it promises and how
/// late it may be are no part of it; nor are its side files.
pub fn source_hash(source: &Source) -> String {
    let mut text = Text::of("source");
    text.line("kind", source.kind.name());
    let paths = &source.paths;
    for (key, path) in [
        ("account", &paths.account),
        ("user", &paths.user),
        ("event", &paths.event),
        ("time", &paths.time),
        ("id", &paths.id),
        ("email", &paths.email),
        ("gauge", &paths.gauge),
        ("value", &paths.value),
        ("encoding", &source.encoding),
        ("currency", &source.currency),
        ("pipeline", &source.pipeline),
    ] {
        text.maybe(key, path.as_deref());
    }
    for gauge in source.gauges.iter().flatten() {
        text.line("gauges", gauge);
    }
    for (ours, theirs) in &source.columns {
        text.line(ours, theirs);
    }
    text.line("timezone", source.timezone.iana_name().unwrap_or("UTC"));
    text.maybe("dates", source.dates.map(|order| format!("{order:?}")).as_deref());
    text.maybe("decimal", source.decimal.map(String::from).as_deref());
    text.maybe("delimiter", source.delimiter.map(String::from).as_deref());
    text.maybe("resolution", source.resolution.map(|resolution| format!("{resolution:?}")).as_deref());
    text.maybe("dated", source.dated.map(|day| day.to_string()).as_deref());
    text.line("cents", if source.cents { "yes" } else { "no" });
    hex(&text.0)
}

fn hex(text: &str) -> String {
    format!("{:016x}", xxh3_64(text.as_bytes()))
}

/// The definition in a form that changes only with its meaning: one key a line, texts quoted.
fn definition_text(metric: &Metric, plan: &Plan) -> String {
    let mut text = Text::of(metric.kind_name());
    match metric {
        Metric::Traction(traction) => {
            text.line("actor", traction.actor.word());
            text.traction(plan, &traction.kind);
        }
        Metric::Business(business) => {
            text.maybe("source", business.source.as_ref().map(|source| source.as_str()));
            text.business(plan, &business.kind);
        }
    }
    text.0
}

/// A text of lines `key = value`, written by hand so that a change of our types changes no hash.
struct Text(String);

impl Text {
    fn of(kind: &str) -> Self {
        Self(format!("kind = {kind:?}\n"))
    }

    fn line(&mut self, key: &str, value: &str) {
        writeln!(self.0, "{key} = {value:?}").expect("writing to a string");
    }

    fn maybe(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(key, value);
        }
    }

    fn length(&mut self, key: &str, length: Length) {
        self.line(key, &length.to_string());
    }

    fn traction(&mut self, plan: &Plan, kind: &TractionKind) {
        match kind {
            TractionKind::Active(active) => {
                for used in &active.signals {
                    self.used(plan, "signal", used);
                }
                self.unit("period", active.period);
                self.maybe("trailing", active.trailing.map(|length| length.to_string()).as_deref());
            }
            TractionKind::Activation(activation) => self.activation(plan, activation),
            TractionKind::Adoption(adoption) => {
                self.signal(plan, "signal", &adoption.signal);
                self.line("at_least", &adoption.at_least.to_string());
                self.length("trailing", adoption.trailing);
                self.unit("period", adoption.period);
                self.maybe("eligible", adoption.eligible.as_deref());
                self.maybe("min_users", adoption.min_users.map(|count| count.to_string()).as_deref());
                self.maybe("available", adoption.available.as_deref());
            }
            TractionKind::Retention(retention) => self.retention(plan, retention),
            TractionKind::Funnel(funnel) => self.funnel(plan, funnel),
            TractionKind::Gauge(gauge) => {
                self.line("gauge", &gauge.gauge);
                match gauge.reduce {
                    Reduce::Sum => self.line("reduce", "sum"),
                    Reduce::Mean => self.line("reduce", "mean"),
                    Reduce::Share(at_least) => self.line("reduce", &format!("share {at_least}")),
                }
                self.unit("period", gauge.period);
            }
        }
    }

    fn activation(&mut self, plan: &Plan, activation: &Activation) {
        self.used(plan, "start", &activation.start);
        let (needed, criteria) = match &activation.reach {
            Reach::All(criteria) => ("all".to_string(), criteria),
            Reach::Any(criteria) => ("1".to_string(), criteria),
            Reach::Some(count, criteria) => (count.to_string(), criteria),
        };
        self.line("reach", &needed);
        for criterion in criteria {
            match criterion {
                Criterion::Signal { signal, count, at_least } => {
                    let counted = match count {
                        Count::Times => "times",
                        Count::Days => "days",
                        Count::Users => "users",
                        Count::Values => "values",
                    };
                    self.signal(plan, &format!("{at_least} {counted}"), signal);
                }
                Criterion::Gauge { gauge, at_least } => self.line(&format!("gauge at {at_least}"), gauge),
            }
        }
        self.line("order", if activation.ordered { "ordered" } else { "any" });
        self.length("within", activation.within);
        self.unit("cohort", activation.cohort);
        self.flag("by_same_user", activation.by_same_user);
    }

    fn retention(&mut self, plan: &Plan, retention: &Retention) {
        self.used(plan, "start", &retention.start);
        self.used(plan, "return", &retention.back);
        self.line("return_at_least", &retention.return_at_least.to_string());
        self.unit("period", retention.period);
        self.line("periods", &retention.periods.to_string());
        self.maybe("k", retention.k.map(|k| k.to_string()).as_deref());
        self.line(
            "type",
            match retention.entry {
                CohortEntry::FirstTime => "first_time",
                CohortEntry::Recurring => "recurring",
            },
        );
        match retention.criterion {
            ReturnCriterion::On => self.line("criterion", "on"),
            ReturnCriterion::OnOrAfter => self.line("criterion", "on_or_after"),
            ReturnCriterion::Bracket(from, to) => self.line("criterion", &format!("bracket {from}-{to}")),
        }
        self.line(
            "clock",
            match retention.clock {
                Clock::Calendar => "calendar",
                Clock::Rolling => "rolling",
            },
        );
        self.same(&retention.same);
    }

    fn funnel(&mut self, plan: &Plan, funnel: &Funnel) {
        for step in &funnel.steps {
            self.signal(plan, "step", &step.signal);
            self.maybe("step within", step.within.map(|length| length.to_string()).as_deref());
        }
        self.length("within", funnel.within);
        self.line(
            "order",
            match funnel.order {
                FunnelOrder::Ordered => "ordered",
                FunnelOrder::Strict => "strict",
                FunnelOrder::Any => "any",
            },
        );
        self.line(
            "entry",
            match funnel.entry {
                FunnelEntry::Best => "best",
                FunnelEntry::First => "first",
                FunnelEntry::Each => "each",
            },
        );
        for exclusion in &funnel.exclude {
            let then = match exclusion.then {
                Excluded::Remove => "remove",
                Excluded::Drop => "drop",
            };
            self.signal(plan, &format!("exclude {}-{} {then}", exclusion.after, exclusion.before), &exclusion.signal);
        }
        self.same(&funnel.same);
        match funnel.breakdown {
            Breakdown::Entry => self.line("breakdown", "entry"),
            Breakdown::Step(step) => self.line("breakdown", &format!("step {step}")),
            Breakdown::First => self.line("breakdown", "first"),
            Breakdown::Last => self.line("breakdown", "last"),
        }
        self.flag("by_same_user", funnel.by_same_user);
        self.maybe("period", funnel.period.map(Unit::word));
    }

    fn business(&mut self, plan: &Plan, kind: &BusinessKind) {
        match kind {
            BusinessKind::Mrr | BusinessKind::MrrMovements => {}
            BusinessKind::NetRevenueRetention { over } => self.length("over", *over),
            BusinessKind::RenewalRate { over } => {
                self.length("over", *over);
                let Some(renewals) = &plan.renewals else { return };
                self.line(
                    "from",
                    match &renewals.from {
                        RenewalsFrom::CrmDeals => "crm.deals",
                        RenewalsFrom::Billing => "billing",
                        RenewalsFrom::File(file) => file,
                    },
                );
                self.line("pipeline", &renewals.pipeline);
                self.line("won", &renewals.won.join("\n"));
                self.line("lost", &renewals.lost.join("\n"));
                self.maybe("due", renewals.due.as_deref());
            }
        }
    }

    fn flag(&mut self, key: &str, flag: bool) {
        self.line(key, if flag { "yes" } else { "no" });
    }

    fn unit(&mut self, key: &str, unit: Unit) {
        self.line(key, unit.word());
    }

    fn same(&mut self, same: &[String]) {
        for property in same {
            self.line("same", property);
        }
    }

    fn used(&mut self, plan: &Plan, key: &str, used: &Use) {
        self.signal(plan, key, &used.signal);
        self.line(&format!("{key} at_least"), &used.at_least.to_string());
        self.maybe(&format!("{key} per"), used.per.map(Unit::word));
    }

    /// A signal by what it means, not by its name: renaming it changes nothing.
    fn signal(&mut self, plan: &Plan, key: &str, id: &SignalId) {
        let Some(signal) = plan.signals.iter().find(|signal| signal.id == *id) else { return };
        self.line(key, &signal_text(signal));
    }
}

fn signal_text(signal: &Signal) -> String {
    let mut text = match &signal.matches {
        Matches::AnyEvent => "any event".to_string(),
        Matches::Events(names) => format!("events {names:?}"),
        Matches::Gauge(name) => format!("gauge {name:?}"),
    };
    if let Some(filter) = &signal.filter {
        text.push_str(&format!(" where {}", filter_text(filter)));
    }
    if let Some(filter) = &signal.account_filter {
        text.push_str(&format!(" where_account {}", filter_text(filter)));
    }
    if signal.first_time {
        text.push_str(" first_time");
    }
    if let Some(property) = &signal.distinct {
        text.push_str(&format!(" distinct {property:?}"));
    }
    text.push_str(&format!(" at_least {}", signal.at_least));
    if let Some(per) = signal.per {
        text.push_str(&format!(" per {}", per.word()));
    }
    text
}

/// A test with its spelling taken away: brackets, case of words and spaces do not matter.
fn filter_text(filter: &Filter) -> String {
    let all = |tests: &[Filter]| tests.iter().map(filter_text).collect::<Vec<_>>().join(" ");
    match filter {
        Filter::And(tests) => format!("(and {})", all(tests)),
        Filter::Or(tests) => format!("(or {})", all(tests)),
        Filter::Not(test) => format!("(not {})", filter_text(test)),
        Filter::Compare { name, comparison, literal } => {
            let sign = match comparison {
                Comparison::Equal => "=",
                Comparison::NotEqual => "<>",
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                Comparison::GreaterOrEqual => ">=",
            };
            format!("({sign} {} {})", name_text(name), literal_text(literal))
        }
        Filter::In { name, literals } => {
            let list = literals.iter().map(literal_text).collect::<Vec<_>>().join(" ");
            format!("(in {} {list})", name_text(name))
        }
        Filter::Between { name, low, high } => {
            format!("(between {} {} {})", name_text(name), literal_text(low), literal_text(high))
        }
        Filter::Like { name, pattern, any_case } => {
            format!("({} {} {pattern:?})", if *any_case { "ilike" } else { "like" }, name_text(name))
        }
        Filter::IsNull(name) => format!("(null {})", name_text(name)),
        Filter::Has(name) => format!("(has {})", name_text(name)),
    }
}

fn name_text(name: &Name) -> String {
    match name {
        Name::Plain(name) => format!("{name:?}"),
        Name::Crm(label) => format!("crm {label:?}"),
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("{text:?}"),
        Literal::Number(digits) => digits.clone(),
        Literal::Bool(value) => value.to_string(),
    }
}

/// The hash of what says when accounts began and ended, which every count of existing accounts rests on.
pub fn existence_hash(plan: &Plan) -> String {
    let mut text = Text::of("existence");
    for (key, moment) in [("created", &plan.workspace.created), ("ended", &plan.workspace.ended)] {
        match moment {
            Some(Moment::Signal(id)) => text.signal(plan, key, id),
            Some(Moment::Crm(label)) => text.line(key, label),
            None => {}
        }
    }
    hex(&text.0)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::civil::date;

    use super::*;
    use crate::plan::resolve::{Needs, resolve};

    const WHOLE: &str = include_str!("resolve/plans/whole.toml");

    fn plan(text: &str) -> Plan {
        resolve(text, Path::new("."), date(2026, 11, 25), Needs::Everything).0.unwrap()
    }

    /// Whether a change of the plan's text changes the hash of its first metric.
    #[track_caller]
    fn check(from: &str, to: &str, changes: bool) {
        assert!(WHOLE.contains(from), "{from}");
        let (before, after) = (plan(WHOLE), plan(&WHOLE.replacen(from, to, 1)));
        let hash = |plan: &Plan| definition_hash(&plan.metrics[0], plan);
        assert_eq!(hash(&before) != hash(&after), changes, "{from} -> {to}");
    }

    #[test]
    fn a_hash_follows_the_meaning_and_nothing_else() {
        check("value = 0.30,", "value = 0.35,", false);
        check("within = \"60d\"", "within = \"30d\"", true);
        check("distinct = \"site_id\"", "distinct = \"place_id\"", true);
        check(
            "where = \"stage = 'production' and result = 'ok'\"",
            "where = \"(stage = 'production') AND result='ok'\"",
            false,
        );
        check("where = \"stage = 'production' and result = 'ok'\"", "where = \"stage = 'production'\"", true);
        check("text = \"guided set-up shipped in April\"", "text = \"wait\"", false);
    }

    #[test]
    fn a_source_s_hash_follows_how_its_rows_are_read() {
        let hash = |text: &str| source_hash(&plan(text).sources[0]);
        let with = |key: &str| WHOLE.replacen("kind  = \"posthog\"", &format!("kind = \"posthog\"\n{key}"), 1);
        assert_eq!(hash(WHOLE), hash(&with("optional = true\nset_aside = 0.5")));
        assert_ne!(hash(WHOLE), hash(&with("timezone = \"Europe/Paris\"")));
        assert_ne!(hash(WHOLE), hash(&WHOLE.replacen("account = \"$groups.team\"", "account = \"$groups.org\"", 1)));
        assert_eq!(hash(WHOLE).len(), 16);
    }
}
