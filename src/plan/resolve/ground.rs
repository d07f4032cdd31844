//! What every verb stands on: the workspace, who is who, renewals, limits; and the tables that have defaults only.

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Resolver;
use crate::model::ids::{MetricId, SegmentId};
use crate::model::length::Length;
use crate::model::period::{Calendar, Unit};
use crate::plan::file::read::{At, Perhaps, entries, named};
use crate::plan::file::values::{Month, OneOrMany};
use crate::plan::file::{self, Note};
use crate::plan::issues::{self, Noun};
use crate::plan::source::Source;
use crate::plan::{
    DefinitionChange, EvidenceRules, Expansions, Identity, Limits, MatchRule, MatchTo, Moment, Rebase, Renewals,
    RenewalsFrom, Segment, Sync, Workspace,
};

impl Resolver<'_> {
    /// `[workspace]`, but for what says when accounts began and ended: that needs the signals.
    pub(super) fn workspace(&mut self) -> Workspace {
        let nothing = file::Workspace::default();
        let written = self.file.workspace.value().unwrap_or(&nothing);
        let starts = self.file.sync.value().and_then(|sync| sync.fiscal_year_starts.value());
        let zone = written.timezone.as_ref().and_then(|zone| self.zone("`timezone` of `[workspace]`", zone));
        let calendar = Calendar {
            zone: zone.unwrap_or(TimeZone::UTC),
            week_starts: written.week_starts.said_or(Weekday::Monday),
            fiscal_year_starts: starts.map_or(1, |month: &Month| month.0),
        };
        Workspace {
            name: written.name.said_or(String::new()),
            timezone: written.timezone.said_or("UTC".into()),
            currency: written.currency.as_ref().and_then(|code| self.currency("`currency` of `[workspace]`", code)),
            rates: written.rates.value().cloned(),
            known_since: written.known_since.value().copied(),
            created: None,
            ended: None,
            calendar,
        }
    }

    /// What says when accounts began and ended.
    pub(super) fn moments(&mut self, workspace: &mut Workspace) {
        let Some(written) = self.file.workspace.value() else { return };
        workspace.created = written.created.as_ref().and_then(|at| self.moment("`created` of `[workspace]`", at));
        workspace.ended = written.ended.as_ref().and_then(|at| self.moment("`ended` of `[workspace]`", at));
    }

    /// A signal, or `crm."Label"`.
    fn moment(&mut self, label: &str, at: &At<String>) -> Option<Moment> {
        match at.value.strip_prefix("crm.\"").and_then(|rest| rest.strip_suffix('"')) {
            Some(field) => Some(Moment::Crm(field.replace("\"\"", "\""))),
            None => self.signal(label, at).map(Moment::Signal),
        }
    }

    /// A zone, from the rules that are compiled in: those of the machine may differ from the next one's.
    pub(super) fn zone(&mut self, label: &str, name: &At<String>) -> Option<TimeZone> {
        let zone = TimeZoneDatabase::bundled().get(&name.value).ok();
        if zone.is_none() {
            self.problems.push(&name.span, issues::timezone_unknown(label, &name.value));
        }
        zone
    }

    /// A currency's code.
    pub(super) fn currency(&mut self, label: &str, code: &At<String>) -> Option<String> {
        if code.value.len() == 3 && code.value.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Some(code.value.clone());
        }
        self.problems.push(&code.span, issues::currency_unknown(label, &code.value));
        None
    }

    /// `[identity]`
    pub(super) fn identity(&mut self) -> Identity {
        let Some(written) = self.file.identity.value() else { return Identity::default() };
        let crm = entries(&written.crm).iter().filter_map(|rule| {
            let (from, to) = (rule.value.account.value()?, rule.value.company.value()?);
            Some(MatchRule { from: from.clone(), to: MatchTo::Company(to.clone()) })
        });
        Identity {
            crm: crm.collect(),
            billing: entries(&written.billing).iter().filter_map(|rule| self.billing_rule(rule)).collect(),
            overrides: written.overrides.value().cloned(),
            account_by_domain: written.account_by_domain.said_or(false),
            exclude_domains: texts(&written.exclude_domains),
        }
    }

    fn billing_rule(&mut self, rule: &At<file::BillingRule>) -> Option<MatchRule> {
        let label = "a rule in `billing` of `[identity]`";
        let to = match (rule.value.account.value(), rule.value.company.value()) {
            (Some(account), None) => MatchTo::Account(account.clone()),
            (None, Some(company)) => MatchTo::Company(company.clone()),
            (Some(_), Some(_)) => {
                self.problems.push(&rule.span, issues::key_twice(label, "account", "company"));
                return None;
            }
            (None, None) => {
                let why = "a customer is matched to an `account` or to a `company`";
                self.problems.push_missing(&rule.span, "account", issues::key_needed(label, "account", why));
                return None;
            }
        };
        Some(MatchRule { from: rule.value.customer.value()?.clone(), to })
    }

    /// `[segments]`
    pub(super) fn segments(&mut self) -> Vec<Segment> {
        let mut segments = Vec::new();
        for (name, written) in named(&self.file.segments) {
            let label = format!("`bands` of segment `{}`", name.value);
            let bands: Vec<f64> = entries(&written.value.bands).iter().map(|band| band.value).collect();
            if let Some(at) = written.value.bands.as_ref().filter(|_| !bands.windows(2).all(|pair| pair[0] < pair[1])) {
                self.problems.push(&at.span, issues::bands_not_ascending(&label));
            }
            if let (Some(_), Some(map)) = (&written.value.bands, &written.value.map) {
                let label = format!("segment `{}`", name.value);
                self.problems.push(&map.span, issues::key_twice(&label, "bands", "map"));
            }
            let (Some(from), Some(field)) = (written.value.from.value(), written.value.field.value()) else { continue };
            segments.push(Segment {
                id: SegmentId::new(&name.value),
                from: *from,
                field: field.clone(),
                report: written.value.report.said_or(false),
                bands,
                map: written.value.map.value().cloned(),
            });
        }
        segments
    }

    /// `[renewals]`: without the table its defaults hold where a CRM has deals.
    pub(super) fn renewals(&mut self, sources: &[Source]) -> Option<Renewals> {
        let nothing = file::Renewals::default();
        let written = match self.file.renewals.value() {
            Some(written) => written,
            None if sources.iter().any(|source| !source.deals.is_empty()) => &nothing,
            None => return None,
        };
        let from = match written.from.value().map(String::as_str) {
            None | Some("crm.deals") => RenewalsFrom::CrmDeals,
            Some("billing") => RenewalsFrom::Billing,
            Some(file) => RenewalsFrom::File(file.to_string()),
        };
        if let Some(at) = written.from.as_ref().filter(|at| !at.value.contains('.') && at.value != "billing") {
            let problem =
                issues::unknown_word("`from` of `[renewals]`", &at.value, &["crm.deals", "billing", "renewals.csv"]);
            self.problems.push(&at.span, problem);
        }
        self.renewal_keys(written, &from);
        Some(Renewals {
            from,
            pipeline: written.pipeline.said_or("Renewals".into()),
            won: several(&written.won, "Closed won"),
            lost: several(&written.lost, "Closed lost"),
            due: written.due.value().cloned(),
        })
    }

    /// Keys that say nothing where renewals are read from: terms have no stage, and a file has no label of a deal.
    fn renewal_keys(&mut self, written: &file::Renewals, from: &RenewalsFrom) {
        let of_deals = [
            ("pipeline", written.pipeline.as_ref().map(|at| &at.span)),
            ("due", written.due.as_ref().map(|at| &at.span)),
        ];
        let words =
            [("won", written.won.as_ref().map(|at| &at.span)), ("lost", written.lost.as_ref().map(|at| &at.span))];
        let (unused, kind, keys): (Vec<_>, _, &[&str]) = match from {
            RenewalsFrom::CrmDeals => return,
            RenewalsFrom::Billing => (of_deals.into_iter().chain(words).collect(), "billing", &[]),
            RenewalsFrom::File(_) => (of_deals.to_vec(), "a file", &["won", "lost"]),
        };
        for (key, span) in unused {
            if let Some(span) = span {
                self.problems.push(span, issues::key_not_of_kind("`[renewals]`", key, kind, keys));
            }
        }
    }

    /// `[expansions]`
    pub(super) fn expansions(&mut self) -> Option<Expansions> {
        let written = self.file.expansions.value()?;
        if let Some(from) = written.from.as_ref().filter(|from| from.value != "crm.deals") {
            self.problems
                .push(&from.span, issues::unknown_word("`from` of `[expansions]`", &from.value, &["crm.deals"]));
        }
        Some(Expansions { pipeline: written.pipeline.value()?.clone(), won: several(&written.won, "Closed won") })
    }

    /// `[limits]`
    pub(super) fn limits(&mut self) -> Limits {
        let nothing = file::Limits::default();
        let written = self.file.limits.value().unwrap_or(&nothing);
        let mut share = |at: &Option<At<f64>>, key: &str, otherwise: f64| {
            self.share(&format!("`{key}` of `[limits]`"), at).unwrap_or(otherwise)
        };
        let (set_aside, unmatched) = (
            share(&written.set_aside, "set_aside", 0.01),
            share(&written.unmatched_revenue, "unmatched_revenue", 0.10),
        );
        let restated = share(&written.restated, "restated", 0.02);
        let stale = written.stale.value().cloned().unwrap_or_default();
        let (stale_warn, stale_error) = self.stale("`stale` of `[limits]`", &stale, (Length::days(2), Length::days(7)));
        Limits { set_aside, unmatched_revenue: unmatched, stale_warn, stale_error, restated }
    }

    /// A share from 0 to 1.
    pub(super) fn share(&mut self, label: &str, at: &Option<At<f64>>) -> Option<f64> {
        let at = at.as_ref()?;
        if (0.0..=1.0).contains(&at.value) {
            return Some(at.value);
        }
        self.problems.push(&at.span, issues::number_out_of_range(label, &at.value.to_string(), "a share from 0 to 1"));
        None
    }

    /// Limits of staleness: warn before error.
    pub(super) fn stale(
        &mut self,
        label: &str,
        written: &file::Stale,
        otherwise: (Length, Length),
    ) -> (Length, Length) {
        let (warn, error) = (written.warn.said_or(otherwise.0), written.error.said_or(otherwise.1));
        if let Some(at) = written.error.as_ref().filter(|_| error.micros() < warn.micros()) {
            let problem = issues::number_out_of_range(
                label,
                &format!("`error = \"{error}\"`"),
                &format!("`warn` ({warn}) or more"),
            );
            self.problems.push(&at.span, problem);
        }
        (warn, error)
    }

    /// `[evidence]`
    pub(super) fn evidence(&mut self) -> EvidenceRules {
        let nothing = file::Evidence::default();
        let written = self.file.evidence.value().unwrap_or(&nothing);
        let placebos = written.placebos.value().cloned().unwrap_or_default();
        let mut rules = EvidenceRules {
            covariates: self.segment_ids("`covariates` of `[evidence]`", entries(&written.covariates)),
            stable: self.segment_ids("`stable` of `[evidence]`", entries(&written.stable)),
            activity: None,
            cluster: written.cluster.value().cloned(),
            pin: texts(&placebos.pin),
            veto: texts(&placebos.veto),
            e_value: written.e_value.said_or(2.0),
        };
        if written.covariates.is_none() {
            rules.covariates = self.known(Noun::Segment).into_iter().map(SegmentId::new).collect();
        }
        if let Some(at) = &written.activity {
            rules.activity = self.signal("`activity` of `[evidence]`", at);
        }
        if let Some(at) = written.e_value.as_ref().filter(|at| at.value < 1.0) {
            let problem = issues::number_out_of_range("`e_value` of `[evidence]`", &at.value.to_string(), "1 or more");
            self.problems.push(&at.span, problem);
        }
        rules
    }

    fn segment_ids(&mut self, label: &str, names: &[At<String>]) -> Vec<SegmentId> {
        names
            .iter()
            .filter(|name| self.knows(Noun::Segment, label, name))
            .map(|name| SegmentId::new(&name.value))
            .collect()
    }

    /// `[[experiment]]`: kept as written; here its ends and its two forms are looked at.
    pub(super) fn experiments(&mut self) {
        for written in entries(&self.file.experiment) {
            let label = format!("experiment `{}`", written.value.id.said_or(String::new()));
            if let Some(ends) = written.value.link.value() {
                for end in [&ends.from, &ends.to].into_iter().flatten() {
                    if !self.known(Noun::Outcome).contains(&end.value.as_str()) {
                        self.knows(Noun::Metric, &label, end);
                    }
                }
            }
            match (&written.value.assignments, &written.value.result) {
                (Some(_), Some(result)) => {
                    self.problems.push(&result.span, issues::key_twice(&label, "assignments", "result"));
                }
                (None, None) => {
                    let why = "it is computed from `assignments`, or declared as a `result`";
                    self.problems.push_missing(
                        &written.span,
                        "assignments",
                        issues::key_needed(&label, "assignments", why),
                    );
                }
                (Some(at), None) if written.value.control.is_none() => {
                    self.problems
                        .push(&at.span, issues::key_needed(&label, "control", "one of the arms is the control"));
                }
                _ => {}
            }
        }
    }

    /// `[[rebase]]`
    pub(super) fn rebases(&mut self) -> Vec<Rebase> {
        let notes = self.notes("`[[rebase]]`", entries(&self.file.rebase));
        notes.into_iter().map(|(metric, on, because)| Rebase { metric, on, because }).collect()
    }

    /// `[[definition_change]]`
    pub(super) fn definition_changes(&mut self) -> Vec<DefinitionChange> {
        let notes = self.notes("`[[definition_change]]`", entries(&self.file.definition_change));
        notes.into_iter().map(|(metric, on, because)| DefinitionChange { metric, on, because }).collect()
    }

    fn notes(&mut self, label: &str, notes: &[At<Note>]) -> Vec<(MetricId, Date, String)> {
        let known =
            |note: &&At<Note>| note.value.metric.as_ref().is_some_and(|metric| self.knows(Noun::Metric, label, metric));
        let known: Vec<_> = notes.iter().filter(known).collect();
        known
            .into_iter()
            .filter_map(|note| {
                let (metric, on) = (note.value.metric.value()?, note.value.on.value()?);
                Some((MetricId::new(metric), *on, note.value.because.value()?.clone()))
            })
            .collect()
    }

    /// `[sync]`
    pub(super) fn sync(&mut self) -> Sync {
        let nothing = file::Sync::default();
        let written = self.file.sync.value().unwrap_or(&nothing);
        Sync {
            every: written.every.said_or(Unit::Quarter),
            next: written.next.value().copied(),
            decisions: Some(written.decisions.said_or("decisions.toml".into())),
            min_n: written.min_n.said_or(20),
        }
    }
}

/// The texts of a list.
pub(super) fn texts(list: &Option<At<Vec<At<String>>>>) -> Vec<String> {
    entries(list).iter().map(|text| text.value.clone()).collect()
}

/// One text or several, or the one that holds without.
pub(super) fn several(list: &Option<At<OneOrMany<String>>>, otherwise: &str) -> Vec<String> {
    let written: Vec<String> = all(list).iter().map(|text| text.value.clone()).collect();
    if written.is_empty() { vec![otherwise.to_string()] } else { written }
}

/// The entries of one or several.
pub(super) fn all<T>(list: &Option<At<OneOrMany<T>>>) -> &[At<T>] {
    list.as_ref().map_or(&[], |at| at.value.0.as_slice())
}
