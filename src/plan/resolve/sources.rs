//! `[sources.<name>]`: which keys a kind takes, and what holds where one is left out.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::Resolver;
use super::ground::all;
use crate::model::ids::SourceName;
use crate::model::length::Length;
use crate::plan::Workspace;
use crate::plan::file::read::{At, Named, Perhaps, named};
use crate::plan::file::values::{Amounts, ColumnUse, OnBreak, OneOrMany};
use crate::plan::file::{self, Contract as WrittenContract};
use crate::plan::source::{Contract, Kind, Paths, Source};
use crate::plan::{globs, issues, kinds};

impl Resolver<'_> {
    /// The sources, in the plan's order.
    pub(super) fn sources(&mut self, workspace: &Workspace) -> Vec<Source> {
        named(&self.file.sources).iter().filter_map(|(name, written)| self.source(workspace, name, written)).collect()
    }

    fn source(&mut self, workspace: &Workspace, name: &At<String>, at: &At<file::Source>) -> Option<Source> {
        let written = &at.value;
        let kind = *written.kind.value()?;
        let label = format!("source `{}`", name.value);
        self.source_keys(&label, kind, written);
        self.source_files(&label, kind, at);
        let zone = written.timezone.as_ref().and_then(|zone| self.zone(&format!("`timezone` of {label}"), zone));
        let (files, deals) = match kind {
            kind if kind.is_crm() => (&written.companies, &written.deals),
            Kind::Stripe => (&written.subscriptions, &None),
            _ => (&written.files, &None),
        };
        Some(Source {
            name: SourceName::new(&name.value),
            kind,
            files: patterns(files),
            deals: patterns(deals),
            paths: paths(written),
            accounts: written.accounts.value().cloned(),
            gauges: written.gauges.as_ref().map(|_| patterns(&written.gauges)),
            columns: self.columns(&label, kind, written),
            timezone: zone.unwrap_or_else(|| default_zone(kind, workspace)),
            dates: written.dates.value().copied(),
            decimal: written
                .decimal
                .as_ref()
                .and_then(|at| self.mark(&format!("`decimal` of {label}"), at, &[".", ","])),
            delimiter: written.delimiter.as_ref().and_then(|at| self.delimiter(&label, at)),
            encoding: written.encoding.as_ref().and_then(|at| self.encoding(&label, at)),
            cents: written.amounts.value() == Some(&Amounts::Cents),
            currency: self.source_currency(&label, kind, written, workspace),
            pipeline: (kind == Kind::Salesforce).then(|| written.pipeline.said_or("Type".into())),
            links: written.links.value().cloned(),
            resolution: written.resolution.value().copied(),
            dated: written.dated.value().copied(),
            expects_daily: written.expects.is_some(),
            optional: written.optional.said_or(false),
            set_aside: self.share(&format!("`set_aside` of {label}"), &written.set_aside),
            stale: written.stale.value().map(|stale| self.source_stale(&label, stale)),
            lag: written.lag.said_or(Length::days(0)),
            contract: written.contract.value().map(contract),
        })
    }

    /// Says which keys the kind does not take.
    fn source_keys(&mut self, label: &str, kind: Kind, written: &file::Source) {
        let keys = kinds::source_keys(kind);
        for (key, span) in written.written() {
            if !keys.contains(&key) {
                self.problems.push(&span, issues::key_not_of_kind(label, key, kind.name(), &keys));
            }
        }
    }

    /// Says where a source names no files and nothing to pull from.
    fn source_files(&mut self, label: &str, kind: Kind, at: &At<file::Source>) {
        let keys: &[&str] = match kind {
            kind if kind.is_crm() => &["companies", "deals"],
            Kind::Stripe => &["subscriptions"],
            _ => &["files"],
        };
        let globs = [&at.value.files, &at.value.companies, &at.value.deals, &at.value.subscriptions];
        for pattern in globs.into_iter().flat_map(all) {
            if let Err(message) = globs::readable(&pattern.value) {
                self.problems.push(&pattern.span, issues::pattern_unreadable(label, &pattern.value, &message));
            }
        }
        let written = at.value.written();
        if !written.iter().any(|(key, _)| keys.contains(key) || *key == "api") {
            self.problems.push(&at.span, issues::source_without_files(label, keys));
        }
    }

    /// Ours = theirs; CRM names carry their file: `companies.id`, `deals.stage`.
    fn columns(&mut self, label: &str, kind: Kind, written: &file::Source) -> BTreeMap<String, String> {
        let mut columns = BTreeMap::new();
        let only = match (&written.companies, &written.deals) {
            (Some(_), None) => Some("companies"),
            (None, Some(_)) => Some("deals"),
            _ => None,
        };
        for (name, column) in named(&written.columns) {
            match &column.value {
                ColumnUse::File(labels) if kind.is_crm() && ["companies", "deals"].contains(&name.value.as_str()) => {
                    self.file_columns(label, kind, &name.value, labels, &mut columns);
                }
                ColumnUse::Label(theirs) if !kind.is_crm() || only.is_some() => {
                    let ours = kinds::column_names(kind, only.filter(|_| kind.is_crm()));
                    let prefix = only.filter(|_| kind.is_crm()).map_or_else(String::new, |file| format!("{file}."));
                    if self.column(label, ours, name) {
                        columns.insert(format!("{prefix}{}", name.value), theirs.clone());
                    }
                }
                ColumnUse::Label(_) => {
                    let wanted = "`columns = { companies = { … }, deals = { … } }` where a source has both";
                    self.problems.push(
                        &column.span,
                        issues::wrong_type(&format!("`{}` of {label}", name.value), "text", wanted),
                    );
                }
                ColumnUse::File(_) => {
                    let what = format!("`{}` in `columns` of {label}", name.value);
                    self.problems.push(&column.span, issues::wrong_type(&what, "a table", "their label, as text"));
                }
            }
        }
        columns
    }

    fn file_columns(
        &mut self,
        label: &str,
        kind: Kind,
        file: &str,
        labels: &Named<String>,
        columns: &mut BTreeMap<String, String>,
    ) {
        for (name, theirs) in &labels.0 {
            if self.column(&format!("`{file}` of {label}"), kinds::column_names(kind, Some(file)), name) {
                columns.insert(format!("{file}.{}", name.value), theirs.value.clone());
            }
        }
    }

    fn column(&mut self, label: &str, ours: &[&str], name: &At<String>) -> bool {
        let known = ours.contains(&name.value.as_str());
        if !known {
            self.problems.push(&name.span, issues::unknown_key(&format!("`columns` of {label}"), &name.value, ours));
        }
        known
    }

    /// A single character, one of a few.
    fn mark(&mut self, label: &str, at: &At<String>, allowed: &[&str]) -> Option<char> {
        if !allowed.contains(&at.value.as_str()) {
            self.problems.push(&at.span, issues::unknown_word(label, &at.value, allowed));
            return None;
        }
        at.value.chars().next()
    }

    fn delimiter(&mut self, label: &str, at: &At<String>) -> Option<char> {
        let label = format!("`delimiter` of {label}");
        if at.value == "tab" || at.value == "\\t" {
            return Some('\t');
        }
        self.mark(&label, at, &[",", ";", "\t", "|", "tab"])
    }

    fn encoding(&mut self, label: &str, at: &At<String>) -> Option<String> {
        let encoding = encoding_rs::Encoding::for_label(at.value.as_bytes());
        if encoding.is_none() {
            let known = ["utf-8", "utf-16le", "utf-16be", "windows-1252"];
            self.problems.push(&at.span, issues::unknown_word(&format!("`encoding` of {label}"), &at.value, &known));
        }
        encoding.map(|encoding| encoding.name().to_string())
    }

    fn source_currency(
        &mut self,
        label: &str,
        kind: Kind,
        written: &file::Source,
        workspace: &Workspace,
    ) -> Option<String> {
        let said = written.currency.as_ref().and_then(|at| self.currency(&format!("`currency` of {label}"), at));
        said.or_else(|| workspace.currency.clone().filter(|_| kind.is_crm() || kind.is_billing()))
    }

    fn source_stale(&mut self, label: &str, written: &file::Stale) -> (Length, Length) {
        let nothing = file::Stale::default();
        let limits = self.file.limits.value().and_then(|limits| limits.stale.value()).unwrap_or(&nothing);
        let otherwise = (limits.warn.said_or(Length::days(2)), limits.error.said_or(Length::days(7)));
        self.stale(&format!("`stale` of {label}"), written, otherwise)
    }
}

