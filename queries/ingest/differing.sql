-- Rows of the batch that share an id with another row and tell something else.
--
-- grain   one row per incoming row that differs
-- reads   incoming_keys; fallen (row_no, differs); met (row_no, differs)
create or replace macro differing_rows() as table
select
    incoming_keys.file_no,
    incoming_keys.seq >> 22 as position
from incoming_keys
left join fallen on fallen.row_no = incoming_keys.row_no
left join met on met.row_no = incoming_keys.row_no
where coalesce(fallen.differs, false) or coalesce(met.differs, false);
