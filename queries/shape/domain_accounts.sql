-- The account that a user's mail domain puts it in, where the plan switches that on (R8.2).
--
-- grain   one row per user as written
-- reads   account_domains; person_domains; user_map; member_spans
-- rules   only a domain that one account alone has; free mail is in none
--         who was ever a member of several accounts at once is in none by domain: an event of such a time has no account, and a
--         fact does not tell it from the others of its week
create or replace macro domain_accounts() as table
with single as (
    select domain, min(account) as account
    from account_domains
    group by domain
    having count(*) = 1
),

several as (
    select distinct usr from member_spans where accounts > 1
)

select user_map.user_no, single.account
from user_map
inner join person_domains on person_domains.usr = user_map.usr
inner join single on single.domain = person_domains.domain
left join several on several.usr = user_map.usr
where several.usr is null;
