//! What the user wants: the plan file as written (`file`), as meant (`resolve`), and the `where` language (`filter`).

pub mod file;
pub mod filter;
pub mod globs;
pub mod hash;
pub mod issues;
mod kinds;
pub mod problems;
pub mod resolve;
mod rules;
pub mod schema;
mod side_files;
pub mod source;
pub mod template;

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::model::ids::{LaneId, MetricId, ObjectiveId, OutcomeId, SegmentId, SignalId};
use crate::model::length::Length;
use crate::model::metric::{Business, Metric, Traction};
use crate::model::period::{Calendar, Unit};

use filter::Filter;
use source::Source;

pub use side_files::SideFiles;

/// A plan as meant: every name resolved, every default filled in, every rule held.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The folder the plan's paths are relative to.
    pub root: PathBuf,
    /// The plan as written.
    pub text: String,
    /// Zone, currency, and who exists.
    pub workspace: Workspace,
    /// The sources, in the plan's order.
    pub sources: Vec<Source>,
    /// Who is who.
    pub identity: Identity,
    /// The segments, in the plan's order.
    pub segments: Vec<Segment>,
    /// The signals, in the plan's order; after them the ones that metrics write in place.
    pub signals: Vec<Signal>,
    /// The company's own aims.
    pub objectives: Vec<Objective>,
    /// The product lanes.
    pub lanes: Vec<Lane>,
    /// The outcomes, in the plan's order.
    pub outcomes: Vec<Outcome>,
    /// All metrics: traction in the plan's order, then business.
    pub metrics: Vec<Metric>,
    /// The links from traction (or outcome) to business, in the plan's order.
    pub links: Vec<Link>,
    /// Options of arrows from an outcome to its own traction metric, where the plan sets any.
    pub outcome_links: Vec<Link>,
    /// How links are tested.
    pub evidence: EvidenceRules,
    /// The control chart's form, for metrics whose plan overrules their kind's.
    pub charts: BTreeMap<MetricId, Chart>,
    /// New limits after a lasting shift.
    pub rebases: Vec<Rebase>,
    /// Notes at breaks of definition.
    pub definition_changes: Vec<DefinitionChange>,
    /// Which deals (or terms) are renewals.
    pub renewals: Option<Renewals>,
    /// Which deals are expansions; rises of MRR where none is said.
    pub expansions: Option<Expansions>,
    /// The rhythm of the sync.
    pub sync: Sync,
    /// Beyond these a run says so and leaves with 1.
    pub limits: Limits,
}

impl Plan {
    /// The traction metrics, in the plan's order.
    pub fn traction(&self) -> impl Iterator<Item = &Traction> {
        self.metrics.iter().filter_map(|metric| match metric {
            Metric::Traction(traction) => Some(traction),
            Metric::Business(_) => None,
        })
    }

    /// The business metrics, in the plan's order.
    pub fn business(&self) -> impl Iterator<Item = &Business> {
        self.metrics.iter().filter_map(|metric| match metric {
            Metric::Business(business) => Some(business),
            Metric::Traction(_) => None,
        })
    }

    /// The metric of that id.
    pub fn metric(&self, id: &MetricId) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id() == id)
    }

    /// The signal of that id; every id a metric names resolves.
    pub fn signal(&self, id: &SignalId) -> &Signal {
        self.signals.iter().find(|signal| signal.id == *id).expect("a resolved plan names only signals it has")
    }

    /// The segment that blocks of the pack are split by: the one that says `report = true`, else the first.
    pub fn report_segment(&self) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.report).or(self.segments.first())
    }
}

/// `[workspace]`
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The company's or product's name.
    pub name: String,
    /// Zone, week start and fiscal year.
    pub calendar: Calendar,
    /// The zone's IANA name.
    pub timezone: String,
    /// The one currency figures are told in; nothing where no source has money.
    pub currency: Option<String>,
    /// A CSV of month, currency, rate.
    pub rates: Option<String>,
    /// Nobody is new before it; nothing: first day of the data + 28 d (R0.4).
    pub known_since: Option<Date>,
    /// When an account began; nothing: first seen.
    pub created: Option<Moment>,
    /// When it ended; nothing: never.
    pub ended: Option<Moment>,
}

/// What says when an account began or ended.
#[derive(Debug, Clone)]
pub enum Moment {
    /// The first match of a signal.
    Signal(SignalId),
    /// A date in the CRM, by its label on the company.
    Crm(String),
}

