-- Ids that stand in a file of links and on no row.
--
-- grain   one row per id
-- reads   declared_links (source, anonymous_id, user_id); told_ids_users
-- rules   numbered below 0 in the order of the ids, so that they meet no number of the lake
create or replace macro silent_ids() as table
with declared as (
    select anonymous_id as id from declared_links
    union
    select user_id as id from declared_links
)

select cast(-row_number() over (order by declared.id) as integer) as no, declared.id
from declared
left join told_ids_users on told_ids_users.id = declared.id
where told_ids_users.id is null;
