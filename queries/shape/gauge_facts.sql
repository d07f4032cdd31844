-- The last reading of each gauge, account and day of one month.
--
-- grain   one row per source, gauge, account and day
-- reads   month_readings (source, gauge, account_no, ts_us, seq, local_day, value)
-- rules   the last by (time, seq)
-- engine  duckdb: arg_max by a packed number
create or replace macro gauge_facts() as table
with keyed as (
    select
        source,
        gauge,
        account_no,
        local_day,
        value,
        cast(ts_us as hugeint) * 18446744073709551616 + seq as order_key
    from month_readings
)

select
    source,
    gauge,
    account_no,
    local_day,
    cast(max(order_key) >> 64 as bigint) as ts_us,
    cast(max(order_key) & 18446744073709551615 as bigint) as seq,
    arg_max(value, order_key) as value
from keyed
group by source, gauge, account_no, local_day;
