-- Eligible actors, and those of them that meet the definition, as parts of the breadth (R9.8).
--
-- grain   one row per period and eligible actor
-- reads   units (adoption_units)
create or replace macro adoption_parts() as table
select
    period,
    actor,
    cast(case when stage in ('adopted', 'habitual') then 1 else 0 end as decimal(38, 6)) as counted,
    1 as eligible
from units;