/// `[identity]`
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Telemetry account -> CRM company, first rule that matches wins.
    pub crm: Vec<MatchRule>,
    /// Billing customer -> telemetry account or CRM company, first rule that matches wins.
    pub billing: Vec<MatchRule>,
    /// A CSV of rows by hand.
    pub overrides: Option<String>,
    /// Whether a user without an account may be put in one by mail domain.
    pub account_by_domain: bool,
    /// Mail domains of our own people.
    pub exclude_domains: Vec<String>,
}

/// One rule of `[identity]`: equal values match.
#[derive(Debug, Clone)]
pub struct MatchRule {
    /// The field of the row that looks for a match: `account_id`, `email_domain`, `customer_id`, or a label.
    pub from: String,
    /// What it is matched to.
    pub to: MatchTo,
}

/// The other side of a rule.
#[derive(Debug, Clone)]
pub enum MatchTo {
    /// A telemetry account's `account_id` or `email_domain`.
    Account(String),
    /// A CRM company's label.
    Company(String),
}

/// One entry of `[segments]`.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// Where its values come from.
    pub from: SegmentFrom,
    /// The label, column or path.
    pub field: String,
    /// Whether blocks of the pack are split by it.
    pub report: bool,
    /// Bounds of bands, ascending: `[50, 500]` makes `under 50`, `50 to under 500`, `500 and over`.
    pub bands: Vec<f64>,
    /// A CSV of value, segment.
    pub map: Option<String>,
}

impl Segment {
    /// The names of the bands, in order.
    pub fn band_names(&self) -> Vec<String> {
        let Some((first, last)) = self.bands.first().zip(self.bands.last()) else { return Vec::new() };
        let between = self.bands.windows(2).map(|pair| format!("{} to under {}", pair[0], pair[1]));
        std::iter::once(format!("under {first}"))
            .chain(between)
            .chain(std::iter::once(format!("{last} and over")))
            .collect()
    }
}

/// Where a segment's values come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentFrom {
    /// The CRM company.
    CrmCompany,
    /// The subscription that runs.
    Billing,
    /// A property of events: the account's latest value by then.
    Events,
}

/// `[signals.<id>]`, or a signal written in place.
#[derive(Debug, Clone)]
pub struct Signal {
    /// Its id; for one written in place, the text that was written.
    pub id: SignalId,
    /// Which rows.
    pub matches: Matches,
    /// A test on the row's properties (for a gauge: on `value`).
    pub filter: Option<Filter>,
    /// A test on the account's attributes at the time of the event.
    pub account_filter: Option<Filter>,
    /// Only the actor's first match ever.
    pub first_time: bool,
    /// The property whose different values are counted.
    pub distinct: Option<String>,
    /// How many matches (or different values) make it happen.
    pub at_least: u32,
    /// Within which period these must fall.
    pub per: Option<Unit>,
}

impl Signal {
    /// Whether it is read as something that happens once (evidence.md 3.1, 15): the first match ever, a number of different
    /// values, or a reading that passes.
    pub fn happens_once(&self) -> bool {
        self.first_time || self.distinct.is_some() || matches!(self.matches, Matches::Gauge(_))
    }
}

/// Which rows a signal is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matches {
    /// Any event.
    AnyEvent,
    /// Events of any of these names.
    Events(Vec<String>),
    /// A gauge's readings.
    Gauge(String),
}

/// `[[objective]]`
#[derive(Debug, Clone)]
pub struct Objective {
    /// Its id.
    pub id: ObjectiveId,
    /// The aim in a sentence.
    pub statement: String,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// `[[lane]]`
#[derive(Debug, Clone)]
pub struct Lane {
    /// Its id.
    pub id: LaneId,
    /// Its name.
    pub name: String,
    /// Who answers for it.
    pub owner: Option<String>,
}

/// `[[outcome]]`
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its id.
    pub id: OutcomeId,
    /// The lane that owns it.
    pub lane: LaneId,
    /// The change in customer behaviour, in a sentence.
    pub statement: String,
    /// The objective it serves.
    pub objective: Option<ObjectiveId>,
    /// The signal that is the change in behaviour.
    pub behaviour: Option<SignalId>,
    /// Who agreed on it, and until when.
    pub agreed: Option<Agreement>,
}

/// Who agreed on an outcome, and until when that holds.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The day.
    pub on: Date,
    /// The parties.
    pub by: Vec<String>,
    /// When it lapses.
    pub review_by: Option<Date>,
}

/// Where a link begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkFrom {
    /// A traction metric.
    Metric(MetricId),
    /// An outcome: the whole line, directly.
    Outcome(OutcomeId),
}

