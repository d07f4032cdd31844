//! Which kind a file is, by the names in it: most tools are known by names that no other has.

use super::super::source::Sheet;
use super::profile::{Form, Profile, SNOWPLOW};
use super::{Certainty, tables};
use crate::ingest::sources::releases_in;
use crate::plan::source::Kind;

/// What was told of a file.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) kind: Option<Kind>,
    pub(super) sheet: Sheet,
    pub(super) certainty: Certainty,
    pub(super) because: Vec<String>,
    pub(super) keys: Vec<(String, String)>,
}

/// The names by which a kind is known.
struct Mark {
    kind: Kind,
    sheet: Sheet,
    /// All of them must be there.
    needs: &'static [&'static str],
    /// Two of them make it sure, one makes it likely.
    more: &'static [&'static str],
    /// None of them may be there.
    never: &'static [&'static str],
}

const fn mark(kind: Kind, needs: &'static [&'static str], more: &'static [&'static str]) -> Mark {
    Mark { kind, sheet: Sheet::Only, needs, more, never: &[] }
}

const fn companies(kind: Kind, needs: &'static [&'static str], more: &'static [&'static str]) -> Mark {
    const OF_DEALS: &[&str] = &[
        "Deal Name",
        "Deal Stage",
        "StageName",
        "Opportunity ID",
        "Opportunity Name",
        "properties.dealname",
        "properties.dealstage",
    ];
    Mark { kind, sheet: Sheet::Companies, needs, more, never: OF_DEALS }
}

const fn deals(kind: Kind, needs: &'static [&'static str], more: &'static [&'static str]) -> Mark {
    Mark { kind, sheet: Sheet::Deals, needs, more, never: &[] }
}

const MARKS: &[Mark] = &[
    mark(
        Kind::Posthog,
        &["event", "distinct_id", "timestamp"],
        &["uuid", "properties.$lib", "person_id", "person_mode", "elements_chain", "properties.$groups", "properties"],
    ),
    mark(
        Kind::Segment,
        &["messageId", "type"],
        &["anonymousId", "userId", "originalTimestamp", "sentAt", "receivedAt", "rudderId"],
    ),
    mark(
        Kind::Segment,
        &["anonymous_id", "original_timestamp", "received_at"],
        &["sent_at", "uuid_ts", "event_text", "context_library_name"],
    ),
    mark(
        Kind::Amplitude,
        &["event_type", "event_time"],
        &["device_id", "$insert_id", "amplitude_id", "server_upload_time", "event_properties"],
    ),
    Mark {
        kind: Kind::Mixpanel,
        sheet: Sheet::Only,
        needs: &["event", "properties.time", "properties.distinct_id"],
        more: &["properties.$insert_id", "properties.mp_lib", "properties.mp_processing_time_ms"],
        never: &["distinct_id"],
    },
    mark(
        Kind::Ga4,
        &["event_name", "event_timestamp"],
        &["event_params", "user_pseudo_id", "event_bundle_sequence_id", "event_date"],
    ),
    companies(
        Kind::Hubspot,
        &["Record ID", "Company name"],
        &["Company Domain Name", "Company owner", "Lifecycle Stage", "Create Date", "Industry"],
    ),
    companies(
        Kind::Hubspot,
        &["id", "properties.hs_object_id"],
        &["properties.name", "properties.domain", "createdAt", "archived"],
    ),
    deals(
        Kind::Hubspot,
        &["Record ID", "Deal Stage"],
        &["Deal Name", "Pipeline", "Close Date", "Associated Company", "Associated Company IDs"],
    ),
    deals(
        Kind::Hubspot,
        &["id", "properties.dealstage"],
        &["properties.dealname", "properties.pipeline", "createdAt", "archived"],
    ),
    companies(
        Kind::Salesforce,
        &["Id", "IsDeleted", "Name"],
        &["SystemModstamp", "MasterRecordId", "BillingCity", "Website", "OwnerId"],
    ),
    companies(Kind::Salesforce, &["Id", "Name", "attributes.type"], &["attributes.url", "SystemModstamp", "Website"]),
    companies(Kind::Salesforce, &["Account ID", "Account Name"], &["Website", "Account Owner", "Billing City"]),
    deals(Kind::Salesforce, &["Id", "StageName"], &["AccountId", "CloseDate", "IsWon", "IsClosed", "attributes.type"]),
    deals(Kind::Salesforce, &["Opportunity ID", "Stage"], &["Opportunity Name", "Account ID", "Close Date", "Amount"]),
    Mark {
        kind: Kind::Stripe,
        sheet: Sheet::Only,
        needs: &["id", "Customer ID", "Status"],
        more: &[
            "Plan",
            "Created (UTC)",
            "Start (UTC)",
            "Current Period Start (UTC)",
            "Current Period End (UTC)",
            "Trial End (UTC)",
        ],
        // Those are of payments and invoices.
        never: &["Captured", "Amount Refunded", "Amount Due"],
    },
    mark(
        Kind::Stripe,
        &["object", "customer", "status", "items.data.id"],
        &["items.data.price.id", "billing_cycle_anchor", "collection_method", "cancel_at_period_end"],
    ),
    mark(Kind::Changelog, &["tag_name", "published_at"], &["html_url", "draft", "prerelease"]),
    mark(Kind::Changelog, &["released_on", "title"], &["id", "lane", "outcome", "url"]),
    mark(Kind::Evidence, &["quote", "date"], &["account", "outcome", "opportunity", "kind"]),
    companies(Kind::Crm, &["id", "name", "domain"], &[]),
    deals(Kind::Crm, &["id", "stage", "amount"], &["pipeline"]),
];

