-- Of the accounts that signed up and whose 60 days are over: how far they came, in order.
with entries as (
    select account, "timestamp" as entered
    from events
    where event = 'team.created' and account is not null and "timestamp" + interval 60 day < timestamp '2026-07-01'
),
second as (
    select account, entered, min("timestamp") as came
    from entries
    inner join events using (account)
    where event = 'application.created' and "timestamp" > entered and "timestamp" <= entered + interval 60 day
    group by all
),
third as (
    select account, entered, min("timestamp") as came
    from second
    inner join events using (account)
    where event = 'pipeline.created' and "timestamp" > second.came and "timestamp" <= entered + interval 60 day
    group by all
),
fourth as (
    select account, entered, min("timestamp") as came
    from third
    inner join events using (account)
    where event = 'pipeline.deployed' and stage = 'production' and result = 'ok'
        and "timestamp" > third.came and "timestamp" <= entered + interval 60 day
    group by all
),
counts as (
    select 1 as place, count(distinct account) as counted from entries
    union all select 2, count(distinct account) from second
    union all select 3, count(distinct account) from third
    union all select 4, count(distinct account) from fourth
)
select place, '' as period_start, counted / nullif((select count(distinct account) from entries), 0) as value
from counts
