-- Who stood on some rows of a batch, in the lake's numbers.
--
-- grain   one row per user and account of a row; either may be absent
-- reads   batch_whos (who, user_id, account_id); batch_users, batch_accounts (id, no); batch_members (user_no, account_no, no)
create or replace macro whos_in_numbers() as table
select
    batch_whos.who,
    batch_users.no as user_no,
    batch_accounts.no as account_no,
    batch_members.no as member_no
from batch_whos
left join batch_users on batch_users.id = batch_whos.user_id
left join batch_accounts on batch_accounts.id = batch_whos.account_id
left join batch_members on batch_members.user_no = batch_users.no and batch_members.account_no = batch_accounts.no;
