-- Every reading of the lake with the day and month it has in another zone.
--
-- grain   one row per account, moment and gauge
-- reads   lake_snapshots; day_pieces (utc_day, from_us, to_us, local_day, month), as in recut_events
-- engine  duckdb
create or replace macro recut_readings() as table
select
    lake_snapshots.source,
    lake_snapshots.account_no,
    lake_snapshots.observed_at,
    day_pieces.local_day,
    lake_snapshots.gauge,
    lake_snapshots.value,
    lake_snapshots.id_hi,
    lake_snapshots.id_lo,
    lake_snapshots.content_hash,
    lake_snapshots.file_no,
    lake_snapshots.seq,
    day_pieces.month
from lake_snapshots
inner join day_pieces
    on day_pieces.utc_day = epoch_us(lake_snapshots.observed_at) // 86400000000
    and day_pieces.from_us <= epoch_us(lake_snapshots.observed_at)
    and day_pieces.to_us > epoch_us(lake_snapshots.observed_at);
