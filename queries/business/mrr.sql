-- Monthly recurring revenue at each period's last instant (R7.1).
--
-- grain   one row per period and cell with a paying customer
-- reads   ends (a customer's figures with the instant it is told at); told_cells
-- rules   summed as decimals of twelve places and rounded to six once, so that neither the order of rows nor the rounding
--         of each customer's part changes anything (R7.7)
create or replace macro mrr() as table
select
    ends.period,
    told_cells.cell,
    bool_or(told_cells.assumed) as assumed,
    count(*) as counted,
    cast(round(sum(ends.closing_exact) * 1000000) as bigint) as closing_micros
from ends
inner join told_cells on told_cells.thing = ends.thing
where ends.closing_micros > 0
group by ends.period, told_cells.cell;
