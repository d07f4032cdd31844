-- Whether anyone who went quiet is told to have left: an export of survivors only would tell of none.
--
-- grain   one row
-- reads   link_units; event_weeks; renewals
create or replace macro quiet_units(whole_weeks bigint) as table
with last_uses as (
    select units.unit, max(event_weeks.week) as week, max(units.ended_us) as ended_us
    from link_units() as units
    inner join event_weeks on event_weeks.account = units.account
    group by units.unit
)

select
    count(*) filter (where week < whole_weeks - 13) as quiet,
    count(ended_us) as ended,
    (select count(*) from renewals where state = 'lost') as lost
from last_uses;
