-- In how many weeks of its window each row's unit did what is meant to lead, and in how many of the window 13 weeks earlier.
--
-- grain   one row per row of link_rows
-- reads   link_rows; link_unit_signals (`unit_signals()`, kept); link_signals (signal)
-- rules   a week counts once, whichever and however many of the unit's accounts were active in it
create or replace macro weeks_of_use(window_weeks bigint) as table
with active as (
    select distinct link_unit_signals.unit, link_unit_signals.week
    from link_unit_signals
    inner join link_signals on link_signals.signal = link_unit_signals.signal
)

select
    link_rows.unit,
    link_rows.due_week,
    count(active.week) filter (
        where active.week >= link_rows.landmark_week - window_weeks and active.week < link_rows.landmark_week
    ) as weeks_active,
    count(active.week) filter (
        where active.week >= link_rows.landmark_week - 13 - window_weeks and active.week < link_rows.landmark_week - 13
    ) as weeks_active_earlier
from link_rows
left join active on active.unit = link_rows.unit
group by link_rows.unit, link_rows.due_week;
