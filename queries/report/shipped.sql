-- What shipped up to a day.
--
-- grain   one row per release
-- reads   lake_releases
create or replace macro shipped(last_day) as table
select release_id, title, released_on, lane, outcome from lake_releases where released_on <= last_day;
