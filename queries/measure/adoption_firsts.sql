-- The first day on which each actor met the definition of an adoption: enough uses in the window that ends with that day.
--
-- grain   one row per actor that ever met it
-- reads   uses (role 0 the use)
-- rules   a window ends with every day (R5.3): with enough uses, and by enough different users
-- engine  duckdb: days are subtracted from each other
create or replace macro adoption_firsts(at_least bigint, trailing_days bigint, min_users bigint) as table
with user_days as (
    select actor, usr, local_day, local_day - date '1970-01-01' as day_number, count(*) as uses, min(ts_us) as ts_us
    from uses
    where role = 0
    group by actor, usr, local_day
),

days as (
    select actor, day_number, cast(sum(uses) as bigint) as uses, min(ts_us) as ts_us
    from user_days
    group by actor, day_number
),

running as (
    select
        actor,
        day_number,
        ts_us,
        sum(uses) over (partition by actor order by day_number range between trailing_days - 1 preceding and current row) as uses
    from days
),

spells as (
    select
        actor,
        day_number,
        lag(day_number) over (partition by actor, usr order by day_number) as before,
        lead(day_number) over (partition by actor, usr order by day_number) as next_day
    from user_days
    where usr is not null
),

comings as (
    select actor, day_number, 1 as change from spells where before is null or before + trailing_days <= day_number
    union all
    select actor, day_number + trailing_days, -1 from spells where next_day is null or next_day >= day_number + trailing_days
    union all
    select actor, day_number, 0 from days
),

crowds as (
    select actor, day_number, sum(sum(change)) over (partition by actor order by day_number) as users
    from comings
    group by actor, day_number
),

met as (
    select
        running.actor,
        running.day_number,
        running.ts_us,
        row_number() over (partition by running.actor order by running.day_number) as nth
    from running
    inner join crowds on crowds.actor = running.actor and crowds.day_number = running.day_number
    where running.uses >= at_least and crowds.users >= min_users
)

select actor, day_number, ts_us
from met
where nth = 1;
