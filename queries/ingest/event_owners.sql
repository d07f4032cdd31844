-- Which files own events of which months.
--
-- grain   one row per month and file
-- reads   lake_events; cleared (file_no)
create or replace macro event_owners() as table
select
    cast(replace(lake_events.month, '-', '') as integer) as month_no,
    lake_events.file_no,
    count(*) as row_count
from lake_events
inner join cleared on cleared.file_no = lake_events.file_no
group by lake_events.month, lake_events.file_no;
