-- The events a month gains from some of its incoming rows, in the order of those.
--
-- grain   one row per event
-- reads   incoming_events; fallen; met; batch_event_names (event, event_name); numbered_whos (who, user_no, account_no, member_no)
create or replace macro new_events(of_source varchar, first_row bigint, end_row bigint) as table
with dropped as (
    select row_no from fallen
    union all
    select row_no from met where not replaces
)

select
    of_source as source,
    incoming_events.event_id,
    batch_event_names.event_name,
    incoming_events.occurred_at,
    incoming_events.local_day,
    numbered_whos.user_no,
    numbered_whos.account_no,
    numbered_whos.member_no,
    incoming_events.properties,
    incoming_events.id_hi,
    incoming_events.id_lo,
    incoming_events.content_hash,
    incoming_events.file_no,
    incoming_events.seq
from incoming_events
left join dropped on dropped.row_no = incoming_events.row_no
inner join batch_event_names on batch_event_names.event = incoming_events.event
inner join numbered_whos on numbered_whos.who = incoming_events.who
where dropped.row_no is null and incoming_events.row_no >= first_row and incoming_events.row_no < end_row;
