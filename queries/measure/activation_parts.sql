-- Starters whose window has closed, and those of them that reached enough, as parts of the share (R9.8).
--
-- grain   one row per period and starter
-- reads   units (activation_units)
create or replace macro activation_parts(as_of_end_us bigint) as table
select
    period,
    actor,
    cast(case when reached_us is not null then 1 else 0 end as decimal(38, 6)) as counted,
    1 as eligible
from units
where closes_us < as_of_end_us;