/// Exports that are known, and hold nothing that is read; by their numbers they would pass for readings.
const NOT_READ: &[(&[&str], &str)] = &[
    (&["id", "Captured", "Amount Refunded"], "it holds payments; of billing, subscriptions are read: export those"),
    (&["id", "Amount Due", "Amount Paid"], "it holds invoices; of billing, subscriptions are read: export those"),
];

/// Tells what a file is.
pub(super) fn told(profile: &Profile) -> Told {
    let there = |names: &&[&str]| names.iter().all(|name| profile.path(name).is_some());
    if let Some((_, because)) = NOT_READ.iter().find(|(names, _)| there(names)) {
        return unknown((*because).to_owned());
    }
    match &profile.form {
        Form::Nothing(reason) => return unknown((*reason).to_owned()),
        Form::Prose => {
            return match releases_in(&profile.start) {
                Some(because) => known(Kind::Changelog, Certainty::Sure, because.to_owned()),
                None => unknown("it is a page with neither front matter nor headings of versions".to_owned()),
            };
        }
        Form::Bare(SNOWPLOW) => {
            let because = "it has 131 columns between tabs and no header, as enriched events have".to_owned();
            return known(Kind::Snowplow, Certainty::Sure, because);
        }
        Form::Bare(columns) => return unknown(format!("it has {columns} columns between tabs and no header")),
        Form::Json | Form::Table => {}
    }
    let fitting = MARKS.iter().filter_map(|mark| Some((mark, fit(mark, profile)?)));
    // Of equal ones the first: the table goes from the particular to the general.
    match fitting.rev().max_by_key(|(mark, more)| 2 * mark.needs.len() + more.len()) {
        Some((mark, more)) => from_mark(mark, &more),
        None => tables::told(profile),
    }
}

/// A file of a kind, for a reason.
pub(super) fn known(kind: Kind, certainty: Certainty, because: String) -> Told {
    Told { kind: Some(kind), sheet: Sheet::Only, certainty, because: vec![because], keys: Vec::new() }
}

/// A file of no kind that is known, for a reason.
pub(super) fn unknown(because: String) -> Told {
    Told { kind: None, sheet: Sheet::Only, certainty: Certainty::Sure, because: vec![because], keys: Vec::new() }
}

/// Those of a mark's further names that are there; nothing if the mark does not fit.
fn fit(mark: &Mark, profile: &Profile) -> Option<Vec<&'static str>> {
    let there = |name: &&&'static str| profile.path(name).is_some();
    let fits = mark.needs.iter().all(|name| there(&name)) && !mark.never.iter().any(|name| there(&name));
    fits.then(|| mark.more.iter().filter(there).copied().collect())
}

fn from_mark(mark: &Mark, more: &[&'static str]) -> Told {
    let certainty = match more.len() {
        0 => Certainty::Guess,
        1 => Certainty::Likely,
        _ => Certainty::Sure,
    };
    let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let mut because = vec![format!("its rows have {}", names(mark.needs))];
    if !more.is_empty() {
        because.push(format!("and {}, as exports of this kind do", names(more)));
    }
    Told { kind: Some(mark.kind), sheet: mark.sheet, certainty, because, keys: Vec::new() }
}
