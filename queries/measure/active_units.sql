-- Who did something in which period, or in the trailing window that ends with it, and under which values.
--
-- grain   one row per period, actor and combination of values
-- reads   uses(); periods (period, window_start, window_end, read_us); placed
-- rules   an actor stands under the values, at the period's last instant, of its events' accounts; by a property, under
--         each value its events had (R9.7)
create or replace macro active_units() as table
with days as (
    select distinct actor, account, local_day, property_1, property_2, property_3, property_4
    from uses()
)

select
    periods.period,
    days.actor,
    coalesce(placed.part_1, days.property_1) as part_1,
    coalesce(placed.part_2, days.property_2) as part_2,
    coalesce(placed.part_3, days.property_3) as part_3,
    coalesce(placed.part_4, days.property_4) as part_4,
    bool_or(coalesce(placed.assumed, false)) as assumed
from days
inner join periods on days.local_day >= periods.window_start and days.local_day < periods.window_end
left join placed
    on placed.account = days.account
    and placed.from_us <= periods.read_us
    and placed.to_us > periods.read_us
group by 1, 2, 3, 4, 5, 6;
