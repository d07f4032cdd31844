-- The keys of the source's events in the lake, but for those of files whose rows are replaced.
--
-- grain   one row per event
-- reads   lake_events; batch_source (source); cleared (file_no)
create or replace macro event_keys() as table
select
    cast(replace(lake_events.month, '-', '') as integer) as month_no,
    lake_events.id_hi,
    lake_events.id_lo,
    lake_events.content_hash,
    lake_events.file_no,
    lake_events.seq
from lake_events
inner join batch_source on batch_source.source = lake_events.source
left join cleared on cleared.file_no = lake_events.file_no
where cleared.file_no is null;
