-- A gauge per unit and week: the last readings of its accounts, summed, each at most four weeks old (evidence.md 3.1, 5).
--
-- grain   one row per unit and week in which any of its accounts has such a reading
-- reads   gauge_days; link_members; link_weeks
-- rules   a reading holds in its own week and the three after it, until the account's next one
create or replace macro stock_weeks(gauge_name text) as table
with held as (
    select gauge_days.account, gauge_days.local_day, gauge_days.value, link_weeks.week + later.weeks as week
    from gauge_days
    inner join link_weeks on link_weeks.starts_on <= gauge_days.local_day and link_weeks.ends_on > gauge_days.local_day
    cross join (values (0), (1), (2), (3)) as later(weeks)
    where gauge_days.gauge = gauge_name
),

lasts as (
    select held.*, row_number() over (partition by account, week order by local_day desc) as nth
    from held
)

select members.unit, lasts.week, sum(cast(lasts.value as decimal(38, 6))) as value
from lasts
inner join link_members as members on members.account = lasts.account
where lasts.nth = 1
group by members.unit, lasts.week;
