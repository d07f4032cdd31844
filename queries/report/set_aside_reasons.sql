-- Why rows were set aside.
--
-- grain   one row per source and reason
-- reads   lake_set_aside
create or replace macro set_aside_reasons() as table
select source, reason, count(*) as row_count from lake_set_aside group by source, reason;
