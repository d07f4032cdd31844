//! The kinds of source: one file each, one line here.

mod amplitude;
mod billing;
mod changelog;
mod crm;
mod crm_words;
mod events;
mod evidence;
mod ga4;
mod hubspot;
mod interval;
mod made;
mod members;
mod mixpanel;
mod moments;
mod money;
mod posthog;
mod salesforce;
mod salesforce_id;
mod segment;
mod snapshots;
mod snowplow;
mod statement;
mod stripe;
mod subscriptions;

use super::source::Layout;
use crate::plan::source::Kind;

/// What tells that a page in Markdown is of releases; nothing where nothing does.
pub(super) fn releases_in(text: &str) -> Option<&'static str> {
    changelog::releases_in(text)
}

/// What a kind is.
pub fn layout(kind: Kind) -> &'static dyn Layout {
    match kind {
        Kind::Posthog => &posthog::Posthog,
        Kind::Segment => &segment::Segment,
        Kind::Amplitude => &amplitude::Amplitude,
        Kind::Mixpanel => &mixpanel::Mixpanel,
        Kind::Ga4 => &ga4::Ga4,
        Kind::Snowplow => &snowplow::Snowplow,
        Kind::Events => &events::Events,
        Kind::Snapshots => &snapshots::Snapshots,
        Kind::Hubspot => &hubspot::Hubspot,
        Kind::Salesforce => &salesforce::Salesforce,
        Kind::Crm => &crm::Crm,
        Kind::Stripe => &stripe::Stripe,
        Kind::Subscriptions => &subscriptions::Subscriptions,
        Kind::Changelog => &changelog::Changelog,
        Kind::Evidence => &evidence::Evidence,
        Kind::Members => &members::Members,
    }
}
