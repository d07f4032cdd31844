-- Rows of a file read again that it no longer has: they stay (lake.md 9), and are counted.
--
-- grain   one row per file read again
-- reads   lake_keys; incoming_keys; again (file_no)
create or replace macro vanished_rows() as table
select
    lake_keys.file_no,
    count(*) as vanished
from lake_keys
inner join again on again.file_no = lake_keys.file_no
left join incoming_keys
    on incoming_keys.month_no = lake_keys.month_no
    and incoming_keys.id_hi = lake_keys.id_hi
    and incoming_keys.id_lo = lake_keys.id_lo
where incoming_keys.row_no is null
group by lake_keys.file_no;
