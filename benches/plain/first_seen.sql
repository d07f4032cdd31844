with firsts as (select account, event, min("timestamp") as first_at from events where account is not null group by all)
select event, date_trunc('month', first_at) as month, count(*) as accounts from firsts group by all order by all
