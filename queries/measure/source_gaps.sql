-- The days on which a source that should have rows every day has none.
--
-- grain   one row per such day
-- reads   due (source, local_day: every day on which each such source is due); source_days
create or replace macro source_gaps() as table
select distinct due.local_day
from due
left join source_days on source_days.source = due.source and source_days.local_day = due.local_day
where source_days.local_day is null;
