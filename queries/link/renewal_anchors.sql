-- The decided renewals of each unit: the anchors that design R hangs its rows on.
--
-- grain   one row per unit and bundle of renewals
-- reads   renewals; link_weeks
-- rules   open ones have no outcome yet; one due after the last whole week is not over
--         from billing, only terms of a year or more, and what the whole unit pays decides (evidence.md 3.1, 7)
--         renewals of a unit within 13 weeks of the one before are one: the earliest date, won if any of them is
create or replace macro renewal_anchors(whole_weeks bigint) as table
with decided as (
    select renewals.unit, renewals.renewal_id, renewals.due_on, renewals.unit_state as state, link_weeks.week
    from renewals
    inner join link_weeks on link_weeks.starts_on <= renewals.due_on and link_weeks.ends_on > renewals.due_on
    where renewals.unit_state in ('won', 'lost')
        and coalesce(renewals.term_months, 12) >= 12
        and link_weeks.week < whole_weeks
),

marked as (
    select
        decided.*,
        lag(week) over (partition by unit order by week, due_on, renewal_id) as week_before
    from decided
),

bundled as (
    select
        marked.*,
        sum(case when week - week_before <= 13 then 0 else 1 end)
            over (partition by unit order by week, due_on, renewal_id rows unbounded preceding) as bundle
    from marked
)

select
    unit,
    min(week) as due_week,
    min(due_on) as due_on,
    max(case when state = 'won' then 1 else 0 end) as won
from bundled
group by unit, bundle;
