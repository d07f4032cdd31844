-- Explicit links: those of files that were not read again, and those of the batch.
--
-- grain   one row per file and pair
-- reads   lake_links; again (file_no); incoming_links; batch_users
create or replace macro links_after(of_source varchar) as table
select lake_links.source, lake_links.anonymous_no, lake_links.user_no, lake_links.explicit, lake_links.file_no
from lake_links
left join again on again.file_no = lake_links.file_no
where again.file_no is null
union all
select distinct of_source, anonymous.no, users.no, true, incoming_links.file_no
from incoming_links
inner join batch_users as anonymous on anonymous.id = incoming_links.anonymous_id
inner join batch_users as users on users.id = incoming_links.user_id;
