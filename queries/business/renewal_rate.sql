-- Of the renewals whose date lies in the trailing months, how many were won (R7.5).
--
-- grain   one row per period and cell with a renewal
-- reads   due (period, thing, state: a renewal in a period's trailing span); told_cells
-- rules   those still undecided are `open_count` and in neither part of the rate
create or replace macro renewal_rate() as table
select
    due.period,
    told_cells.cell,
    bool_or(told_cells.assumed) as assumed,
    count(*) filter (where due.state in ('won', 'lost')) as eligible,
    count(*) filter (where due.state = 'won') as counted,
    count(*) filter (where due.state = 'open') as open_count
from due
inner join told_cells on told_cells.thing = due.thing
group by due.period, told_cells.cell;
