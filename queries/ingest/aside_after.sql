-- Rows set aside: those that stay, and those of the batch.
--
-- grain   one row per row set aside
-- reads   lake_set_aside; taken_back (file_no, from_offset): of files read again, or on from there; incoming_aside;
--         batch_files (file_no, path)
create or replace macro aside_after(of_source varchar) as table
select
    lake_set_aside.source, lake_set_aside.file, lake_set_aside.position, lake_set_aside.byte_offset, lake_set_aside.reason,
    lake_set_aside.because, lake_set_aside.raw, lake_set_aside.file_no
from lake_set_aside
left join taken_back
    on taken_back.file_no = lake_set_aside.file_no and lake_set_aside.byte_offset >= taken_back.from_offset
where taken_back.file_no is null
union all
select
    of_source, batch_files.path, incoming_aside.position, incoming_aside.byte_offset, incoming_aside.reason,
    incoming_aside.because, incoming_aside.raw, incoming_aside.file_no
from incoming_aside
inner join batch_files on batch_files.file_no = incoming_aside.file_no;
