-- Of the accounts known by a week's end: the share with so many uses in the 28 days before it.
with days as (
    select account, "timestamp"::date as day, count(*) as uses
    from events
    where account is not null and {test}
    group by all
),
weeks as (
    select week::date as week, least(week::date + 6, date '2026-06-30') as last_day
    from (
        select unnest(generate_series(date_trunc('week', (select min("timestamp") from events)), timestamp '2026-06-30', interval 7 day)) as week
    )
),
accounts as (
    select account, min(day) as first_day
    from (
        select account, "timestamp"::date as day from events where account is not null
        union all
        select team, taken_at::date from readings
    )
    group by account
),
adopters as (
    select week, account
    from weeks
    inner join days on day between last_day - 27 and last_day
    group by all
    having sum(uses) >= {at_least}
)
select 0 as place, weeks.week::varchar as period_start, count(adopters.account) / nullif(count(*), 0) as value
from weeks
inner join accounts on first_day <= last_day
left join adopters on adopters.week = weeks.week and adopters.account = accounts.account
group by weeks.week
