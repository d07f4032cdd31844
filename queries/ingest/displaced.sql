-- How many rows each file of the lake loses to a row of the batch.
--
-- grain   one row per file that loses rows to another
-- reads   met
create or replace macro displaced_rows() as table
select
    lake_file_no as file_no,
    count(distinct lake_seq) as lost
from met
where replaces and lake_file_no <> file_no
group by lake_file_no;
