-- Declared links in the numbers of the lake.
--
-- grain   one row per declared pair
-- reads   declared_links (source, anonymous_id, user_id); lake_ids_users
create or replace macro linked_ids() as table
select
    declared_links.source,
    anonymous.no as anonymous_no,
    users.no as user_no,
    true as explicit,
    cast(null as integer) as file_no
from declared_links
inner join lake_ids_users as anonymous on anonymous.id = declared_links.anonymous_id
inner join lake_ids_users as users on users.id = declared_links.user_id;
