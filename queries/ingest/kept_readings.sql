-- The readings a month keeps when it is rewritten.
--
-- grain   one row per account, moment and gauge
-- reads   lake_snapshots; met; cleared (file_no)
-- rules   ids are of one source, so what a row of the batch replaces is looked for in that source only
create or replace macro kept_readings(of_source varchar, of_month varchar, of_month_no bigint) as table
select
    lake_snapshots.source,
    lake_snapshots.account_no,
    lake_snapshots.observed_at,
    lake_snapshots.local_day,
    lake_snapshots.gauge,
    lake_snapshots.value,
    lake_snapshots.id_hi,
    lake_snapshots.id_lo,
    lake_snapshots.content_hash,
    lake_snapshots.file_no,
    lake_snapshots.seq
from lake_snapshots
left join met
    on met.replaces
    and met.month_no = of_month_no
    and lake_snapshots.source = of_source
    and met.id_hi = lake_snapshots.id_hi
    and met.id_lo = lake_snapshots.id_lo
left join cleared on cleared.file_no = lake_snapshots.file_no
where lake_snapshots.month = of_month and met.row_no is null and cleared.file_no is null;
