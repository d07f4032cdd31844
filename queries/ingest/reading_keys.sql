-- The keys of the source's readings in the lake, but for those of files whose rows are replaced.
--
-- grain   one row per account, moment and gauge
-- reads   lake_snapshots; batch_source (source); cleared (file_no)
create or replace macro reading_keys() as table
select
    cast(replace(lake_snapshots.month, '-', '') as integer) as month_no,
    lake_snapshots.id_hi,
    lake_snapshots.id_lo,
    lake_snapshots.content_hash,
    lake_snapshots.file_no,
    lake_snapshots.seq
from lake_snapshots
inner join batch_source on batch_source.source = lake_snapshots.source
left join cleared on cleared.file_no = lake_snapshots.file_no
where cleared.file_no is null;
