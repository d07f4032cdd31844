-- The mail domain of each person: the one on most of its events.
--
-- grain   one row per person with a domain
-- reads   lake_user_domains; user_map
-- rules   a tie goes to the first in the alphabet
create or replace macro person_domains() as table
with counted as (
    select user_map.usr, lower(lake_user_domains.domain) as domain, sum(lake_user_domains.events) as seen
    from lake_user_domains
    inner join user_map on user_map.user_no = lake_user_domains.user_no
    where lake_user_domains.domain is not null
    group by user_map.usr, lower(lake_user_domains.domain)
),

ranked as (
    select usr, domain, row_number() over (partition by usr order by seen desc, domain) as place
    from counted
)

select usr, domain from ranked where place = 1;
