-- Subscriptions as their newest version says: how long a term is, when it began, and when it ended.
--
-- grain   one row per subscription that was ever paid for
-- reads   subscription_versions
-- rules   a term is what is paid at once: so many months, or days for what is paid by the week or the day
--         it ends as `customer_spans` tells; one whose trial outlived it was never paid for
create or replace macro term_subscriptions(as_of_end_us) as table
with newest as (
    select *, row_number() over (partition by source, subscription_id order by from_us desc) as place
    from subscription_versions
),

told as (
    select
        source,
        subscription_id,
        customer_id,
        coalesce(try_cast(nullif(regexp_extract(interval, '^[0-9]+'), '') as bigint), 1)
            * case when interval like '%year' then 12 when interval like '%month' then 1 end as term_months,
        coalesce(try_cast(nullif(regexp_extract(interval, '^[0-9]+'), '') as bigint), 1)
            * case when interval like '%week' then 7 when interval like '%day' then 1 end as term_days,
        mrr_micros,
        epoch_us(started_at) as started_us,
        coalesce(
            epoch_us(ended_at),
            case
                when status is distinct from 'canceled' then null
                when epoch_us(current_period_end) <= as_of_end_us then epoch_us(current_period_end)
                else coalesce(epoch_us(canceled_at), known_us)
            end,
            case when valid_to is not null then to_us end
        ) as ended_us,
        epoch_us(trial_end) as trial_end_us
    from newest
    where place = 1
        and started_at is not null
        and mrr_micros > 0
        and coalesce(status, 'active') not in ('incomplete', 'incomplete_expired')
)

select source, subscription_id, customer_id, term_months, term_days, mrr_micros, started_us, ended_us
from told
where ended_us is null or ended_us > greatest(started_us, coalesce(trial_end_us, started_us));
