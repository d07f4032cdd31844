-- Which actors were active in each period, as parts of how many were (R9.8).
--
-- grain   one row per period and actor
-- reads   units (active_units)
create or replace macro active_parts() as table
select distinct period, actor, cast(1 as decimal(38, 6)) as counted, 0 as eligible
from units;
