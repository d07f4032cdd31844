//! Every SQL file of `queries/`, compiled in, in the order they load within their stage.

/// A query file: its path under `queries/` and its text.
#[derive(Debug, Clone, Copy)]
pub struct Query {
    /// The path, as people look it up.
    pub path: &'static str,
    /// The text.
    pub text: &'static str,
}

/// Names a file under `queries/`.
macro_rules! query {
    ($path:literal) => {
        Query { path: $path, text: include_str!(concat!("../../queries/", $path)) }
    };
}

/// What `ingest` runs.
pub const INGEST: &[Query] = &[
    query!("ingest/fallen.sql"),
    query!("ingest/met.sql"),
    query!("ingest/counts.sql"),
    query!("ingest/displaced.sql"),
    query!("ingest/vanished.sql"),
    query!("ingest/vanished_records.sql"),
    query!("ingest/months.sql"),
    query!("ingest/event_keys.sql"),
    query!("ingest/reading_keys.sql"),
    query!("ingest/event_owners.sql"),
    query!("ingest/reading_owners.sql"),
    query!("ingest/dropped.sql"),
    query!("ingest/lost_rows.sql"),
    query!("ingest/incoming_event_keys.sql"),
    query!("ingest/incoming_reading_keys.sql"),
    query!("ingest/new_events.sql"),
    query!("ingest/kept_events.sql"),
    query!("ingest/new_readings.sql"),
    query!("ingest/kept_readings.sql"),
    query!("ingest/user_names.sql"),
    query!("ingest/account_names.sql"),
    query!("ingest/new_ids.sql"),
    query!("ingest/numbered_names.sql"),
    query!("ingest/pairs.sql"),
    query!("ingest/known_members.sql"),
    query!("ingest/new_members.sql"),
    query!("ingest/numbered_pairs.sql"),
    query!("ingest/whos_in_numbers.sql"),
    query!("ingest/links_after.sql"),
    query!("ingest/members_after.sql"),
    query!("ingest/members_stood.sql"),
    query!("ingest/domains_after.sql"),
    query!("ingest/aside_after.sql"),
    query!("ingest/new_aside.sql"),
    query!("ingest/kept_statements.sql"),
    query!("ingest/statement_fates.sql"),
    query!("ingest/statements_after.sql"),
    query!("ingest/new_contents.sql"),
    query!("ingest/kept_releases.sql"),
    query!("ingest/release_fates.sql"),
    query!("ingest/releases_after.sql"),
    query!("ingest/kept_evidence.sql"),
    query!("ingest/evidence_fates.sql"),
    query!("ingest/evidence_after.sql"),
    query!("ingest/promised_events.sql"),
    query!("ingest/promised_readings.sql"),
    query!("ingest/promised_records.sql"),
    query!("ingest/promises_kept.sql"),
    query!("ingest/differing.sql"),
    query!("ingest/records_absent.sql"),
    query!("ingest/days_of_events.sql"),
    query!("ingest/types_of_properties.sql"),
    query!("ingest/drifted_events.sql"),
    query!("ingest/retyped_properties.sql"),
    query!("ingest/recut_events.sql"),
    query!("ingest/recut_readings.sql"),
];

/// What is in the data: read from a lake that is attached.
pub const SEEN: &[Query] = &[query!("ingest/events_seen.sql"), query!("ingest/event_properties.sql")];

/// What `shape` runs; each file is loaded when the relations it reads have been made.
pub const SHAPE: &[Query] = &[
    query!("shape/tests.sql"),
    query!("shape/silent_ids.sql"),
    query!("shape/linked_ids.sql"),
    query!("shape/single_links.sql"),
    query!("shape/agreeing_links.sql"),
    query!("shape/spread_labels.sql"),
    query!("shape/user_map.sql"),
    query!("shape/person_domains.sql"),
    query!("shape/member_spans.sql"),
    query!("shape/changers.sql"),
    query!("shape/user_months.sql"),
    query!("shape/month_events.sql"),
    query!("shape/event_parts.sql"),
    query!("shape/any_parts.sql"),
    query!("shape/match_parts.sql"),
    query!("shape/gauge_facts.sql"),
    query!("shape/people.sql"),
    query!("shape/our_accounts.sql"),
    query!("shape/account_domains.sql"),
    query!("shape/domain_accounts.sql"),
    query!("shape/week_parts.sql"),
    query!("shape/firsts.sql"),
    query!("shape/hits.sql"),
    query!("shape/tested.sql"),
    query!("shape/gauge_days.sql"),
    query!("shape/gauge_readings.sql"),
    query!("shape/record_versions.sql"),
    query!("shape/companies.sql"),
    query!("shape/deals.sql"),
    query!("shape/subscription_versions.sql"),
    query!("shape/account_fields.sql"),
    query!("shape/company_fields.sql"),
    query!("shape/account_companies.sql"),
    query!("shape/customers.sql"),
    query!("shape/accounts.sql"),
    query!("shape/users.sql"),
    query!("shape/lone_companies.sql"),
    query!("shape/crm_values.sql"),
    query!("shape/billing_values.sql"),
    query!("shape/event_values.sql"),
    query!("shape/attributes.sql"),
    query!("shape/event_weeks.sql"),
    query!("shape/signal_weeks.sql"),
    query!("shape/revenue.sql"),
    query!("shape/account_states.sql"),
    query!("shape/account_list.sql"),
    query!("shape/company_clues.sql"),
    query!("shape/account_clues.sql"),
    query!("shape/customer_clues.sql"),
    query!("shape/suggested_pairs.sql"),
    query!("shape/suggestions.sql"),
];

