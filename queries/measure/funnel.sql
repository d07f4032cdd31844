-- In which cell each attempt stands.
--
-- grain   one row per attempt that is wanted
-- reads   units (funnel_units); cells
create or replace macro funnel() as table
select units.attempt, cells.cell, units.assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4;
