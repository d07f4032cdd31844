//! `[sources.<name>]` as meant: one feed, its layout, and where a row names what.

use std::collections::BTreeMap;

use crate::model::ids::SourceName;
use crate::model::length::Length;

/// A source of rows (inputs.md 1). Keys that a kind does not have are empty; `check` has refused them where written.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub name: SourceName,
    /// The layout.
    pub kind: Kind,
    /// Globs of its files; for CRM the ones of `companies`, for Stripe of `subscriptions`.
    pub files: Vec<String>,
    /// CRM: globs of its deals.
    pub deals: Vec<String>,
    /// Paths into a row; nothing: the kind's default.
    pub paths: Paths,
    /// A CSV `id, account[, from, to]`: its account ids told in the ids of the others.
    pub accounts: Option<String>,
    /// Snapshots: names or globs of the columns that are readings; nothing: found (inputs.md 6).
    pub gauges: Option<Vec<String>>,
    /// Ours = their label. CRM tables are written `companies.id`, `deals.stage`.
    pub columns: BTreeMap<String, String>,
    /// The zone of times that carry none.
    pub timezone: jiff::tz::TimeZone,
    /// The order in slashed dates, when the file cannot show it.
    pub dates: Option<DateOrder>,
    /// The decimal mark, when the file cannot show it.
    pub decimal: Option<char>,
    /// Overrules the delimiter that is found.
    pub delimiter: Option<char>,
    /// Overrules the encoding that is found, by its WHATWG name.
    pub encoding: Option<String>,
    /// Whether amounts are in cents.
    pub cents: bool,
    /// The currency of rows that name none.
    pub currency: Option<String>,
    /// Salesforce: the field that is the pipeline.
    pub pipeline: Option<String>,
    /// A CSV of `anonymous_id, user_id`.
    pub links: Option<String>,
    /// Overrules the resolution of time that the file shows (R3.6).
    pub resolution: Option<Resolution>,
    /// CRM and billing: the day a file speaks of, where its name has none.
    pub dated: Option<jiff::civil::Date>,
    /// Whether a day without rows is missing rather than zero (R0.7).
    pub expects_daily: bool,
    /// Whether it may be absent.
    pub optional: bool,
    /// Its own limit of rows set aside.
    pub set_aside: Option<f64>,
    /// Its own limits of staleness: warn, error.
    pub stale: Option<(Length, Length)>,
    /// How late a day's last rows arrive.
    pub lag: Length,
    /// What it promises.
    pub contract: Option<Contract>,
}

/// The layouts of inputs.md 5 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the layout of the tool of that name, told in its file under ingest/sources")]
pub enum Kind {
    Posthog,
    Segment,
    Amplitude,
    Mixpanel,
    Ga4,
    Snowplow,
    Events,
    Snapshots,
    Hubspot,
    Salesforce,
    Crm,
    Stripe,
    Subscriptions,
    Changelog,
    Evidence,
    Members,
}

impl Kind {
    /// All kinds, by the name the plan uses.
    pub const NAMES: [(&'static str, Self); 16] = [
        ("posthog", Self::Posthog),
        ("segment", Self::Segment),
        ("amplitude", Self::Amplitude),
        ("mixpanel", Self::Mixpanel),
        ("ga4", Self::Ga4),
        ("snowplow", Self::Snowplow),
        ("events", Self::Events),
        ("snapshots", Self::Snapshots),
        ("hubspot", Self::Hubspot),
        ("salesforce", Self::Salesforce),
        ("crm", Self::Crm),
        ("stripe", Self::Stripe),
        ("subscriptions", Self::Subscriptions),
        ("changelog", Self::Changelog),
        ("evidence", Self::Evidence),
        ("members", Self::Members),
    ];

    /// The name the plan uses.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).expect("every kind has its name").0
    }

    /// Whether its rows are events.
    pub fn is_telemetry(self) -> bool {
        matches!(
            self,
            Self::Posthog
                | Self::Segment
                | Self::Amplitude
                | Self::Mixpanel
                | Self::Ga4
                | Self::Snowplow
                | Self::Events
        )
    }

    /// Whether its rows are companies and deals.
    pub fn is_crm(self) -> bool {
        matches!(self, Self::Hubspot | Self::Salesforce | Self::Crm)
    }

    /// Whether its rows are subscriptions.
    pub fn is_billing(self) -> bool {
        matches!(self, Self::Stripe | Self::Subscriptions)
    }
}

/// Where a row names what (inputs.md 3.4); nothing: the kind's default.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is the plan's key of that name")]
pub struct Paths {
    pub account: Option<String>,
    pub user: Option<String>,
    pub event: Option<String>,
    pub time: Option<String>,
    pub id: Option<String>,
    pub email: Option<String>,
    pub gauge: Option<String>,
    pub value: Option<String>,
}

/// The order of day, month and year in slashed dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// Day first.
    Dmy,
    /// Month first.
    Mdy,
    /// Year first.
    Ymd,
}

/// How finely a source's times tell (R3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// Finer than a second: no tie window.
    Subsecond,
    /// A second.
    Second,
    /// A day.
    Day,
}

/// `[sources.<name>.contract]`
#[derive(Debug, Clone, Default)]
pub struct Contract {
    /// Event name -> properties it must have.
    pub required: BTreeMap<String, Vec<String>>,
    /// `event.property` -> type: `text`, `number`, `boolean`, `list`, `object`.
    pub types: BTreeMap<String, String>,
    /// Whether a broken contract stops the source.
    pub stop_on_break: bool,
}
