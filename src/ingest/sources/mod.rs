//! The kinds of source: one file each, one line here.

mod events;
mod posthog;
mod snapshots;

use super::source::Layout;
use crate::plan::source::Kind;

/// What a kind is; nothing for one that is not built yet.
pub fn layout(kind: Kind) -> Option<&'static dyn Layout> {
    Some(match kind {
        Kind::Posthog => &posthog::Posthog,
        Kind::Events => &events::Events,
        Kind::Snapshots => &snapshots::Snapshots,
        Kind::Segment
        | Kind::Amplitude
        | Kind::Mixpanel
        | Kind::Ga4
        | Kind::Snowplow
        | Kind::Hubspot
        | Kind::Salesforce
        | Kind::Crm
        | Kind::Stripe
        | Kind::Subscriptions
        | Kind::Changelog
        | Kind::Evidence
        | Kind::Members => return None,
    })
}
