-- Uses of each signal per account and week.
--
-- grain   one row per signal, account and week
-- reads   week_parts
-- rules   week 0 is the one of `first_week`, which holds the first telemetry day
-- engine  duckdb: dates are subtracted
create or replace macro signal_weeks(first_week) as table
select
    week_parts.signal,
    week_parts.account,
    cast(date_diff('day', first_week, week_parts.week_start) // 7 as integer) as week,
    cast(sum(week_parts.day_0 + week_parts.day_1 + week_parts.day_2 + week_parts.day_3 + week_parts.day_4 + week_parts.day_5 + week_parts.day_6) as bigint) as uses
from week_parts
where week_parts.account is not null
group by week_parts.signal, week_parts.account, date_diff('day', first_week, week_parts.week_start) // 7;
