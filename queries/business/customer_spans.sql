-- What each customer pays a month, as stretches of time in which it stays the same.
--
-- grain   one row per customer and stretch; a customer that never pays has none
-- reads   subscription_versions; customers
-- rules   a trial pays nothing until it ends; `paused`, `incomplete` and `incomplete_expired` pay nothing (R7.1)
--         `ended_at` ends it; one that is canceled without it ends at its current period's end if that has passed, else at
--         `canceled_at`, else on the file's day
--         before the first known version the first holds: shape lets it begin with time itself (R7.6)
--         twelve places are added up before they are rounded to six (R7.7)
create or replace macro customer_spans(as_of_end_us) as table
with paid as (
    select
        subscription_versions.source,
        subscription_versions.customer_id,
        subscription_versions.exact_mrr,
        greatest(
            subscription_versions.from_us,
            coalesce(epoch_us(subscription_versions.started_at), subscription_versions.from_us),
            coalesce(epoch_us(subscription_versions.trial_end), subscription_versions.from_us)
        ) as pays_from_us,
        least(
            subscription_versions.to_us,
            coalesce(
                epoch_us(subscription_versions.ended_at),
                case
                    when subscription_versions.status is distinct from 'canceled' then null
                    when epoch_us(subscription_versions.current_period_end) <= as_of_end_us
                        then epoch_us(subscription_versions.current_period_end)
                    else coalesce(epoch_us(subscription_versions.canceled_at), subscription_versions.known_us)
                end,
                subscription_versions.to_us
            )
        ) as pays_to_us
    from subscription_versions
    where subscription_versions.mrr_micros > 0
        and coalesce(subscription_versions.status, 'active') not in ('paused', 'incomplete', 'incomplete_expired')
),

steps as (
    select source, customer_id, pays_from_us as us, exact_mrr as change from paid where pays_from_us < pays_to_us
    union all
    select source, customer_id, pays_to_us as us, -exact_mrr as change from paid where pays_from_us < pays_to_us
),

changes as (
    select source, customer_id, us, cast(sum(change) as decimal(28, 12)) as change
    from steps
    group by source, customer_id, us
    having sum(change) <> 0
),

spans as (
    select
        source,
        customer_id,
        us as from_us,
        lead(us, 1, 9223372036854775807) over (partition by source, customer_id order by us) as to_us,
        cast(
            sum(change) over (partition by source, customer_id order by us rows unbounded preceding) as decimal(28, 12)
        ) as exact_mrr
    from changes
)

select
    spans.source,
    spans.customer_id,
    customers.account,
    customers.company_id,
    spans.from_us,
    spans.to_us,
    cast(round(spans.exact_mrr * 1000000) as bigint) as mrr_micros,
    spans.exact_mrr
from spans
inner join customers on customers.source = spans.source and customers.customer_id = spans.customer_id
where spans.exact_mrr > 0;
