-- Which files own readings of which months.
--
-- grain   one row per month and file
-- reads   lake_snapshots; cleared (file_no)
create or replace macro reading_owners() as table
select
    cast(replace(lake_snapshots.month, '-', '') as integer) as month_no,
    lake_snapshots.file_no,
    count(*) as row_count
from lake_snapshots
inner join cleared on cleared.file_no = lake_snapshots.file_no
group by lake_snapshots.month, lake_snapshots.file_no;
