-- How many entered each cohort (`k` null), and how many of them were retained in each k.
--
-- grain   one row per period, cell and k
-- reads   units (retention_units); cells
create or replace macro retention() as table
select
    units.period,
    cells.cell,
    units.k,
    count(*) as actors,
    bool_or(units.assumed) as assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4
group by units.period, cells.cell, units.k;
