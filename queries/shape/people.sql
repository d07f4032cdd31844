-- Who was seen in which account, from when to when, our own people included.
--
-- grain   one row per person and account (either may be null)
-- reads   fact_any; user_map; user_months; member_spans; lake_events (the week of `as_of` alone, where facts reach past it)
-- rules   up to `as_of`, not before `first_day`
create or replace macro people(as_of, as_of_end_us, first_day, as_of_week) as table
with told as (
    select
        user_map.usr,
        coalesce(user_map.ours, false) as ours,
        coalesce(fact_any.account_no, user_months.account) as account,
        fact_any.first_us,
        case when fact_any.last_us < as_of_end_us then fact_any.last_us end as last_us
    from fact_any
    left join user_map on user_map.user_no = fact_any.user_no
    left join user_months
        on user_months.user_no = fact_any.user_no
        and user_months.month_start = fact_any.month_start
    where fact_any.first_us < as_of_end_us and fact_any.week_start > first_day - 7

    union all

    select
        user_map.usr,
        coalesce(user_map.ours, false) as ours,
        coalesce(lake_events.account_no, member_spans.account) as account,
        min(epoch_us(lake_events.occurred_at)) as first_us,
        max(epoch_us(lake_events.occurred_at)) as last_us
    from lake_events
    left join user_map on user_map.user_no = lake_events.user_no
    left join member_spans
        on member_spans.usr = user_map.usr
        and member_spans.from_us <= epoch_us(lake_events.occurred_at)
        and member_spans.to_us > epoch_us(lake_events.occurred_at)
    where lake_events.local_day >= as_of_week and lake_events.local_day >= first_day and lake_events.local_day <= as_of
    group by user_map.usr, coalesce(user_map.ours, false), coalesce(lake_events.account_no, member_spans.account)
)

select usr, account, bool_or(ours) as ours, min(first_us) as first_us, max(coalesce(last_us, first_us)) as last_us
from told
group by usr, account;
