-- What each account adds to a gauge: its reading, or whether that is enough (R1.5, R9.8).
--
-- grain   one row per period and account with a reading in it
-- reads   units (gauge_units)
create or replace macro gauge_parts(is_share boolean, floor_value double) as table
select
    period,
    actor,
    case
        when not is_share then value
        when cast(value as double) >= floor_value then cast(1 as decimal(38, 6))
        else cast(0 as decimal(38, 6))
    end as counted,
    1 as eligible
from units
where value is not null;
