-- In which week each row's unit first reached what can be reached only once.
--
-- grain   one row per row of link_rows
-- reads   link_rows; link_members; link_reached (metric, account, reached_us); link_weeks
-- rules   the earliest of the unit's accounts; null for who never did
create or replace macro first_reached(metric_id text) as table
with reached_units as (
    select members.unit, min(link_reached.reached_us) as reached_us
    from link_reached
    inner join link_members as members on members.account = link_reached.account
    where link_reached.metric = metric_id
    group by members.unit
)

select link_rows.unit, link_rows.due_week, link_weeks.week as reached_week
from link_rows
left join reached_units on reached_units.unit = link_rows.unit
left join link_weeks
    on link_weeks.start_us <= reached_units.reached_us
    and link_weeks.end_us > reached_units.reached_us;
