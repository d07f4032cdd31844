-- How often each event name stands in the weeks in which units did what is meant to lead.
--
-- grain   one row per event name
-- reads   link_unit_events (`unit_events()`, kept); link_unit_signals; link_signals
-- rules   a name that is there nearly always is a twin of the signal, no ordinary behaviour beside it (evidence.md 3.1, 13)
create or replace macro placebo_names() as table
with active as (
    select distinct link_unit_signals.unit, link_unit_signals.week
    from link_unit_signals
    inner join link_signals on link_signals.signal = link_unit_signals.signal
)

select
    names.event_name,
    count(active.unit) as weeks_beside,
    (select count(*) from active) as weeks_active
from link_unit_events as names
left join active on active.unit = names.unit and active.week = names.week
group by names.event_name;
