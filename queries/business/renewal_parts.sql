-- The renewals of each unit in each period's span that are decided, and those won (R9.8).
--
-- grain   one row per period and unit with a decided renewal
-- reads   due
create or replace macro renewal_parts() as table
select
    period,
    unit as who,
    count(*) filter (where state = 'won') as counted,
    count(*) as eligible
from due
where state in ('won', 'lost')
group by period, unit;
