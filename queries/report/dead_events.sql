-- Events that stopped while those who had them lived on: a dead instrument, not a drop in use (R9.4).
--
-- grain   one row per event name asked for
-- reads   asked_events (event_name); fact_events (event_parts of all months); user_map; user_months; domain_accounts; our_accounts
-- rules   none for seven days or more, twenty or more in each of the eight weeks up to its last day, and at least half of the
--         accounts (of users without one, the users) that had it then had other events in the seven days after it
-- engine  duckdb: a day plus a number is a day, and dates are subtracted
create or replace macro dead_events(as_of date) as table
with placed as (
    select
        fact_events.*,
        coalesce(
            'account ' || coalesce(fact_events.account_no, user_months.account, domain_accounts.account),
            'user ' || user_map.usr
        ) as holder
    from fact_events
    left join user_map on user_map.user_no = fact_events.user_no
    left join user_months
        on user_months.user_no = fact_events.user_no
        and user_months.month_start = fact_events.month_start
    left join domain_accounts on domain_accounts.user_no = fact_events.user_no
    left join our_accounts
        on our_accounts.account = coalesce(fact_events.account_no, user_months.account, domain_accounts.account)
    where not coalesce(user_map.ours, false) and our_accounts.account is null
),

told as (
    select
        placed.event_name,
        placed.holder,
        unnest([
            placed.week_start, placed.week_start + 1, placed.week_start + 2, placed.week_start + 3,
            placed.week_start + 4, placed.week_start + 5, placed.week_start + 6
        ]) as local_day,
        unnest([
            placed.day_0, placed.day_1, placed.day_2, placed.day_3, placed.day_4, placed.day_5, placed.day_6
        ]) as uses
    from placed
    inner join asked_events on asked_events.event_name = placed.event_name
),

daily as (
    select event_name, holder, local_day, uses from told where uses > 0 and local_day <= as_of
),

quiet as (
    select event_name, max(local_day) as last_day
    from daily
    group by event_name
),

before as (
    select quiet.event_name, quiet.last_day, daily.holder, daily.uses, (quiet.last_day - daily.local_day) // 7 as weeks_ago
    from quiet
    inner join daily on daily.event_name = quiet.event_name and daily.local_day > quiet.last_day - 56
    where quiet.last_day <= as_of - 7
),

weekly as (
    select event_name, last_day, weeks_ago, sum(uses) as uses
    from before
    group by event_name, last_day, weeks_ago
),

stopped as (
    select event_name, last_day
    from weekly
    group by event_name, last_day
    having count(*) filter (where uses >= 20) = 8
),

alive as (
    select distinct stopped.event_name, placed.holder
    from stopped
    inner join placed on placed.week_start > stopped.last_day - 7 and placed.week_start <= stopped.last_day + 7
    where (placed.day_0 > 0 and placed.week_start + 0 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_1 > 0 and placed.week_start + 1 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_2 > 0 and placed.week_start + 2 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_3 > 0 and placed.week_start + 3 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_4 > 0 and placed.week_start + 4 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_5 > 0 and placed.week_start + 5 between stopped.last_day + 1 and stopped.last_day + 7)
        or (placed.day_6 > 0 and placed.week_start + 6 between stopped.last_day + 1 and stopped.last_day + 7)
),

holders as (
    select distinct stopped.event_name, stopped.last_day, before.holder
    from stopped
    inner join before on before.event_name = stopped.event_name
    where before.holder is not null
)

select holders.event_name, holders.last_day
from holders
left join alive on alive.event_name = holders.event_name and alive.holder = holders.holder
group by holders.event_name, holders.last_day
having count(alive.holder) * 2 >= count(*);
