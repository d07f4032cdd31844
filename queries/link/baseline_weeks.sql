-- What each row's unit did in the eight weeks before any exposure window: how much, and how many different things.
--
-- grain   one row per row of link_rows and observed week; a row with none has none
-- reads   link_rows; link_units; link_weeks; event_weeks; signal_weeks; link_own_events (event_name); link_breadth (event_name)
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
    select account, week, uses
    from signal_weeks
    where signal = activity_signal
    union all
    select account, week, uses
    from event_weeks
    where activity_signal is null and event_name not in (select event_name from link_own_events)
),

activity as (
    select units.unit, acts.week, cast(sum(acts.uses) as bigint) as uses
    from acts
    inner join link_units() as units on units.account = acts.account
    group by units.unit, acts.week
),

breadth as (
    select units.unit, event_weeks.week, count(distinct event_weeks.event_name) as names
    from event_weeks
    inner join link_breadth on link_breadth.event_name = event_weeks.event_name
    inner join link_units() as units on units.account = event_weeks.account
    group by units.unit, event_weeks.week
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
