-- Uses of every event name per account and week.
--
-- grain   one row per account, week and event name
-- reads   fact_events (event_parts of all months); user_map; user_months; domain_accounts; our_accounts
-- rules   as `week_parts`; week 0 is the one of `first_week`, which holds the first telemetry day
-- engine  duckdb: dates are subtracted
create or replace macro event_weeks(as_of, first_day, first_week) as table
with placed as (
    select
        coalesce(fact_events.account_no, user_months.account, domain_accounts.account) as account,
        cast(date_diff('day', first_week, fact_events.week_start) // 7 as integer) as week,
        fact_events.event_name,
        case when fact_events.week_start + 0 <= as_of then fact_events.day_0 else 0 end
            + case when fact_events.week_start + 1 <= as_of then fact_events.day_1 else 0 end
            + case when fact_events.week_start + 2 <= as_of then fact_events.day_2 else 0 end
            + case when fact_events.week_start + 3 <= as_of then fact_events.day_3 else 0 end
            + case when fact_events.week_start + 4 <= as_of then fact_events.day_4 else 0 end
            + case when fact_events.week_start + 5 <= as_of then fact_events.day_5 else 0 end
            + case when fact_events.week_start + 6 <= as_of then fact_events.day_6 else 0 end as uses
    from fact_events
    left join user_map on user_map.user_no = fact_events.user_no
    left join user_months
        on user_months.user_no = fact_events.user_no
        and user_months.month_start = fact_events.month_start
    left join domain_accounts on domain_accounts.user_no = fact_events.user_no
    where fact_events.week_start <= as_of
        and fact_events.week_start > first_day - 7
        and not coalesce(user_map.ours, false)
)

select placed.account, placed.week, placed.event_name, cast(sum(placed.uses) as bigint) as uses
from placed
left join our_accounts on our_accounts.account = placed.account
where our_accounts.account is null
    and placed.account is not null
    and placed.uses > 0
group by placed.account, placed.week, placed.event_name;
