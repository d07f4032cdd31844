-- The unit that each account belongs to: its company where there is one, else itself (R8.5).
--
-- grain   one row per account
-- reads   accounts; link_weeks (week, starts_on, ends_on, start_us, end_us: weeks from before the data on, 0 holding the first telemetry day)
-- rules   a unit starts with the earliest of its accounts; one older than the first of link_weeks starts there
create or replace macro link_units() as table
with told as (
    select
        account,
        coalesce(company_id, account_id) as unit,
        coalesce(created_us, first_seen_us) as account_start_us,
        ended_us
    from accounts
),

starts as (
    select unit, min(account_start_us) as unit_start_us
    from told
    group by unit
)

select
    told.account,
    told.unit,
    starts.unit_start_us,
    coalesce(link_weeks.week, (select min(week) from link_weeks)) as start_week,
    told.ended_us
from told
inner join starts on starts.unit = told.unit
left join link_weeks on link_weeks.start_us <= starts.unit_start_us and link_weeks.end_us > starts.unit_start_us;
