-- The ids of accounts that a batch names, as the source writes them.
--
-- grain   one row per id
-- reads   batch_whos; incoming_members
create or replace macro account_names() as table
select account_id as id from batch_whos where account_id is not null
union
select account_id as id from incoming_members;
