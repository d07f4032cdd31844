-- Of the accounts that signed up in a week: the share with any event in the eighth week after it.
with weeks as (
    select unnest(generate_series(date_trunc('week', (select min("timestamp") from events)), timestamp '2026-06-30' - interval 56 day, interval 7 day)) as week
),
starts as (
    select account, date_trunc('week', min("timestamp")) as week
    from events
    where event = 'team.created' and account is not null
    group by account
),
back as (
    select distinct starts.account
    from starts
    inner join events on events.account = starts.account
    where date_trunc('week', events."timestamp") = starts.week + interval 56 day
)
select 8 as place, weeks.week::date::varchar as period_start, count(back.account) / nullif(count(starts.account), 0) as value
from weeks
left join starts on starts.week = weeks.week
left join back on back.account = starts.account
group by weeks.week
