-- Signals with matches after the last day that is read.
--
-- grain   one row per signal
-- reads   hits
create or replace macro hits_after_as_of(as_of) as table
select signal, count(*) as row_count
from hits
where local_day > as_of
group by signal;
