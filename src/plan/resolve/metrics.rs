//! Metrics: what all of them have, and the business ones.

use std::collections::BTreeMap;

use super::Resolver;
use crate::model::ids::{MetricId, OutcomeId, SourceName};
use crate::model::length::Length;
use crate::model::metric::{
    Actor, Better, Business, BusinessKind, Goal, Metric, OwnerSays, Reduce, Target, TargetPath, Traction, TractionKind,
};
use crate::plan::file::read::{At, Perhaps, entries, named};
use crate::plan::file::values::{PathUse, points};
use crate::plan::issues::{self, Noun};
use crate::plan::kinds::{self, MetricKind};
use crate::plan::problems::Span;
use crate::plan::{Chart, file};

/// Keys that every traction metric takes.
const TRACTION: [&str; 9] = ["id", "title", "outcome", "kind", "actor", "target", "better", "owner_says", "chart"];

/// Keys that every business metric takes; the last two are refused with a word of their own.
const BUSINESS: [&str; 10] = ["id", "title", "kind", "source", "owner", "goal", "better", "chart", "target", "outcome"];

impl Resolver<'_> {
    /// All metrics that are built: traction in the plan's order, then business; and the charts they ask for.
    pub(super) fn metrics(&mut self) -> (Vec<Metric>, BTreeMap<MetricId, Chart>) {
        let file = self.file;
        let mut metrics = Vec::new();
        let mut charts = BTreeMap::new();
        for at in entries(&file.traction) {
            metrics.extend(self.traction(at).map(Metric::Traction));
            charts
                .extend(at.value.id.value().zip(at.value.chart.value()).map(|(id, chart)| (MetricId::new(id), *chart)));
        }
        for at in entries(&file.business) {
            metrics.extend(self.business(at).map(Metric::Business));
            charts
                .extend(at.value.id.value().zip(at.value.chart.value()).map(|(id, chart)| (MetricId::new(id), *chart)));
        }
        (metrics, charts)
    }

    fn traction(&mut self, at: &At<file::Traction>) -> Option<Traction> {
        let written = &at.value;
        let id = written.id.value()?.clone();
        let label = format!("metric `{id}`");
        let kind_name = written.kind.as_ref()?;
        let only_business = kinds::BUSINESS.iter().any(|kind| kind.name == kind_name.value)
            && !kinds::TRACTION.iter().any(|kind| kind.name == kind_name.value);
        if only_business {
            self.problems.push(&kind_name.span, issues::business_as_traction(&id, &kind_name.value));
            return None;
        }
        if let Some(outcome) = &written.outcome {
            self.knows(Noun::Outcome, &label, outcome);
        } else {
            let why = "a traction metric is a signal that some outcome is happening";
            self.problems.push_missing(&at.span, "outcome", issues::key_needed(&label, "outcome", why));
        }
        self.kind(&id, kind_name, &kinds::TRACTION, &TRACTION, &written.written())?;
        self.windows(&label, at);
        let kind = self.traction_kind(&label, at)?;
        let target = written.target.as_ref().and_then(|target| self.target(&id, &kind, &target.value));
        let better = written.better.value().copied().unwrap_or_else(|| default_better(&kind, target.as_ref()));
        Some(Traction {
            title: written.title.value().cloned().unwrap_or_else(|| in_words(&id)),
            id: MetricId::new(id),
            outcome: OutcomeId::new(written.outcome.said_or(String::new())),
            actor: written.actor.said_or(Actor::Account),
            kind,
            target,
            better,
            owner_says: written.owner_says.value().and_then(owner_says),
        })
    }

    /// Looks a kind up; says which keys it does not take, and whether it is built.
    fn kind(
        &mut self,
        id: &str,
        name: &At<String>,
        kinds: &'static [MetricKind],
        shared: &[&str],
        written: &[(&'static str, Span)],
    ) -> Option<&'static MetricKind> {
        let label = format!("metric `{id}`");
        let Some(kind) = kinds.iter().find(|kind| kind.name == name.value) else {
            let known: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
            self.problems.push(&name.span, issues::unknown_kind(&label, &name.value, &known));
            return None;
        };
        for (key, span) in written.iter().filter(|(key, _)| !shared.contains(key) && !kind.keys.contains(key)) {
            self.problems.push(span, issues::key_not_of_kind(&label, key, kind.name, kind.keys));
        }
        if !kind.built {
            let built: Vec<&str> = kinds.iter().filter(|kind| kind.built).map(|kind| kind.name).collect();
            self.problems.push(&name.span, issues::kind_not_built(&label, kind.name, &built));
            self.not_built.push(id.to_string());
            return None;
        }
        Some(kind)
    }

    fn target(&mut self, id: &str, kind: &TractionKind, written: &file::Target) -> Option<Target> {
        let label = format!("`target` of metric `{id}`");
        let from = written.from.value();
        let path = match (written.path.value(), written.points.as_ref()) {
            (_, Some(at)) => TargetPath::Points(self.target_points(&label, written, &at.value)),
            (Some(PathUse::Points(named)), None) => TargetPath::Points(self.target_points(&label, written, named)),
            (Some(PathUse::Step), None) => TargetPath::Step,
            (Some(PathUse::Linear) | None, None) => TargetPath::Linear,
        };
        if let (Some(PathUse::Linear | PathUse::Step), Some(at)) = (written.path.value(), written.points.as_ref()) {
            self.problems.push(&at.span, issues::key_twice(&label, "path", "points"));
        }
        self.target_in_range(id, kind, &written.value, "value");
        if let Some(from) = from {
            self.target_in_range(id, kind, &from.value, "from");
            if let (Some(by), Some(on)) = (&written.by, from.on.value())
                && by.value <= *on
            {
                self.problems.push(&by.span, issues::dates_out_of_order(&label, "by", by.value, "from.on", *on));
            }
        }
        Some(Target {
            value: *written.value.value()?,
            by: *written.by.value()?,
            from: from.and_then(|from| Some((*from.value.value()?, *from.on.value()?))),
            path,
        })
    }

    fn target_points(
        &mut self,
        label: &str,
        written: &file::Target,
        named: &crate::plan::file::read::Named<f64>,
    ) -> Vec<(jiff::civil::Date, f64)> {
        let mut days = points(named, label, &mut self.problems);
        days.sort_by_key(|(day, _)| day.value);
        for (day, _) in &days {
            if let Some(by) = written.by.value().filter(|by| day.value > **by) {
                self.problems.push(&day.span, issues::dates_out_of_order(label, "by", *by, "a point", day.value));
            }
            let on = written.from.value().and_then(|from| from.on.value());
            if let Some(on) = on.filter(|on| day.value < **on) {
                self.problems.push(&day.span, issues::dates_out_of_order(label, "a point", day.value, "from.on", *on));
            }
        }
        days.into_iter().map(|(day, value)| (day.value, value)).collect()
    }

    fn target_in_range(&mut self, id: &str, kind: &TractionKind, at: &Option<At<f64>>, key: &str) {
        let Some(at) = at else { return };
        let (fits, range) = match kind {
            TractionKind::Active(_) => (at.value >= 0.0, "a count, 0 or more"),
            TractionKind::Gauge(gauge) if !matches!(gauge.reduce, Reduce::Share(_)) => (true, ""),
            TractionKind::Activation(_)
            | TractionKind::Adoption(_)
            | TractionKind::Retention(_)
            | TractionKind::Funnel(_)
            | TractionKind::Gauge(_) => ((0.0..=1.0).contains(&at.value), "a share, from 0 to 1"),
        };
        if !fits {
            self.problems.push(&at.span, issues::target_out_of_range(id, key, at.value, range));
        }
    }

    fn business(&mut self, at: &At<file::Business>) -> Option<Business> {
        let written = &at.value;
        let id = written.id.value()?.clone();
        let label = format!("metric `{id}`");
        if let Some(target) = &written.target {
            self.problems.push(&target.span, issues::business_target(&id));
        }
        if let Some(outcome) = &written.outcome {
            self.problems.push(&outcome.span, issues::business_as_measure(&id, &outcome.value));
        }
        if let Some(source) = &written.source {
            self.knows(Noun::Source, &label, source);
        }
        let kind = self.kind(&id, written.kind.as_ref()?, &kinds::BUSINESS, &BUSINESS, &written.written())?;
        let over = self.over(&label, &written.over);
        let kind = match kind.name {
            "mrr" => BusinessKind::Mrr,
            "mrr_movements" => BusinessKind::MrrMovements,
            "net_revenue_retention" => BusinessKind::NetRevenueRetention { over },
            _ => BusinessKind::RenewalRate { over },
        };
        Some(Business {
            title: written.title.value().cloned().unwrap_or_else(|| in_words(&id)),
            id: MetricId::new(id),
            owner: written.owner.value().cloned(),
            source: self.business_source(&label, &kind, at),
            kind,
            goal: written
                .goal
                .value()
                .and_then(|goal| Some(Goal { value: *goal.value.value()?, by: *goal.by.value()? })),
            better: written.better.said_or(Better::Higher),
        })
    }

    /// `over` counts calendar months.
    fn over(&mut self, label: &str, at: &Option<At<Length>>) -> Length {
        if let Some(at) = at.as_ref().filter(|at| at.value.calendar_months().is_none_or(|months| months == 0)) {
            let label = format!("`over` of {label}");
            let written = format!("`\"{}\"`", at.value);
            self.problems
                .push(&at.span, issues::number_out_of_range(&label, &written, "calendar months, such as \"12mo\""));
        }
        at.said_or(Length::months(12))
    }

    /// The source a business metric is read from: the one it names, or the only one that fits.
    fn business_source(&mut self, label: &str, kind: &BusinessKind, at: &At<file::Business>) -> Option<SourceName> {
        let renewals = matches!(kind, BusinessKind::RenewalRate { .. });
        let from = self.file.renewals.value().and_then(|renewals| renewals.from.value());
        let from = from.map_or("crm.deals", String::as_str);
        let of_file = renewals && !["crm.deals", "billing"].contains(&from);
        let of_crm = renewals && from == "crm.deals";
        let wanted = if of_crm { "renewals, the deals of a CRM source" } else { "subscriptions, a billing source" };
        let fits = |source: &file::Source| match source.kind.value() {
            Some(kind) if of_crm => kind.is_crm() && source.deals.is_some(),
            Some(kind) => kind.is_billing(),
            None => false,
        };
        let file = self.file;
        let sources = named(&file.sources);
        if let Some(name) = at.value.source.value() {
            let source = sources.iter().find(|(known, _)| known.value == *name).map(|(_, source)| &source.value)?;
            if let Some(kind) = source.kind.value().filter(|_| !fits(source) && !of_file) {
                let span = at.value.source.as_ref().map_or(&at.span, |at| &at.span);
                self.problems.push(span, issues::business_source_unfit(label, name, kind.name(), wanted));
            }
            return Some(SourceName::new(name));
        }
        let fitting: Vec<&str> =
            sources.iter().filter(|(_, source)| fits(&source.value)).map(|(name, _)| name.value.as_str()).collect();
        match fitting.as_slice() {
            [only] => return Some(SourceName::new(*only)),
            [] if of_file => {}
            [] => self.business_without(label, kind, at, wanted),
            _ if renewals => {}
            several => self.problems.push(&at.span, issues::business_source_many(label, several)),
        }
        None
    }

    /// Without rows a business metric has no chart; its arrows may have something to read all the same.
    fn business_without(&mut self, label: &str, kind: &BusinessKind, at: &At<file::Business>, wanted: &str) {
        let result = entries(&self.file.link)
            .iter()
            .any(|link| link.value.to.value() == at.value.id.value() && link.value.result.is_some());
        let ended = self.file.workspace.value().is_some_and(|workspace| workspace.ended.is_some());
        let read = match kind {
            _ if result => Some("the file that `result` names"),
            BusinessKind::RenewalRate { .. } => ended.then_some("`ended`"),
            BusinessKind::NetRevenueRetention { .. } | BusinessKind::Mrr | BusinessKind::MrrMovements => {
                self.file.expansions.is_some().then_some("`[expansions]`")
            }
        };
        let problem = match read {
            Some(read) => issues::business_source_absent(label, wanted, read),
            None => issues::business_source_missing(label, wanted),
        };
        self.problems.push(&at.span, problem);
    }
}