/// `[[link]]` to a business metric.
#[derive(Debug, Clone)]
pub struct Link {
    /// What leads.
    pub from: LinkFrom,
    /// The business metric that follows.
    pub to: MetricId,
    /// Whether more should lead to more.
    pub expect: Expect,
    /// Why, in a sentence.
    pub because: String,
    /// When this belief was written down.
    pub declared: Option<Date>,
    /// The design, where the plan names one.
    pub design: Option<Design>,
    /// How long before the anchor exposure ends, in weeks; 8 unless said.
    pub gap_weeks: u32,
    /// How many weeks exposure is measured over; 26 unless said.
    pub window_weeks: u32,
    /// Active weeks in the window that make an account exposed; 3 (2 in a window of 8 weeks or less) unless said.
    pub at_least: Option<u32>,
    /// For ratio, gauge and index: at or above this is exposed.
    pub threshold: Option<f64>,
    /// For signup: how many weeks after the landmark the result is read; 26 unless said.
    pub horizon_weeks: Option<u32>,
    /// Smallest effect worth acting on; nothing: 5 points.
    pub smallest: Option<f64>,
    /// An account test at the anchor.
    pub eligible: Option<Filter>,
    /// A signal that is the exposure, where the kind has none.
    pub exposed: Option<SignalId>,
    /// A CSV of account, on, value that is the result.
    pub result: Option<String>,
}

/// What a link expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// More leads to more.
    Increase,
    /// More leads to less.
    Decrease,
}

/// How a link is tested (evidence.md 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Design {
    /// R: one row per renewal.
    Renewal,
    /// N: one row per account and cohort of new adopters.
    Expansion,
    /// L: one row per sign-up.
    Signup,
}

/// The form of a control chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chart {
    /// Of the values.
    Level,
    /// Of their logarithms.
    Log,
}

/// `[evidence]`
#[derive(Debug, Clone)]
pub struct EvidenceRules {
    /// Segments that are covariates; all where none is said.
    pub covariates: Vec<SegmentId>,
    /// Those that may be used from before the CRM's first export.
    pub stable: Vec<SegmentId>,
    /// The signal for general activity; nothing: all events but the link's own.
    pub activity: Option<SignalId>,
    /// The CRM label that clusters accounts.
    pub cluster: Option<String>,
    /// Placebo behaviours that must be used.
    pub pin: Vec<String>,
    /// Placebo behaviours that must not.
    pub veto: Vec<String>,
    /// The E-value `strong` asks for.
    pub e_value: f64,
}

/// `[[rebase]]`
#[derive(Debug, Clone)]
pub struct Rebase {
    /// Whose limits.
    pub metric: MetricId,
    /// From which day.
    pub on: Date,
    /// Why.
    pub because: String,
}

/// `[[definition_change]]`
#[derive(Debug, Clone)]
pub struct DefinitionChange {
    /// Whose definition.
    pub metric: MetricId,
    /// Since which day.
    pub on: Date,
    /// Why.
    pub because: String,
}

/// `[renewals]`
#[derive(Debug, Clone)]
pub struct Renewals {
    /// Where they are read.
    pub from: RenewalsFrom,
    /// The pipeline whose deals are renewals.
    pub pipeline: String,
    /// Stages that mean won.
    pub won: Vec<String>,
    /// Stages that mean lost.
    pub lost: Vec<String>,
    /// The deal's label that is the due date; nothing: the close date.
    pub due: Option<String>,
}

/// Where renewals are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalsFrom {
    /// Deals of the CRM.
    CrmDeals,
    /// Terms of subscriptions.
    Billing,
    /// A CSV of account, due_on, state, amount.
    File(String),
}

/// `[expansions]` from deals.
#[derive(Debug, Clone)]
pub struct Expansions {
    /// The pipeline whose deals are expansions.
    pub pipeline: String,
    /// Stages that mean won.
    pub won: Vec<String>,
}

/// `[sync]`
#[derive(Debug, Clone)]
pub struct Sync {
    /// How often leadership meets over it.
    pub every: Unit,
    /// The next review, where the plan moves it.
    pub next: Option<Date>,
    /// The file of decisions.
    pub decisions: Option<String>,
    /// Under so many actors no percentage is written.
    pub min_n: u32,
}

/// `[limits]`
#[derive(Debug, Clone)]
pub struct Limits {
    /// Share of a source's rows that may be set aside.
    pub set_aside: f64,
    /// Share of MRR that may match no account.
    pub unmatched_revenue: f64,
    /// How far a source may lie behind `as_of` before it is said.
    pub stale_warn: Length,
    /// ... before metrics are held back.
    pub stale_error: Length,
    /// How far a published value may move before it is printed in the ledger.
    pub restated: f64,
}
