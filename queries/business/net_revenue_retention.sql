-- What those who paid at the base instant pay at the closing one (R7.3).
--
-- grain   one row per period and cell with a customer that paid at the base
-- reads   ends; told_cells
-- rules   by end points: who left and came back counts
create or replace macro net_revenue_retention() as table
select
    ends.period,
    told_cells.cell,
    bool_or(told_cells.assumed) as assumed,
    cast(round(sum(ends.base_exact) * 1000000) as bigint) as base_micros,
    cast(round(sum(ends.closing_exact) * 1000000) as bigint) as now_micros
from ends
inner join told_cells on told_cells.thing = ends.thing
where ends.base_micros > 0
group by ends.period, told_cells.cell;
