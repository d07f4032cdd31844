-- How many incoming rows of each run give way: to another of the batch, or to one that the lake has.
--
-- grain   one row per run that loses some
-- reads   batch_runs (first_row, end_row); fallen; met
create or replace macro lost_rows() as table
with dropped as (
    select row_no from fallen
    union
    select row_no from met where not replaces
)

select batch_runs.first_row, count(*) as lost
from batch_runs
inner join dropped on dropped.row_no >= batch_runs.first_row and dropped.row_no < batch_runs.end_row
group by batch_runs.first_row;
