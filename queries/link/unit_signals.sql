-- Uses of every signal per unit and week.
--
-- grain   one row per signal, unit and week
-- reads   signal_weeks; link_members
-- rules   a week is active for a unit if it was for any of its accounts
create or replace macro unit_signals() as table
select signal_weeks.signal, members.unit, signal_weeks.week, cast(sum(signal_weeks.uses) as bigint) as uses
from signal_weeks
inner join link_members as members on members.account = signal_weeks.account
where signal_weeks.uses > 0
group by signal_weeks.signal, members.unit, signal_weeks.week;
