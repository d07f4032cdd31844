-- What billing says of each account's segments: the column of the subscription that runs (R7.9).
--
-- grain   one row per account, segment and stretch in which a subscription of its own customers runs
-- reads   subscription_versions; customers; asked_segments (segment, kind, field, pointer)
-- rules   trials included; of several the one with the largest MRR, then the latest start, then the smallest id
--         one that is canceled without an end ends at its period's end if that has passed, else at `canceled_at`, else on the
--         file's day (R7.1)
create or replace macro billing_values(as_of_end_us) as table
with running as (
    select
        customers.account,
        subscription_versions.subscription_id,
        subscription_versions.mrr_micros,
        epoch_us(subscription_versions.started_at) as started_us,
        subscription_versions.fields,
        subscription_versions.plan,
        subscription_versions.status,
        subscription_versions.interval,
        subscription_versions.currency,
        greatest(
            subscription_versions.from_us,
            coalesce(epoch_us(subscription_versions.started_at), subscription_versions.from_us)
        ) as from_us,
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
        ) as to_us
    from subscription_versions
    inner join customers
        on customers.source = subscription_versions.source
        and customers.customer_id = subscription_versions.customer_id
    where customers.account is not null
),

points as (
    select account, from_us as us from running where from_us < to_us
    union
    select account, to_us as us from running where from_us < to_us
),

pieces as (
    select account, us as from_us, lead(us) over (partition by account order by us) as to_us from points
),

chosen as (
    select
        pieces.account,
        pieces.from_us,
        pieces.to_us,
        running.fields,
        running.plan,
        running.status,
        running.interval,
        running.currency,
        row_number() over (
            partition by pieces.account, pieces.from_us
            order by coalesce(running.mrr_micros, -1) desc, coalesce(running.started_us, 0) desc, running.subscription_id
        ) as place
    from pieces
    inner join running
        on running.account = pieces.account
        and running.from_us <= pieces.from_us
        and running.to_us >= pieces.to_us
    where pieces.to_us is not null
)

select
    chosen.account,
    asked_segments.segment,
    case asked_segments.field
        when 'plan' then chosen.plan
        when 'status' then chosen.status
        when 'interval' then chosen.interval
        when 'currency' then chosen.currency
        else json_extract_string(chosen.fields, asked_segments.pointer)
    end as raw,
    chosen.from_us,
    chosen.to_us,
    false as assumed
from chosen
cross join asked_segments
where chosen.place = 1 and asked_segments.kind = 'billing';
