-- The combinations of values that were met, and how many actors stand under each.
--
-- grain   one row per combination
-- reads   units (actor, part_1 … part_4)
create or replace macro tuples() as table
select part_1, part_2, part_3, part_4, count(distinct actor) as actors
from units
group by part_1, part_2, part_3, part_4;
