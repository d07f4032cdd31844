-- The first match of each signal by each person in each account.
--
-- grain   one row per signal, person and account
-- reads   signal_parts; user_map; user_months; domain_accounts; our_accounts
-- rules   as `week_parts`; the first by (time, seq)
-- engine  duckdb: a moment and its seq are packed into one number, so that the least of them is the first
create or replace macro firsts(as_of_end_us, first_day) as table
with placed as (
    select
        signal_parts.signal,
        user_map.usr,
        coalesce(signal_parts.account_no, user_months.account, domain_accounts.account) as account,
        cast(signal_parts.first_us as hugeint) * 18446744073709551616 + signal_parts.first_seq as first_key,
        case
            when signal_parts.day_0 > 0 then signal_parts.week_start + 0
            when signal_parts.day_1 > 0 then signal_parts.week_start + 1
            when signal_parts.day_2 > 0 then signal_parts.week_start + 2
            when signal_parts.day_3 > 0 then signal_parts.week_start + 3
            when signal_parts.day_4 > 0 then signal_parts.week_start + 4
            when signal_parts.day_5 > 0 then signal_parts.week_start + 5
            when signal_parts.day_6 > 0 then signal_parts.week_start + 6
        end as local_day
    from signal_parts
    left join user_map on user_map.user_no = signal_parts.user_no
    left join user_months
        on user_months.user_no = signal_parts.user_no
        and user_months.month_start = signal_parts.month_start
    left join domain_accounts on domain_accounts.user_no = signal_parts.user_no
    where signal_parts.first_us < as_of_end_us
        and signal_parts.week_start > first_day - 7
        and not coalesce(user_map.ours, false)
)

select
    placed.signal,
    placed.usr,
    placed.account,
    cast(min(placed.first_key) >> 64 as bigint) as ts_us,
    cast(min(placed.first_key) & 18446744073709551615 as bigint) as seq,
    min(placed.local_day) as local_day
from placed
left join our_accounts on our_accounts.account = placed.account
where our_accounts.account is null
group by placed.signal, placed.usr, placed.account;
