-- What each billing customer pays a month at an instant (R7.1).
--
-- grain   one row per billing source and customer that pays
-- reads   subscription_versions
-- rules   trials pay nothing until they end; paused and incomplete ones pay nothing; `ended_at` ends a subscription, one that
--         is canceled without it ends at its period's end if that has passed, else at `canceled_at`, else on the file's day
create or replace macro revenue(at_us) as table
select source, customer_id, cast(sum(mrr_micros) as bigint) as mrr_micros
from subscription_versions
where from_us <= at_us
    and to_us > at_us
    and mrr_micros > 0
    and coalesce(status, 'active') not in ('paused', 'incomplete', 'incomplete_expired')
    and coalesce(epoch_us(started_at), at_us) <= at_us
    and coalesce(epoch_us(trial_end), at_us) <= at_us
    and coalesce(
        epoch_us(ended_at),
        case
            when status is distinct from 'canceled' then null
            when epoch_us(current_period_end) <= at_us then epoch_us(current_period_end)
            else coalesce(epoch_us(canceled_at), known_us)
        end,
        at_us + 1
    ) > at_us
group by source, customer_id;
