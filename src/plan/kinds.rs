//! Which keys each kind of metric and of source takes, and which kinds this version computes.

use super::source::Kind;

/// A kind of metric: its name, whether it is built, and its keys besides the ones all have.
pub(super) struct MetricKind {
    /// The name the plan uses.
    pub(super) name: &'static str,
    /// Whether this version computes it.
    pub(super) built: bool,
    /// Its own keys.
    pub(super) keys: &'static [&'static str],
}

const fn built(name: &'static str, keys: &'static [&'static str]) -> MetricKind {
    MetricKind { name, built: true, keys }
}

const fn later(name: &'static str, keys: &'static [&'static str]) -> MetricKind {
    MetricKind { name, built: false, keys }
}

/// The traction kinds.
pub(super) const TRACTION: [MetricKind; 13] = [
    built("active", &["signal", "period", "trailing"]),
    built("activation", &["start", "reach", "order", "within", "cohort", "by_same_user"]),
    built("adoption", &["signal", "at_least", "trailing", "period", "eligible", "min_users", "available"]),
    built(
        "retention",
        &["start", "return", "period", "periods", "k", "type", "criterion", "clock", "return_at_least", "same"],
    ),
    built("funnel", &["steps", "within", "order", "entry", "exclude", "same", "breakdown", "by_same_user", "period"]),
    built("gauge", &["gauge", "reduce", "at_least", "period"]),
    later("stickiness", &["signal", "short", "long", "unit", "period"]),
    later("lifecycle", &["signal", "period"]),
    later("frequency", &["signal", "period"]),
    later("ratio", &["numerator", "denominator", "trailing", "period"]),
    later("index", &["segment", "weights", "count", "of", "period"]),
    later("growth", &["of", "period"]),
    later("sql", &["query", "period"]),
];

/// The business kinds.
pub(super) const BUSINESS: [MetricKind; 12] = [
    built("mrr", &[]),
    built("mrr_movements", &[]),
    built("net_revenue_retention", &["over"]),
    built("renewal_rate", &["over"]),
    later("arr", &[]),
    later("gross_revenue_retention", &["over"]),
    later("logo_retention", &["over"]),
    later("trial_conversion", &["within"]),
    later("win_rate", &["over", "pipeline"]),
    later("pipeline", &["pipeline"]),
    later("arpa", &[]),
    later("sql", &["query"]),
];

/// Keys that every source takes.
const ANY: [&str; 11] = [
    "kind",
    "timezone",
    "dates",
    "decimal",
    "delimiter",
    "encoding",
    "optional",
    "set_aside",
    "stale",
    "contract",
    "dated",
];

/// Keys of sources that can be pulled.
const PULL: [&str; 7] = ["api", "project", "token_env", "key_env", "secret_env", "client_id_env", "client_secret_env"];

/// The keys a source of that kind takes.
pub(super) fn source_keys(kind: Kind) -> Vec<&'static str> {
    let mut keys = ANY.to_vec();
    keys.extend_from_slice(match kind {
        Kind::Posthog | Kind::Segment | Kind::Amplitude | Kind::Mixpanel | Kind::Ga4 | Kind::Snowplow => {
            &["files", "account", "time", "email", "accounts", "resolution", "expects", "lag"]
        }
        Kind::Events => &[
            "files",
            "account",
            "user",
            "event",
            "time",
            "id",
            "email",
            "accounts",
            "links",
            "resolution",
            "expects",
            "lag",
        ],
        Kind::Snapshots => &["files", "account", "time", "accounts", "gauge", "value", "gauges", "lag"],
        Kind::Hubspot | Kind::Crm => &["companies", "deals", "columns", "currency"],
        Kind::Salesforce => &["companies", "deals", "columns", "currency", "pipeline"],
        Kind::Stripe => &["subscriptions", "currency"],
        Kind::Subscriptions => &["files", "columns", "amounts", "currency"],
        Kind::Changelog | Kind::Evidence => &["files", "columns"],
        Kind::Members => &["files"],
    });
    let pulls = [
        Kind::Posthog,
        Kind::Amplitude,
        Kind::Mixpanel,
        Kind::Hubspot,
        Kind::Salesforce,
        Kind::Stripe,
        Kind::Changelog,
    ];
    if pulls.contains(&kind) {
        keys.extend(PULL);
    }
    keys
}

/// Our names of the columns that `columns` may map: for CRM kinds per file.
pub(super) fn column_names(kind: Kind, file: Option<&str>) -> &'static [&'static str] {
    match (kind, file) {
        (Kind::Hubspot | Kind::Salesforce | Kind::Crm, Some("companies")) => {
            &["id", "name", "domain", "currency", "created"]
        }
        (Kind::Hubspot | Kind::Salesforce | Kind::Crm, _) => {
            &["id", "company", "name", "pipeline", "stage", "amount", "currency", "created", "closed", "state"]
        }
        (Kind::Subscriptions, _) => &[
            "id",
            "customer",
            "customer_name",
            "customer_email",
            "status",
            "plan",
            "quantity",
            "amount",
            "unit_amount",
            "interval",
            "currency",
            "started",
            "trial_end",
            "canceled",
            "ended",
        ],
        (Kind::Changelog, _) => &["id", "released_on", "title", "lane", "outcome", "url"],
        (Kind::Evidence, _) => &["id", "account", "date", "outcome", "opportunity", "kind", "quote"],
        _ => &[],
    }
}
