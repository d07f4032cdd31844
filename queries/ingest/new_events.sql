-- The events a month gains from its incoming rows.
--
-- grain   one row per event
-- reads   incoming_events; fallen; met
create or replace macro new_events() as table
with dropped as (
    select row_no from fallen
    union all
    select row_no from met where not replaces
)

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
left join dropped on dropped.row_no = incoming_events.row_no
where dropped.row_no is null;
