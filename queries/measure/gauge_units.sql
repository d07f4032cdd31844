-- An account's value of a gauge in each period: its last reading in it.
--
-- grain   one row per period and account that exists at its last instant and has had a reading by then
-- reads   gauge_days; periods (period, window_start, window_end, read_us); actors(); placed
create or replace macro gauge_units(name text) as table
with readings as (
    select periods.period, gauge_days.account, max(gauge_days.local_day) as local_day
    from periods
    inner join gauge_days on gauge_days.local_day >= periods.window_start and gauge_days.local_day < periods.window_end
    where gauge_days.gauge = name
    group by periods.period, gauge_days.account
),

firsts_read as (
    select account, min(local_day) as local_day
    from gauge_days
    where gauge = name
    group by account
)

select
    periods.period,
    actors.actor,
    cast(gauge_days.value as decimal(38, 6)) as value,
    placed.part_1,
    placed.part_2,
    placed.part_3,
    placed.part_4,
    coalesce(placed.assumed, false) as assumed
from periods
inner join actors('account') as actors
    on actors.from_us <= periods.read_us
    and (actors.to_us is null or actors.to_us > periods.read_us)
inner join firsts_read on firsts_read.account = actors.actor and firsts_read.local_day < periods.window_end
left join readings on readings.period = periods.period and readings.account = actors.actor
left join gauge_days
    on gauge_days.gauge = name
    and gauge_days.account = readings.account
    and gauge_days.local_day = readings.local_day
left join placed
    on placed.account = actors.account
    and placed.from_us <= periods.read_us
    and placed.to_us > periods.read_us;
