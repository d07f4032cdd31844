-- The first week in which any of the link's own events is in the data.
--
-- grain   one row; null where none ever is
-- reads   link_unit_events; link_own_events
create or replace macro first_seen_week() as table
select min(link_unit_events.week) as week
from link_unit_events
inner join link_own_events on link_own_events.event_name = link_unit_events.event_name;
