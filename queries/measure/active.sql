-- How many different actors were active in each period.
--
-- grain   one row per period and cell in which anybody was
-- reads   units (active_units); cells
create or replace macro active() as table
select
    units.period,
    cells.cell,
    count(distinct units.actor) as counted,
    bool_or(units.assumed) as assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4
group by units.period, cells.cell;
