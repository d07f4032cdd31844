-- The last reading of each gauge, account and day, over all sources.
--
-- grain   one row per gauge, account and day with a reading
-- reads   fact_gauges; our_accounts
-- engine  duckdb: arg_max by a packed number
create or replace macro gauge_days(as_of, first_day) as table
with keyed as (
    select
        fact_gauges.*,
        cast(fact_gauges.ts_us as hugeint) * 18446744073709551616 + fact_gauges.seq as order_key
    from fact_gauges
    left join our_accounts on our_accounts.account = fact_gauges.account_no
    where our_accounts.account is null
        and fact_gauges.local_day <= as_of
        and fact_gauges.local_day >= first_day
)

select
    gauge,
    account_no as account,
    local_day,
    cast(max(order_key) >> 64 as bigint) as ts_us,
    arg_max(value, order_key) as value,
    cast(max(order_key) & 18446744073709551615 as bigint) as seq,
    arg_max(source, order_key) as source
from keyed
group by gauge, account_no, local_day;
