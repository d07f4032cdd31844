-- On which days which events of a source stand: in the lake, and in the batch.
--
-- grain   one row per event name, day and side
-- reads   lake_events; incoming_events
create or replace macro days_of_events(of_source varchar) as table
select distinct event_name, local_day, false as incoming
from lake_events
where source = of_source
union all
select distinct event_name, local_day, true as incoming
from incoming_events;
