-- The source's releases in the lake, but for those that the batch's files say anew.
--
-- grain   one row per release
-- reads   lake_releases; incoming_releases; cleared (file_no)
-- rules   what a file that is read again no longer has stays (lake.md 9), but for files whose rows are replaced
create or replace macro releases_kept(of_source varchar) as table
select
    cast(null as bigint) as row_no, lake_releases.file_no, lake_releases.seq, lake_releases.release_id,
    lake_releases.title, lake_releases.released_on, lake_releases.lane, lake_releases.outcome, lake_releases.url
from lake_releases
left join cleared on cleared.file_no = lake_releases.file_no
where lake_releases.source = of_source
    and cleared.file_no is null
    and not exists (
        select 1
        from incoming_releases
        where incoming_releases.file_no = lake_releases.file_no
            and incoming_releases.release_id = lake_releases.release_id
    );
