-- Which events there are: how often, since when, by how many, and whether they stopped.
--
-- grain   one row per source and event name
-- reads   lake_events
-- rules   an event has stopped when it is silent until its source's last day for 14 days or more, and for more than twice
--         as long as ever before; one seen on fewer than three days is rare, not stopped
-- engine  duckdb: days are subtracted
create or replace macro events_seen() as table
with days as (
    select source, event_name, local_day, count(*) as events
    from lake_events
    group by source, event_name, local_day
),

gaps as (
    select
        source,
        event_name,
        local_day,
        events,
        local_day - lag(local_day) over (partition by source, event_name order by local_day) as gap
    from days
),

spans as (
    select
        source,
        event_name,
        cast(sum(events) as bigint) as events,
        count(*) as days_seen,
        min(local_day) as first_seen,
        max(local_day) as last_seen,
        coalesce(max(gap), 0) as longest_gap
    from gaps
    group by source, event_name
),

ends as (
    select source, max(local_day) as last_day
    from days
    group by source
),

actors as (
    select source, event_name, count(distinct user_no) as users, count(distinct account_no) as accounts
    from lake_events
    group by source, event_name
)

select
    spans.source,
    spans.event_name,
    spans.events,
    actors.users,
    actors.accounts,
    spans.first_seen,
    spans.last_seen,
    spans.days_seen,
    spans.days_seen >= 3
        and ends.last_day - spans.last_seen >= 14
        and ends.last_day - spans.last_seen > 2 * spans.longest_gap as stopped
from spans
inner join ends on ends.source = spans.source
inner join actors on actors.source = spans.source and actors.event_name = spans.event_name;
