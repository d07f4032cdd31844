-- The first week in which any of the link's own events is in the data.
--
-- grain   one row; null where none ever is
-- reads   event_weeks; link_own_events
create or replace macro first_seen_week() as table
select min(event_weeks.week) as week
from event_weeks
inner join link_own_events on link_own_events.event_name = event_weeks.event_name;
