-- What each row's unit did in the eight weeks before any exposure window: how much, and how many different things.
--
-- grain   one row per row of link_rows and observed week; a row with none has none
-- reads   link_rows; link_weeks; link_unit_events; link_unit_signals; link_own_events (event_name); link_breadth (event_name)
-- rules   only weeks of the data in which the unit had started
--         general activity: the uses of `activity_signal`; without one all events but the link's own
create or replace macro baseline_weeks(activity_signal bigint) as table
with observed as (
    select link_rows.unit, link_rows.due_week, link_weeks.week
    from link_rows
    inner join link_weeks
        on link_weeks.week >= greatest(link_rows.covariate_week - 8, 0, link_rows.start_week)
        and link_weeks.week < link_rows.covariate_week
),

acts as (
    select unit, week, uses
    from link_unit_signals
    where signal = activity_signal
    union all
    select unit, week, uses
    from link_unit_events
    where activity_signal is null and event_name not in (select event_name from link_own_events)
),

activity as (
    select unit, week, cast(sum(uses) as bigint) as uses
    from acts
    group by unit, week
),

breadth as (
    select link_unit_events.unit, link_unit_events.week, count(*) as names
    from link_unit_events
    inner join link_breadth on link_breadth.event_name = link_unit_events.event_name
    group by link_unit_events.unit, link_unit_events.week
)

select
    observed.unit,
    observed.due_week,
    observed.week,
    coalesce(activity.uses, 0) as uses,
    coalesce(breadth.names, 0) as names
from observed
left join activity on activity.unit = observed.unit and activity.week = observed.week
left join breadth on breadth.unit = observed.unit and breadth.week = observed.week;