/// The tables that analysts see.
pub const VIEWS: &[Query] = &[query!("views/tables.sql")];

/// Mail domains that anyone can have an address in; never told to be an account's.
pub const FREE_MAIL: &str = include_str!("../../queries/shape/free_mail.csv");

/// What `measure` runs.
pub const MEASURE: &[Query] = &[
    query!("measure/happenings.sql"),
    query!("measure/placed_parts.sql"),
    query!("measure/actors.sql"),
    query!("measure/tuples.sql"),
    query!("measure/active_units.sql"),
    query!("measure/active.sql"),
    query!("measure/activation_units.sql"),
    query!("measure/activation.sql"),
    query!("measure/adoption_firsts.sql"),
    query!("measure/adoption_waits.sql"),
    query!("measure/adoption_units.sql"),
    query!("measure/adoption.sql"),
    query!("measure/gauge_units.sql"),
    query!("measure/gauge.sql"),
    query!("measure/gauge_gaps.sql"),
    query!("measure/retention_units.sql"),
    query!("measure/retention.sql"),
    query!("measure/retention_reached.sql"),
    query!("measure/funnel_events.sql"),
    query!("measure/funnel_units.sql"),
    query!("measure/funnel.sql"),
    query!("measure/active_parts.sql"),
    query!("measure/activation_parts.sql"),
    query!("measure/adoption_parts.sql"),
    query!("measure/gauge_parts.sql"),
    query!("measure/retention_parts.sql"),
    query!("measure/account_parts.sql"),
    query!("measure/kept.sql"),
];

/// What `business` makes its relations with.
pub const BUSINESS_BASE: &[Query] = &[
    query!("business/customer_spans.sql"),
    query!("business/company_places.sql"),
    query!("business/customer_places.sql"),
    query!("business/renewal_deals.sql"),
    query!("business/renewal_entries.sql"),
    query!("business/term_subscriptions.sql"),
    query!("business/renewal_terms.sql"),
    query!("business/settled_renewals.sql"),
    query!("business/period_ends.sql"),
];

/// What `business` asks of its relations.
pub const BUSINESS: &[Query] = &[
    query!("business/cells.sql"),
    query!("business/mrr.sql"),
    query!("business/mrr_movements.sql"),
    query!("business/net_revenue_retention.sql"),
    query!("business/renewals_due.sql"),
    query!("business/renewal_rate.sql"),
    query!("business/revenue_parts.sql"),
    query!("business/renewal_parts.sql"),
];

/// What `link` runs.
pub const LINK: &[Query] = &[
    query!("link/link_units.sql"),
    query!("link/unit_events.sql"),
    query!("link/unit_signals.sql"),
    query!("link/unit_clusters.sql"),
    query!("link/common_levels.sql"),
    query!("link/quiet_units.sql"),
    query!("link/first_seen_week.sql"),
    query!("link/renewal_anchors.sql"),
    query!("link/renewal_rows.sql"),
    query!("link/weeks_of_use.sql"),
    query!("link/first_reached.sql"),
    query!("link/stock_weeks.sql"),
    query!("link/weeks_of_stock.sql"),
    query!("link/placebo_names.sql"),
    query!("link/baseline_weeks.sql"),
    query!("link/row_attributes.sql"),
    query!("link/row_numbers.sql"),
    query!("link/row_revenue.sql"),
];

/// What `report` asks about its data.
pub const REPORT: &[Query] = &[
    query!("report/coverage.sql"),
    query!("report/accounts_covered.sql"),
    query!("report/accounting.sql"),
    query!("report/set_aside_reasons.sql"),
    query!("report/shipped.sql"),
    query!("report/quotes.sql"),
];

/// What a run asks of events and gauges that stopped.
pub const INSTRUMENTS: &[Query] = &[query!("report/dead_events.sql"), query!("report/dead_gauges.sql")];

/// What a run asks about runs before it.
pub const LEDGER: &[Query] = &[query!("report/reviews_before.sql"), query!("report/moved_cells.sql")];

/// Data checks: each gives the rows that should not exist.
pub const CHECKS: &[Query] = &[
    query!("checks/versions_overlap.sql"),
    query!("checks/attribute_gaps.sql"),
    query!("checks/negative_mrr.sql"),
    query!("checks/hits_after_as_of.sql"),
    query!("checks/ended_before_created.sql"),
];