fn owner_says(written: &file::OwnerSays) -> Option<OwnerSays> {
    Some(OwnerSays {
        on: *written.on.value()?,
        status: written.status.value().copied(),
        text: written.text.value()?.clone(),
    })
}

/// The direction of the target, else what the kind makes good.
fn default_better(kind: &TractionKind, target: Option<&Target>) -> Better {
    if let Some((target, from)) = target.and_then(|target| Some((target, target.from?)))
        && target.value != from.0
    {
        return if target.value > from.0 { Better::Higher } else { Better::Lower };
    }
    match kind {
        TractionKind::Active(_)
        | TractionKind::Activation(_)
        | TractionKind::Adoption(_)
        | TractionKind::Retention(_)
        | TractionKind::Funnel(_) => Better::Higher,
        TractionKind::Gauge(_) => Better::None,
    }
}

/// Words that stand for others by their first letters, and are written in capitals.
const SHORT_FOR: [&str; 12] = ["api", "arpa", "arr", "dau", "grr", "ha", "mau", "mqtt", "mrr", "nrr", "sso", "wau"];

/// `weekly-deployers` is `Weekly deployers`, `mrr-movements` is `MRR movements`.
fn in_words(id: &str) -> String {
    let word = |word: &str| if SHORT_FOR.contains(&word) { word.to_uppercase() } else { word.to_owned() };
    let words = id.split(['-', '_']).map(word).collect::<Vec<_>>().join(" ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
