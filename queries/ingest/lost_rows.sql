-- How many incoming rows of each run give way.
--
-- grain   one row per run that loses some
-- reads   batch_runs (first_row, end_row); dropped_rows()
create or replace macro lost_rows() as table
select batch_runs.first_row, count(*) as lost
from batch_runs
inner join dropped_rows() as dropped on dropped.row_no >= batch_runs.first_row and dropped.row_no < batch_runs.end_row
group by batch_runs.first_row;
