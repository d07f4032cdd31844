-- How monthly recurring revenue moved within each period, customer by customer (R7.2).
--
-- grain   one row per period and cell with a customer that pays at either end
-- reads   ends; told_cells; asked_periods
-- rules   `new` never paid before the period; `reactivation` did, and paid nothing at its opening
--         whole millionths of each customer, so that, in every row,
--         opening + new + reactivation + expansion - contraction - churn = closing
create or replace macro mrr_movements() as table
select
    ends.period,
    told_cells.cell,
    bool_or(told_cells.assumed) as assumed,
    cast(sum(ends.opening_micros) as bigint) as opening_micros,
    cast(sum(case when ends.opening_micros = 0 and ends.first_us >= asked_periods.start_us
        then ends.closing_micros else 0 end) as bigint) as new_micros,
    cast(sum(case when ends.opening_micros = 0 and ends.first_us < asked_periods.start_us
        then ends.closing_micros else 0 end) as bigint) as reactivation_micros,
    cast(sum(case when ends.opening_micros > 0 and ends.closing_micros > ends.opening_micros
        then ends.closing_micros - ends.opening_micros else 0 end) as bigint) as expansion_micros,
    cast(sum(case when ends.closing_micros > 0 and ends.closing_micros < ends.opening_micros
        then ends.opening_micros - ends.closing_micros else 0 end) as bigint) as contraction_micros,
    cast(sum(case when ends.closing_micros = 0 then ends.opening_micros else 0 end) as bigint) as churn_micros,
    cast(sum(ends.closing_micros) as bigint) as closing_micros
from ends
inner join asked_periods on asked_periods.period = ends.period
inner join told_cells on told_cells.thing = ends.thing
where ends.opening_micros > 0 or ends.closing_micros > 0
group by ends.period, told_cells.cell;
