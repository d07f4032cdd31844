-- The events a month gains from its incoming rows.
--
-- grain   one row per event
-- reads   incoming_events; dropped_rows()
create or replace macro new_events() as table
select
    incoming_events.source,
    incoming_events.event_id,
    incoming_events.event_name,
    incoming_events.occurred_at,
    incoming_events.local_day,
    incoming_events.user_no,
    incoming_events.account_no,
    incoming_events.member_no,
    incoming_events.properties,
    incoming_events.id_hi,
    incoming_events.id_lo,
    incoming_events.content_hash,
    incoming_events.file_no,
    incoming_events.seq
from incoming_events
left join dropped_rows() as dropped on dropped.row_no = incoming_events.row_no
where dropped.row_no is null;
