-- The tables that analysts see (output.md), as views over the relations of `shape`; in a schema of their own, since some
-- share a name with a relation.
--
-- grain   as output.md tells each
-- reads   lake_*; user_map; member_spans; domain_accounts; accounts; users; companies; deals; subscription_versions;
--         account_revenue; segment_columns
-- rules   moments are UTC; a deal's close has no zone, so that its day can be taken without one
-- engine  duckdb: views in a schema
create schema if not exists tables;

create or replace view tables.events as
select
    lake_events.source,
    lake_events.event_id,
    lake_events.event_name,
    lake_events.occurred_at,
    lake_events.local_day,
    person.id as user_id,
    account.id as account_id,
    raw_user.id as raw_user_id,
    raw_account.id as raw_account_id,
    lake_events.properties
from lake_events
left join user_map on user_map.user_no = lake_events.user_no
left join member_spans
    on member_spans.usr = user_map.usr
    and member_spans.from_us <= epoch_us(lake_events.occurred_at)
    and member_spans.to_us > epoch_us(lake_events.occurred_at)
left join domain_accounts on domain_accounts.user_no = lake_events.user_no
left join lake_ids_users as person on person.no = user_map.usr
left join lake_ids_users as raw_user on raw_user.no = lake_events.user_no
left join lake_ids_accounts as raw_account on raw_account.no = lake_events.account_no
left join lake_ids_accounts as account
    on account.no = coalesce(lake_events.account_no, member_spans.account, domain_accounts.account);

create or replace view tables.snapshots as
select
    lake_snapshots.source,
    lake_ids_accounts.id as account_id,
    lake_snapshots.observed_at,
    lake_snapshots.local_day,
    lake_snapshots.gauge,
    lake_snapshots.value
from lake_snapshots
left join lake_ids_accounts on lake_ids_accounts.no = lake_snapshots.account_no;

create or replace view tables.crm_companies as
select source, company_id, name, domain, fields, valid_from, valid_to
from companies;

create or replace view tables.crm_deals as
select
    source, deal_id, company_id, name, pipeline, stage, amount, currency,
    cast(created_at as timestamptz) as created_at, closed_at, state, fields,
    valid_from, valid_to
from deals;

create or replace view tables.subscriptions as
select
    source, subscription_id, customer_id, customer_name, customer_email, status, plan, interval, quantity, mrr, currency,
    cast(started_at as timestamptz) as started_at,
    cast(trial_end as timestamptz) as trial_end,
    cast(canceled_at as timestamptz) as canceled_at,
    cast(ended_at as timestamptz) as ended_at,
    fields, valid_from, valid_to
from subscription_versions;

create or replace view tables.releases as
select source, release_id, title, released_on, lane, outcome, url
from lake_releases;

create or replace view tables.customer_evidence as
select source, evidence_id, account as account_id, noted_on, outcome, kind, quote
from lake_customer_evidence;

create or replace view tables.accounts as
select
    accounts.account_id,
    accounts.company_id,
    accounts.matched_by,
    cast(make_timestamp(accounts.first_seen_us) as timestamptz) as first_seen,
    cast(make_timestamp(accounts.last_seen_us) as timestamptz) as last_seen,
    cast(account_revenue.mrr_micros as decimal(24, 6)) / 1000000 as mrr,
    segment_columns.* exclude (account)
from main.accounts
left join account_revenue on account_revenue.account = accounts.account
left join segment_columns on segment_columns.account = accounts.account;

create or replace view tables.users as
select
    users.user_id,
    lake_ids_accounts.id as account_id,
    users.email_domain,
    cast(make_timestamp(users.first_seen_us) as timestamptz) as first_seen,
    cast(make_timestamp(users.last_seen_us) as timestamptz) as last_seen
from main.users
left join lake_ids_accounts on lake_ids_accounts.no = users.account;

create or replace view tables.files as
select source, path, length, hash, day, read, accepted, duplicate, set_aside, batch
from lake_files;

create or replace view tables.set_aside as
select source, file, position, byte_offset, reason, because, raw
from lake_set_aside;

create or replace view tables.runs as
select run, as_of, started_at, finished_at, exit, lake_versions, plan_hash, version, stages
from lake_runs;

create or replace view tables.readings as
select
    lake_readings.run, lake_readings.metric, lake_readings.definition_hash, lake_readings.period_start,
    lake_readings.period_end, lake_readings.segment, lake_readings.k, lake_readings.step, lake_readings.eligible,
    lake_readings.counted, lake_readings.value, lake_readings.low, lake_readings.high, lake_readings.settled,
    lake_readings.complete_at, lake_readings.rest
from lake_readings
inner join lake_runs on lake_runs.run = lake_readings.run;

create or replace view tables.evidence as
select
    lake_evidence.run, lake_evidence.seen_at, lake_evidence.link, lake_evidence."from", lake_evidence."to",
    lake_evidence.design, lake_evidence.key, lake_evidence.variant, lake_evidence.grade, lake_evidence.uncapped,
    lake_evidence.published, lake_evidence.effect, lake_evidence.low, lake_evidence.high, lake_evidence.p,
    lake_evidence.q, lake_evidence.se, lake_evidence.df, lake_evidence.n, lake_evidence.rates, lake_evidence.checks,
    lake_evidence.because, lake_evidence.inputs_hash, lake_evidence.plan_hash, lake_evidence.expires_on
from lake_evidence
left join lake_runs on lake_runs.run = lake_evidence.run
where lake_evidence.run is null or lake_runs.run is not null;
