-- How often each event name stands in the weeks in which units did what is meant to lead.
--
-- grain   one row per event name
-- reads   event_weeks; link_units; signal_weeks; link_signals
-- rules   a name that is there nearly always is a twin of the signal, no ordinary behaviour beside it (evidence.md 3.1, 13)
create or replace macro placebo_names() as table
with active as (
    select distinct units.unit, signal_weeks.week
    from signal_weeks
    inner join link_signals on link_signals.signal = signal_weeks.signal
    inner join link_units() as units on units.account = signal_weeks.account
    where signal_weeks.uses > 0
),

names as (
    select distinct units.unit, event_weeks.week, event_weeks.event_name
    from event_weeks
    inner join link_units() as units on units.account = event_weeks.account
    where event_weeks.uses > 0
)

select
    names.event_name,
    count(active.unit) as weeks_beside,
    (select count(*) from active) as weeks_active
from names
left join active on active.unit = names.unit and active.week = names.week
group by names.event_name;
