-- Rows of the batch that were set aside, where none of the lake is taken back.
--
-- grain   one row per row set aside
-- reads   incoming_aside; batch_files (file_no, path)
create or replace macro new_aside(of_source varchar) as table
select
    of_source as source, batch_files.path as file, incoming_aside.position, incoming_aside.byte_offset, incoming_aside.reason,
    incoming_aside.because, incoming_aside.raw, incoming_aside.file_no
from incoming_aside
inner join batch_files on batch_files.file_no = incoming_aside.file_no;
