-- The reviews before a run, whatever came of their packs since.
--
-- grain   one row per finished run that was a review's
-- reads   lake_runs
create or replace macro reviews_before(day date, this_run text, begun_us bigint) as table
select run, as_of, started_at, stages
from lake_runs
where json_extract_string(stages, '$.review') = 'true'
    and as_of <= day
    and run <> this_run
    and epoch_us(started_at) <= begun_us;
