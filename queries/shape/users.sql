-- The people of the telemetry, our own left out.
--
-- grain   one row per person seen by `as_of`
-- reads   people; domain_accounts; lake_ids_users; lake_ids_accounts; person_domains
-- rules   the account is that of the latest event that has one (R8.2), of several at once the first by id
create or replace macro users() as table
with placed as (
    select
        people.usr,
        coalesce(people.account, domain_accounts.account) as account,
        people.first_us,
        people.last_us
    from people
    left join domain_accounts on domain_accounts.user_no = people.usr
    where people.usr is not null and not people.ours
),

ranked as (
    select
        placed.usr,
        placed.account,
        row_number() over (partition by placed.usr order by placed.last_us desc, lake_ids_accounts.id) as place
    from placed
    left join lake_ids_accounts on lake_ids_accounts.no = placed.account
    where placed.account is not null
),

seen as (
    select usr, min(first_us) as first_seen_us, max(last_us) as last_seen_us from placed group by usr
)

select
    seen.usr,
    lake_ids_users.id as user_id,
    ranked.account,
    person_domains.domain as email_domain,
    seen.first_seen_us,
    seen.last_seen_us
from seen
inner join lake_ids_users on lake_ids_users.no = seen.usr
left join ranked on ranked.usr = seen.usr and ranked.place = 1
left join person_domains on person_domains.usr = seen.usr;
