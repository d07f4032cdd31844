-- Every event of the lake with the day and month it has in another zone.
--
-- grain   one row per event
-- reads   lake_events; day_pieces (utc_day, from_us, to_us, local_day, month): the days of the zone, cut at the midnights
--         of UTC, so that a row looks at the two or three pieces of its own UTC day
-- engine  duckdb
create or replace macro recut_events() as table
select
    lake_events.source,
    lake_events.event_id,
    lake_events.event_name,
    lake_events.occurred_at,
    day_pieces.local_day,
    lake_events.user_no,
    lake_events.account_no,
    lake_events.member_no,
    lake_events.properties,
    lake_events.id_hi,
    lake_events.id_lo,
    lake_events.content_hash,
    lake_events.file_no,
    lake_events.seq,
    day_pieces.month
from lake_events
inner join day_pieces
    on day_pieces.utc_day = epoch_us(lake_events.occurred_at) // 86400000000
    and day_pieces.from_us <= epoch_us(lake_events.occurred_at)
    and day_pieces.to_us > epoch_us(lake_events.occurred_at);
