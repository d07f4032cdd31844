-- Which events of a source are new, and which have stopped; before the batch, and with it.
--
-- grain   one row per event that is new or has stopped
-- reads   event_days (event_name, local_day, incoming)
-- rules   an event has stopped as `events_seen` tells it: silent until its source's last day for 14 days or more, and for
--         more than twice as long as ever before; one seen on fewer than three days is rare, not stopped
-- engine  duckdb: days are subtracted
create or replace macro drifted_events() as table
with told as (
    select 'before' as side, event_name, local_day
    from event_days
    where not incoming
    union
    select 'after' as side, event_name, local_day
    from event_days
),

gaps as (
    select
        side,
        event_name,
        local_day,
        local_day - lag(local_day) over (partition by side, event_name order by local_day) as gap
    from told
),

spans as (
    select
        side,
        event_name,
        count(*) as days_seen,
        max(local_day) as last_seen,
        coalesce(max(gap), 0) as longest_gap
    from gaps
    group by side, event_name
),

ends as (
    select side, max(local_day) as last_day
    from told
    group by side
),

judged as (
    select
        spans.side,
        spans.event_name,
        spans.last_seen,
        spans.days_seen >= 3
            and ends.last_day - spans.last_seen >= 14
            and ends.last_day - spans.last_seen > 2 * spans.longest_gap as stopped
    from spans
    inner join ends on ends.side = spans.side
)

select
    judged.event_name,
    judged.last_seen,
    before.event_name is null as is_new,
    judged.stopped,
    coalesce(before.stopped, false) as had_stopped
from judged
left join judged as before on before.event_name = judged.event_name and before.side = 'before'
where judged.side = 'after' and (before.event_name is null or judged.stopped);
