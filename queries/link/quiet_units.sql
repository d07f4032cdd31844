-- Whether anyone who went quiet is told to have left: an export of survivors only would tell of none.
--
-- grain   one row
-- reads   link_members; link_unit_events; renewals
create or replace macro quiet_units(whole_weeks bigint) as table
with last_uses as (
    select members.unit, max(link_unit_events.week) as week, max(members.ended_us) as ended_us
    from link_members as members
    inner join link_unit_events on link_unit_events.unit = members.unit
    group by members.unit
)

select
    count(*) filter (where week < whole_weeks - 13) as quiet,
    count(ended_us) as ended,
    (select count(*) from renewals where state = 'lost') as lost
from last_uses;
