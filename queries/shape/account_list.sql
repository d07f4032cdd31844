-- The accounts of `account_states` as people know them: their company in the CRM, what they pay, a column per segment.
--
-- grain   one row per account
-- reads   account_states(); accounts; companies; account_revenue; segment_columns; zone_days
-- rules   company and segments as they stand at `at_us`; revenue of a company of several accounts stands with none (R8.5)
-- engine  duckdb: a star without one column
create or replace macro account_list(as_of date, at_us bigint) as table
with named as (
    select company_id, min(name) as name, min(domain) as domain
    from companies
    where from_us <= at_us and to_us > at_us
    group by company_id
),

ends as (
    select accounts.account, max(zone_days.local_day) as ended_on
    from accounts
    inner join zone_days on zone_days.start_us <= accounts.ended_us
    where accounts.ended_us <= at_us
    group by accounts.account
)

select
    accounts.account_id,
    states.state,
    states.started_on,
    states.reached_on,
    states.last_on,
    ends.ended_on,
    accounts.company_id,
    named.name as company_name,
    named.domain as company_domain,
    cast(account_revenue.mrr_micros as double) / 1000000 as mrr,
    segment_columns.* exclude (account)
from account_states(as_of) as states
inner join accounts on accounts.account = states.account
left join ends on ends.account = states.account
left join named on named.company_id = accounts.company_id
left join account_revenue on account_revenue.account = states.account
left join segment_columns on segment_columns.account = states.account;
