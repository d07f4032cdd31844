-- How often each signal happened, per person, account and week, told by day.
--
-- grain   one row per signal, person, account, week and month
-- reads   signal_parts (facts of every signal, ids as written); user_map; user_months; domain_accounts; our_accounts
-- rules   up to `as_of`, not before `first_day`; our own people are left out (R8.4)
--         the account on the event first, then membership, then the mail domain (R8.2)
-- engine  duckdb: a day plus a number is a day
create or replace macro week_parts(as_of, first_day) as table
with placed as (
    select
        signal_parts.signal,
        user_map.usr,
        coalesce(signal_parts.account_no, user_months.account, domain_accounts.account) as account,
        signal_parts.week_start,
        signal_parts.month_start,
        case when signal_parts.week_start + 0 <= as_of then signal_parts.day_0 else 0 end as day_0,
        case when signal_parts.week_start + 1 <= as_of then signal_parts.day_1 else 0 end as day_1,
        case when signal_parts.week_start + 2 <= as_of then signal_parts.day_2 else 0 end as day_2,
        case when signal_parts.week_start + 3 <= as_of then signal_parts.day_3 else 0 end as day_3,
        case when signal_parts.week_start + 4 <= as_of then signal_parts.day_4 else 0 end as day_4,
        case when signal_parts.week_start + 5 <= as_of then signal_parts.day_5 else 0 end as day_5,
        case when signal_parts.week_start + 6 <= as_of then signal_parts.day_6 else 0 end as day_6
    from signal_parts
    left join user_map on user_map.user_no = signal_parts.user_no
    left join user_months
        on user_months.user_no = signal_parts.user_no
        and user_months.month_start = signal_parts.month_start
    left join domain_accounts on domain_accounts.user_no = signal_parts.user_no
    where signal_parts.week_start <= as_of
        and signal_parts.week_start > first_day - 7
        and not coalesce(user_map.ours, false)
)

select
    placed.signal,
    placed.usr,
    placed.account,
    placed.week_start,
    placed.month_start,
    cast(sum(day_0) as integer) as day_0,
    cast(sum(day_1) as integer) as day_1,
    cast(sum(day_2) as integer) as day_2,
    cast(sum(day_3) as integer) as day_3,
    cast(sum(day_4) as integer) as day_4,
    cast(sum(day_5) as integer) as day_5,
    cast(sum(day_6) as integer) as day_6
from placed
left join our_accounts on our_accounts.account = placed.account
where our_accounts.account is null
    and day_0 + day_1 + day_2 + day_3 + day_4 + day_5 + day_6 > 0
group by placed.signal, placed.usr, placed.account, placed.week_start, placed.month_start;
