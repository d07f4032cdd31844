-- Who entered which cohort, and in which k each came back.
--
-- grain   one row per cohort and actor with `k` null, and one for each k in which it is retained
-- reads   uses (role 0 the start, role 1 the return); periods; calendar (step, start_day, end_day: the periods, and those
--         after them up to `as_of`); placed
-- rules   `first_time` enters at the first start ever, `recurring` at the first in each period (R2.1); k = 0 counts returns at
--         or after the start, what is tied with it in either order (R2.4, R3.6); a return must share what is held
--         constant (R3.8); `on_or_after` keeps the last k only, `bracket` its first (R2.3); values are those at entry (R2.7)
-- engine  duckdb: whole division
create or replace macro retention_units(
    is_recurring boolean, is_cohort_itself boolean, rolling_us bigint, last_k bigint, return_at_least bigint,
    criterion text, bracket_from bigint, bracket_to bigint, same_count bigint
) as table
with started as (
    select
        periods.period,
        uses.*,
        row_number() over (
            partition by uses.actor, case when is_recurring then periods.period end
            order by uses.ts_us, uses.seq
        ) as nth
    from uses
    left join periods on uses.local_day >= periods.window_start and uses.local_day < periods.window_end
    where uses.role = 0
),

entries as (
    select * from started where nth = 1 and period is not null
),

back as (
    select * from uses where role = 1
),

back_in_steps as (
    select calendar.step, back.actor, back.same_1, back.same_2, back.same_3, count(*) as times
    from back
    inner join calendar on back.local_day >= calendar.start_day and back.local_day < calendar.end_day
    group by calendar.step, back.actor, back.same_1, back.same_2, back.same_3
),

near as (
    select
        entries.period,
        entries.actor,
        case when rolling_us > 0 then greatest(back.ts_us - entries.ts_us, 0) // rolling_us else 0 end as k,
        count(*) as times
    from entries
    inner join calendar on calendar.step = entries.period
    inner join back on back.actor = entries.actor
    where (rolling_us > 0 or (back.local_day >= calendar.start_day and back.local_day < calendar.end_day))
        and (same_count < 1 or back.same_1 = entries.same_1)
        and (same_count < 2 or back.same_2 = entries.same_2)
        and (same_count < 3 or back.same_3 = entries.same_3)
        and (
            back.ts_us > entries.ts_us
            or (back.ts_us = entries.ts_us and back.seq >= entries.seq)
            or case
                when greatest(back.tie_us, entries.tie_us) >= 86400000000 then back.local_day = entries.local_day
                else entries.ts_us - back.ts_us < greatest(back.tie_us, entries.tie_us)
            end
        )
    group by 1, 2, 3
),

later as (
    select entries.period, entries.actor, back_in_steps.step - entries.period as k, cast(sum(back_in_steps.times) as bigint) as times
    from entries
    inner join back_in_steps on back_in_steps.actor = entries.actor
    where rolling_us = 0
        and back_in_steps.step > entries.period
        and back_in_steps.step <= entries.period + last_k
        and (same_count < 1 or back_in_steps.same_1 = entries.same_1)
        and (same_count < 2 or back_in_steps.same_2 = entries.same_2)
        and (same_count < 3 or back_in_steps.same_3 = entries.same_3)
    group by 1, 2, 3
),

came_back as (
    select period, actor, k from near where times >= return_at_least and k <= last_k
    union
    select period, actor, k from later where times >= return_at_least
    union
    select period, actor, 0 as k from entries where is_cohort_itself
),

retained as (
    select period, actor, k from came_back where criterion = 'on'
    union all
    select period, actor, max(k) as k from came_back where criterion = 'on_or_after' group by period, actor
    union all
    select distinct period, actor, bracket_from as k
    from came_back
    where criterion = 'bracket' and k >= bracket_from and k <= bracket_to
),

members as (
    select
        entries.period,
        entries.actor,
        coalesce(placed.part_1, entries.property_1) as part_1,
        coalesce(placed.part_2, entries.property_2) as part_2,
        coalesce(placed.part_3, entries.property_3) as part_3,
        coalesce(placed.part_4, entries.property_4) as part_4,
        coalesce(placed.assumed, false) as assumed
    from entries
    left join placed
        on placed.account = entries.account
        and placed.from_us <= entries.ts_us
        and placed.to_us > entries.ts_us
)

select members.*, cast(null as bigint) as k
from members
union all
select members.*, cast(retained.k as bigint) as k
from members
inner join retained on retained.period = members.period and retained.actor = members.actor;
