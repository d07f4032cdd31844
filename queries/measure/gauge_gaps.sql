-- The days of each period on which nobody has a reading of a gauge.
--
-- grain   one row per period and such day
-- reads   days (local_day: every day of the range); periods; gauge_days
create or replace macro gauge_gaps(name text) as table
select periods.period, days.local_day
from periods
inner join days on days.local_day >= periods.window_start and days.local_day < periods.window_end
left join (select distinct local_day from gauge_days where gauge = name) as read_on on read_on.local_day = days.local_day
where read_on.local_day is null;
