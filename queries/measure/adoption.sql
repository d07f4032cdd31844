-- How many eligible actors stand in each stage, and how much those who adopted use it.
--
-- grain   one row per period and cell with anybody eligible
-- reads   units (adoption_units); cells
create or replace macro adoption() as table
select
    units.period,
    cells.cell,
    count(*) as eligible,
    count(*) filter (where units.stage = 'never') as never,
    count(*) filter (where units.stage = 'tried') as tried,
    count(*) filter (where units.stage = 'adopted') as adopted,
    count(*) filter (where units.stage = 'habitual') as habitual,
    count(*) filter (where units.stage = 'lapsed') as lapsed,
    cast(coalesce(sum(units.uses) filter (where units.stage in ('adopted', 'habitual')), 0) as bigint) as uses,
    cast(coalesce(sum(units.days) filter (where units.stage in ('adopted', 'habitual')), 0) as bigint) as days,
    cast(coalesce(sum(units.users) filter (where units.stage in ('adopted', 'habitual')), 0) as bigint) as users,
    cast(coalesce(sum(units.users_around) filter (where units.stage in ('adopted', 'habitual')), 0) as bigint) as users_around,
    bool_or(units.assumed) as assumed
from units
inner join cells
    on cells.part_1 is not distinct from units.part_1
    and cells.part_2 is not distinct from units.part_2
    and cells.part_3 is not distinct from units.part_3
    and cells.part_4 is not distinct from units.part_4
group by units.period, cells.cell;
