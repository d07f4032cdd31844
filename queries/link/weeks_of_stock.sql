-- Whether each row's unit stood at or above a level in the last week before the landmark, and 13 weeks earlier; and in how
-- many weeks of its window it did.
--
-- grain   one row per row of link_rows
-- reads   link_rows; link_stock (`stock_weeks()`, kept)
-- rules   a week without a reading is below (evidence.md 3.1, 5)
create or replace macro weeks_of_stock(threshold double, window_weeks bigint) as table
with high as (
    select unit, week from link_stock where value >= threshold
)

select
    link_rows.unit,
    link_rows.due_week,
    count(high.week) filter (where high.week = link_rows.landmark_week - 1) as stood,
    count(high.week) filter (where high.week = link_rows.landmark_week - 14) as stood_earlier,
    count(high.week) filter (
        where high.week >= link_rows.landmark_week - window_weeks and high.week < link_rows.landmark_week
    ) as weeks_active
from link_rows
left join high on high.unit = link_rows.unit
group by link_rows.unit, link_rows.due_week;
