-- Releases: those of other sources, and those of this one that stand.
--
-- grain   one row per source and release
-- reads   lake_releases; release_fate
create or replace macro releases_after(of_source varchar) as table
select source, release_id, title, released_on, lane, outcome, url, file_no, seq
from lake_releases
where source <> of_source
union all
select of_source, release_id, title, released_on, lane, outcome, url, file_no, seq
from release_fate
where stands;
