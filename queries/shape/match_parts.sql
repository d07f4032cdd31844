-- How often each signal with a test of its own was matched, week by week, like `event_parts`.
--
-- grain   one row per signal, user, account and week of one month
-- reads   month_matches (signal, user_no, account_no, ts_us, seq, local_day)
-- rules   a week that crosses a month's end has a row in both; `anchor` is a day on which a week begins, before all data
-- engine  duckdb: dates are subtracted, and a moment and its seq are packed into one number to find the first
create or replace macro match_parts(anchor, first_of_month) as table
with placed as (
    select
        signal,
        user_no,
        account_no,
        cast(date_diff('day', anchor, local_day) % 7 as integer) as day_of_week,
        local_day,
        cast(ts_us as hugeint) * 18446744073709551616 + seq as order_key,
        ts_us
    from month_matches
),

summed as (
    select
        signal,
        user_no,
        account_no,
        local_day - day_of_week as week_start,
        cast(count(*) filter (where day_of_week = 0) as integer) as day_0,
        cast(count(*) filter (where day_of_week = 1) as integer) as day_1,
        cast(count(*) filter (where day_of_week = 2) as integer) as day_2,
        cast(count(*) filter (where day_of_week = 3) as integer) as day_3,
        cast(count(*) filter (where day_of_week = 4) as integer) as day_4,
        cast(count(*) filter (where day_of_week = 5) as integer) as day_5,
        cast(count(*) filter (where day_of_week = 6) as integer) as day_6,
        min(order_key) as first_key,
        max(ts_us) as last_us
    from placed
    group by signal, user_no, account_no, local_day - day_of_week
)

select
    signal,
    user_no,
    account_no,
    first_of_month as month_start,
    week_start,
    day_0, day_1, day_2, day_3, day_4, day_5, day_6,
    cast(first_key >> 64 as bigint) as first_us,
    cast(first_key & 18446744073709551615 as bigint) as first_seq,
    last_us
from summed;
