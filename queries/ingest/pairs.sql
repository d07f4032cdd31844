-- Pairs of user and account that stand on one event of the batch.
--
-- grain   one row per pair
-- reads   batch_whos (user_id, account_id); batch_users, batch_accounts (id, no)
create or replace macro event_pairs() as table
select distinct batch_users.no as user_no, batch_accounts.no as account_no
from batch_whos
inner join batch_users on batch_users.id = batch_whos.user_id
inner join batch_accounts on batch_accounts.id = batch_whos.account_id;
