-- What each customer pays at the base, the opening and the closing instant of each period.
--
-- grain   one row per period and customer that pays at any of the three
-- reads   asked_periods (period, base_us, opening_us, closing_us, start_us); customer_mrr; places
-- rules   an instant is the last of its day: a customer pays there if a stretch holds it
--         `first_us` is when it first paid, ever; the exact amounts have twelve places, to be summed before they are rounded
create or replace macro period_ends() as table
with firsts_paid as (
    select source, customer_id, min(from_us) as first_us from customer_mrr group by source, customer_id
),

paying as (
    select
        asked_periods.period,
        customer_mrr.source,
        customer_mrr.customer_id,
        cast(sum(case when customer_mrr.from_us <= asked_periods.base_us and customer_mrr.to_us > asked_periods.base_us
            then customer_mrr.mrr_micros else 0 end) as bigint) as base_micros,
        cast(sum(case when customer_mrr.from_us <= asked_periods.opening_us and customer_mrr.to_us > asked_periods.opening_us
            then customer_mrr.mrr_micros else 0 end) as bigint) as opening_micros,
        cast(sum(case when customer_mrr.from_us <= asked_periods.closing_us and customer_mrr.to_us > asked_periods.closing_us
            then customer_mrr.mrr_micros else 0 end) as bigint) as closing_micros,
        sum(case when customer_mrr.from_us <= asked_periods.base_us and customer_mrr.to_us > asked_periods.base_us
            then customer_mrr.exact_mrr else 0 end) as base_exact,
        sum(case when customer_mrr.from_us <= asked_periods.closing_us and customer_mrr.to_us > asked_periods.closing_us
            then customer_mrr.exact_mrr else 0 end) as closing_exact
    from asked_periods
    inner join customer_mrr on customer_mrr.from_us <= asked_periods.closing_us and customer_mrr.to_us > asked_periods.base_us
    group by asked_periods.period, customer_mrr.source, customer_mrr.customer_id
)

select
    paying.period,
    paying.source,
    paying.customer_id,
    places.account,
    coalesce(places.crm_only, false) as crm_only,
    paying.base_micros,
    paying.opening_micros,
    paying.closing_micros,
    paying.base_exact,
    paying.closing_exact,
    firsts_paid.first_us
from paying
inner join firsts_paid on firsts_paid.source = paying.source and firsts_paid.customer_id = paying.customer_id
left join places on places.source = paying.source and places.customer_id = paying.customer_id;
