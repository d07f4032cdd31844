-- The source's releases in the lake, but for those of files read again.
--
-- grain   one row per release
-- reads   lake_releases; again (file_no)
create or replace macro releases_kept(of_source varchar) as table
select
    cast(null as bigint) as row_no, lake_releases.file_no, lake_releases.seq, lake_releases.release_id,
    lake_releases.title, lake_releases.released_on, lake_releases.lane, lake_releases.outcome, lake_releases.url
from lake_releases
left join again on again.file_no = lake_releases.file_no
where lake_releases.source = of_source and again.file_no is null;
