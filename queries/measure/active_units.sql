-- Who did something in which period, or in the trailing window that ends with it, and under which values.
--
-- grain   one row per period, actor and combination of values
-- reads   uses; periods (period, window_start, window_end, read_us); placed
-- rules   an actor stands under the values, at the period's last instant, of its events' accounts; by a property, under
--         each value its events had (R9.7)
create or replace macro active_units() as table
with days as (
    select distinct actor, account, local_day, property_1, property_2, property_3, property_4
    from uses
),

-- Days are few: that each stands in its periods is found once, and not for each who did something on it.
day_periods as (
    select days_seen.local_day, periods.period, periods.read_us
    from (select distinct local_day from days) as days_seen
    inner join periods on days_seen.local_day >= periods.window_start and days_seen.local_day < periods.window_end
)

select
    day_periods.period,
    days.actor,
    coalesce(placed.part_1, days.property_1) as part_1,
    coalesce(placed.part_2, days.property_2) as part_2,
    coalesce(placed.part_3, days.property_3) as part_3,
    coalesce(placed.part_4, days.property_4) as part_4,
    bool_or(coalesce(placed.assumed, false)) as assumed
from days
inner join day_periods on day_periods.local_day = days.local_day
left join placed
    on placed.account = days.account
    and placed.from_us <= day_periods.read_us
    and placed.to_us > day_periods.read_us
group by 1, 2, 3, 4, 5, 6;
