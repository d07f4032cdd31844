-- Mail domains of users: those of files that were not read again, and those of the batch.
--
-- grain   one row per file, user and domain
-- reads   lake_user_domains; again (file_no); incoming_domains; batch_users
create or replace macro domains_after(of_source varchar) as table
select
    lake_user_domains.source, lake_user_domains.user_no, lake_user_domains.domain, lake_user_domains.events,
    lake_user_domains.file_no
from lake_user_domains
left join again on again.file_no = lake_user_domains.file_no
where again.file_no is null
union all
select min(of_source), batch_users.no, incoming_domains.domain, cast(sum(incoming_domains.events) as bigint), incoming_domains.file_no
from incoming_domains
inner join batch_users on batch_users.id = incoming_domains.user_id
group by batch_users.no, incoming_domains.domain, incoming_domains.file_no;
