-- Of the accounts that signed up in a month: the share that got there within the window, where it has closed.
with months as (
    select unnest(generate_series(date_trunc('month', (select min("timestamp") from events)), timestamp '2026-06-30', interval 1 month)) as month
),
starts as (
    select account, min("timestamp") as started
    from events
    where event = 'team.created' and account is not null
    group by account
),
reached as (
    select starts.account
    from starts
    inner join events on events.account = starts.account
    where events."timestamp" > started and events."timestamp" <= started + interval {days} day
    group by starts.account
    having {reached}
)
select 0 as place, month::date::varchar as period_start, count(reached.account) / nullif(count(starts.account), 0) as value
from months
left join starts on date_trunc('month', started) = month and started + interval {days} day < timestamp '2026-07-01'
left join reached on reached.account = starts.account
group by month
