-- When each actor first came back: its first return with k of 1 or more.
--
-- grain   one row per actor that came back
-- reads   uses (role 0 the start, role 1 the return); periods
-- rules   by the calendar k is 1 when the period of the start is over; by rolling clocks when one unit has passed (R2.2); a
--         return must share what is held constant (R3.8)
create or replace macro retention_reached(is_recurring boolean, rolling_us bigint, same_count bigint) as table
with started as (
    select
        uses.*,
        periods.window_end,
        row_number() over (
            partition by uses.actor, case when is_recurring then periods.period end
            order by uses.ts_us, uses.seq
        ) as nth
    from uses
    inner join periods on uses.local_day >= periods.window_start and uses.local_day < periods.window_end
    where uses.role = 0
)

select started.actor, min(back.ts_us) as reached_us
from started
inner join uses as back on back.role = 1 and back.actor = started.actor
where started.nth = 1
    and case
        when rolling_us > 0 then back.ts_us - started.ts_us >= rolling_us
        else back.local_day >= started.window_end
    end
    and (same_count < 1 or back.same_1 = started.same_1)
    and (same_count < 2 or back.same_2 = started.same_2)
    and (same_count < 3 or back.same_3 = started.same_3)
group by started.actor;
