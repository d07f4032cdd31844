-- How many memberships of a file that is read again stood in it before.
--
-- grain   one row per file of the batch
-- reads   incoming_members (from_us, to_us); batch_users, batch_accounts; lake_members; cleared (file_no)
-- engine  duckdb
create or replace macro members_stood() as table
select incoming_members.file_no, count(distinct (incoming_members.user_id, incoming_members.account_id, incoming_members.from_us, incoming_members.to_us)) as stood
from incoming_members
inner join batch_users on batch_users.id = incoming_members.user_id
inner join batch_accounts on batch_accounts.id = incoming_members.account_id
inner join lake_members
    on lake_members.file_no = incoming_members.file_no
    and lake_members.user_no = batch_users.no
    and lake_members.account_no = batch_accounts.no
    and epoch_us(lake_members.valid_from) is not distinct from incoming_members.from_us
    and epoch_us(lake_members.valid_to) is not distinct from incoming_members.to_us
left join cleared on cleared.file_no = incoming_members.file_no
where cleared.file_no is null
group by incoming_members.file_no;
