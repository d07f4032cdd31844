-- The keys of incoming events.
--
-- grain   one row per incoming event
-- reads   incoming_events
-- engine  duckdb
create or replace macro incoming_event_keys() as table
select rowid as row_no, file_no, seq, month_no, id_hi, id_lo, content_hash
from incoming_events;
