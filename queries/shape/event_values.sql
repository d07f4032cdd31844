-- What events say of each account's segments: the latest value of a property by then.
--
-- grain   one row per account, segment and stretch with one value
-- reads   value_hits (segment, usr, account, ts_us, seq, value)
-- rules   events without the property change nothing
create or replace macro event_values(end_us) as table
with ordered as (
    select
        account,
        segment,
        value,
        ts_us,
        seq,
        lag(value) over (partition by account, segment order by ts_us, seq) as value_before
    from value_hits
    where account is not null and value is not null
),

changes as (
    select account, segment, value, ts_us, seq
    from ordered
    where value_before is distinct from value
)

select
    account,
    segment,
    value as raw,
    ts_us as from_us,
    lead(ts_us, 1, end_us) over (partition by account, segment order by ts_us, seq) as to_us,
    false as assumed
from changes;
