-- How often each user did anything in each account, week by week: `event_parts` without the names.
--
-- grain   one row per user, account and week of one month
-- reads   month_parts (the month's event_parts)
-- engine  duckdb: as `event_parts`
create or replace macro any_parts() as table
select
    user_no,
    account_no,
    month_start,
    week_start,
    cast(sum(day_0) as integer) as day_0,
    cast(sum(day_1) as integer) as day_1,
    cast(sum(day_2) as integer) as day_2,
    cast(sum(day_3) as integer) as day_3,
    cast(sum(day_4) as integer) as day_4,
    cast(sum(day_5) as integer) as day_5,
    cast(sum(day_6) as integer) as day_6,
    min(first_us) as first_us,
    cast(min(cast(first_us as hugeint) * 18446744073709551616 + first_seq) & 18446744073709551615 as bigint) as first_seq,
    max(last_us) as last_us
from month_parts
group by user_no, account_no, month_start, week_start;
