-- Uses of signals that test the account, per person, account and week, like `week_parts`.
--
-- grain   one row per signal, person, account, week and month
-- reads   tested_hits (hits whose account passed at their time); week_anchor (anchor: a day on which a week begins)
-- engine  duckdb: dates are subtracted
create or replace macro tested_parts() as table
with placed as (
    select
        tested_hits.*,
        cast(date_diff('day', week_anchor.anchor, tested_hits.local_day) % 7 as integer) as day_of_week
    from tested_hits
    cross join week_anchor
)

select
    signal,
    usr,
    account,
    local_day - day_of_week as week_start,
    cast(date_trunc('month', local_day) as date) as month_start,
    cast(count(*) filter (where day_of_week = 0) as integer) as day_0,
    cast(count(*) filter (where day_of_week = 1) as integer) as day_1,
    cast(count(*) filter (where day_of_week = 2) as integer) as day_2,
    cast(count(*) filter (where day_of_week = 3) as integer) as day_3,
    cast(count(*) filter (where day_of_week = 4) as integer) as day_4,
    cast(count(*) filter (where day_of_week = 5) as integer) as day_5,
    cast(count(*) filter (where day_of_week = 6) as integer) as day_6
from placed
group by signal, usr, account, local_day - day_of_week, date_trunc('month', local_day);

-- The first use of each signal that tests the account, like `firsts`.
create or replace macro tested_firsts() as table
with ranked as (
    select
        signal,
        usr,
        account,
        ts_us,
        seq,
        local_day,
        row_number() over (partition by signal, usr, account order by ts_us, seq) as place
    from tested_hits
)

select signal, usr, account, ts_us, seq, local_day from ranked where place = 1;
