-- The events a month keeps when it is rewritten.
--
-- grain   one row per event
-- reads   lake_events; met; cleared (file_no)
-- rules   ids are of one source, so what a row of the batch replaces is looked for in that source only
create or replace macro kept_events(of_source varchar, of_month varchar, of_month_no bigint) as table
select
    lake_events.source,
    lake_events.event_id,
    lake_events.event_name,
    lake_events.occurred_at,
    lake_events.local_day,
    lake_events.user_no,
    lake_events.account_no,
    lake_events.member_no,
    lake_events.properties,
    lake_events.id_hi,
    lake_events.id_lo,
    lake_events.content_hash,
    lake_events.file_no,
    lake_events.seq
from lake_events
left join met
    on met.replaces
    and met.month_no = of_month_no
    and lake_events.source = of_source
    and met.id_hi = lake_events.id_hi
    and met.id_lo = lake_events.id_lo
left join cleared on cleared.file_no = lake_events.file_no
where lake_events.month = of_month and met.row_no is null and cleared.file_no is null;
