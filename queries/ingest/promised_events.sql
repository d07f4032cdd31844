-- Incoming events as a contract looks at them.
--
-- grain   one row per incoming event
-- reads   incoming_events; table_files (file_no): files whose cells are all text, whatever they mean
create or replace macro promised_events() as table
select
    incoming_events.event_name,
    incoming_events.properties,
    table_files.file_no is not null as is_table,
    incoming_events.file_no,
    incoming_events.seq >> 22 as position
from incoming_events
left join table_files on table_files.file_no = incoming_events.file_no;
