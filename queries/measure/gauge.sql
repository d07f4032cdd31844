-- A gauge taken over the accounts of each period.
--
-- grain   one row per period and cell with anybody who has ever had a reading
-- reads   units (gauge_units); cells
-- rules   readings are summed as decimals (R7.7)
create or replace macro gauge(floor_value double) as table
select
    units.period,
    cells.cell,
    count(*) as eligible,
    count(units.value) as counted,
    cast(sum(units.value) as double) as total,
    count(*) filter (where cast(units.value as double) >= floor_value) as above,
    bool_or(units.assumed) as assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4
group by units.period, cells.cell;
