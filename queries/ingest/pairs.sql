-- Pairs of user and account that stand on one event of the batch.
--
-- grain   one row per pair
-- reads   incoming_events; batch_users, batch_accounts (id, no)
create or replace macro event_pairs() as table
select distinct batch_users.no as user_no, batch_accounts.no as account_no
from incoming_events
inner join batch_users on batch_users.id = incoming_events.user_id
inner join batch_accounts on batch_accounts.id = incoming_events.account_id;
