-- What each row's unit paid a month as its covariate week began, and the amount of the first deal it won by that week's end.
--
-- grain   one row per row of link_rows
-- reads   link_rows; link_members; link_weeks; customer_mrr; deals
-- rules   without billing the first deal stands for the revenue (evidence.md 3.1, 11); a deal counts as known today
create or replace macro row_revenue() as table
with paid as (
    select
        coalesce(customer_mrr.company_id, units.unit) as unit,
        customer_mrr.from_us,
        customer_mrr.to_us,
        customer_mrr.mrr_micros
    from customer_mrr
    left join link_members as units on units.account = customer_mrr.account
),

revenue as (
    select link_rows.unit, link_rows.due_week, cast(sum(paid.mrr_micros) as bigint) as mrr_micros
    from link_rows
    inner join link_weeks on link_weeks.week = link_rows.covariate_week
    inner join paid
        on paid.unit = link_rows.unit
        and paid.from_us <= link_weeks.start_us
        and paid.to_us > link_weeks.start_us
    group by link_rows.unit, link_rows.due_week
),

won as (
    select
        company_id as unit,
        epoch_us(closed_at) as closed_us,
        cast(amount * 1000000 as bigint) as amount_micros,
        row_number() over (partition by company_id order by closed_at, deal_id) as place
    from deals
    where state = 'won' and valid_to is null and closed_at is not null
)

select link_rows.unit, link_rows.due_week, revenue.mrr_micros, won.amount_micros
from link_rows
inner join link_weeks on link_weeks.week = link_rows.covariate_week
left join revenue on revenue.unit = link_rows.unit and revenue.due_week = link_rows.due_week
left join won on won.unit = link_rows.unit and won.place = 1 and won.closed_us < link_weeks.end_us;
