-- The accounts of the telemetry: their company, and when they were seen, began and ended (R0.9).
--
-- grain   one row per account seen by `as_of`; those of our own people are left out
-- reads   people; domain_accounts; gauge_days; our_accounts; lake_ids_accounts; account_companies;
--         account_moments (account, created_us, ended_us)
-- rules   created where the plan names a signal or a date, else first seen, events and readings alike
create or replace macro accounts() as table
with placed as (
    select coalesce(people.account, domain_accounts.account) as account, people.first_us, people.last_us
    from people
    left join domain_accounts on domain_accounts.user_no = people.usr
    where not people.ours

    union all

    select account, ts_us as first_us, ts_us as last_us from gauge_days
),

seen as (
    select placed.account, min(placed.first_us) as first_seen_us, max(placed.last_us) as last_seen_us
    from placed
    left join our_accounts on our_accounts.account = placed.account
    where placed.account is not null and our_accounts.account is null
    group by placed.account
)

select
    seen.account,
    lake_ids_accounts.id as account_id,
    account_companies.company_id,
    account_companies.matched_by,
    seen.first_seen_us,
    seen.last_seen_us,
    coalesce(account_moments.created_us, seen.first_seen_us) as created_us,
    account_moments.ended_us
from seen
inner join lake_ids_accounts on lake_ids_accounts.no = seen.account
left join account_companies on account_companies.account = seen.account
left join account_moments on account_moments.account = seen.account;
