-- The keys of a month's incoming events.
--
-- grain   one row per incoming event
-- reads   incoming_events
create or replace macro incoming_event_keys() as table
select row_no, file_no, seq, month_no, id_hi, id_lo, content_hash
from incoming_events;
