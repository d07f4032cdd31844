-- Uses of every event name per unit and week.
--
-- grain   one row per unit, week and event name
-- reads   event_weeks; link_members (account, unit, start_week, ended_us: `link_units()`, kept)
create or replace macro unit_events() as table
select members.unit, event_weeks.week, event_weeks.event_name, cast(sum(event_weeks.uses) as bigint) as uses
from event_weeks
inner join link_members as members on members.account = event_weeks.account
where event_weeks.uses > 0
group by members.unit, event_weeks.week, event_weeks.event_name;
