-- Gauges whose readings stopped while their accounts went on to have others (R9.4).
--
-- grain   one row per gauge
-- reads   gauge_days
-- rules   as `dead_events`, of readings
-- engine  duckdb: dates are subtracted
create or replace macro dead_gauges(as_of date) as table
with quiet as (
    select gauge, max(local_day) as last_day
    from gauge_days
    group by gauge
),

before as (
    select quiet.gauge, quiet.last_day, gauge_days.account, (quiet.last_day - gauge_days.local_day) // 7 as weeks_ago
    from quiet
    inner join gauge_days on gauge_days.gauge = quiet.gauge and gauge_days.local_day > quiet.last_day - 56
    where quiet.last_day <= as_of - 7
),

weekly as (
    select gauge, last_day, weeks_ago, count(*) as readings
    from before
    group by gauge, last_day, weeks_ago
),

stopped as (
    select gauge, last_day
    from weekly
    group by gauge, last_day
    having count(*) filter (where readings >= 20) = 8
),

alive as (
    select distinct stopped.gauge, gauge_days.account
    from stopped
    inner join gauge_days
        on gauge_days.local_day > stopped.last_day and gauge_days.local_day <= stopped.last_day + 7
),

holders as (
    select distinct stopped.gauge, stopped.last_day, before.account
    from stopped
    inner join before on before.gauge = stopped.gauge
)

select holders.gauge, holders.last_day
from holders
left join alive on alive.gauge = holders.gauge and alive.account = holders.account
group by holders.gauge, holders.last_day
having count(alive.account) * 2 >= count(*);
