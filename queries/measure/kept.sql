-- Of the starters that reached enough in time, and of the others, how many were still active three months later (R4.4).
--
-- grain   one row for those that reached and one for the others
-- reads   units (activation_units); uses (role 0: the start); signals; week_parts
-- rules   active is any event on a day from the 90th to the 117th after the start; only who has lived through all of them
--         by `as_of` counts, and whose own window has closed
-- engine  duckdb: days are added to dates
create or replace macro kept(kind text, as_of date, as_of_end_us bigint) as table
with starters as (
    select units.actor, bool_or(units.reached_us is not null) as is_reached, min(uses.local_day) as started_on
    from units
    inner join uses on uses.actor = units.actor and uses.ts_us = units.start_us and uses.role = 0
    where units.closes_us < as_of_end_us
    group by units.actor
),

watched as (
    select actor, is_reached, started_on from starters where started_on + 117 <= as_of
),

weeks as (
    select case kind when 'user' then week_parts.usr else week_parts.account end as actor, week_parts.*
    from week_parts
    inner join signals on signals.signal = week_parts.signal
    where signals.id = 'any'
),

active as (
    select distinct watched.actor
    from watched
    inner join weeks
        on weeks.actor = watched.actor
        and weeks.week_start + 6 >= watched.started_on + 90
        and weeks.week_start <= watched.started_on + 117
    where (weeks.day_0 > 0 and weeks.week_start + 0 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_1 > 0 and weeks.week_start + 1 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_2 > 0 and weeks.week_start + 2 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_3 > 0 and weeks.week_start + 3 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_4 > 0 and weeks.week_start + 4 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_5 > 0 and weeks.week_start + 5 between watched.started_on + 90 and watched.started_on + 117)
        or (weeks.day_6 > 0 and weeks.week_start + 6 between watched.started_on + 90 and watched.started_on + 117)
)

select watched.is_reached, count(*) as eligible, count(active.actor) as counted
from watched
left join active on active.actor = watched.actor
group by watched.is_reached;
