-- Memberships: those of files that were not read again, and those of the batch.
--
-- grain   one row per file, user, account and stretch of time
-- reads   lake_members; again (file_no); incoming_members (from_us, to_us); batch_users, batch_accounts
-- engine  duckdb
create or replace macro members_after(of_source varchar) as table
select
    lake_members.source, lake_members.user_no, lake_members.account_no, lake_members.valid_from, lake_members.valid_to,
    lake_members.file_no
from lake_members
left join again on again.file_no = lake_members.file_no
where again.file_no is null
union all
select distinct
    of_source,
    batch_users.no,
    batch_accounts.no,
    cast(make_timestamp(incoming_members.from_us) as timestamptz),
    cast(make_timestamp(incoming_members.to_us) as timestamptz),
    incoming_members.file_no
from incoming_members
inner join batch_users on batch_users.id = incoming_members.user_id
inner join batch_accounts on batch_accounts.id = incoming_members.account_id;