/// The zone of times that carry none: what a machine writes is UTC, what people export is in theirs.
fn default_zone(kind: Kind, workspace: &Workspace) -> TimeZone {
    match kind {
        Kind::Hubspot | Kind::Salesforce | Kind::Crm | Kind::Changelog | Kind::Evidence | Kind::Members => {
            workspace.calendar.zone.clone()
        }
        Kind::Posthog
        | Kind::Segment
        | Kind::Amplitude
        | Kind::Mixpanel
        | Kind::Ga4
        | Kind::Snowplow
        | Kind::Events
        | Kind::Snapshots
        | Kind::Stripe
        | Kind::Subscriptions => TimeZone::UTC,
    }
}

fn patterns(list: &Option<At<OneOrMany<String>>>) -> Vec<String> {
    all(list).iter().map(|pattern| pattern.value.clone()).collect()
}

fn paths(written: &file::Source) -> Paths {
    Paths {
        account: written.account.value().cloned(),
        user: written.user.value().cloned(),
        event: written.event.value().cloned(),
        time: written.time.value().cloned(),
        id: written.id.value().cloned(),
        email: written.email.value().cloned(),
        gauge: written.gauge.value().cloned(),
        value: written.value.value().cloned(),
    }
}

fn contract(written: &WrittenContract) -> Contract {
    let required = named(&written.required).iter().map(|(event, properties)| {
        (event.value.clone(), properties.value.iter().map(|property| property.value.clone()).collect())
    });
    let types = named(&written.types).iter().map(|(name, word)| (name.value.clone(), word.value.0.to_string()));
    Contract {
        required: required.collect(),
        types: types.collect(),
        stop_on_break: written.on_break.value() == Some(&OnBreak::Stop),
    }
}
