-- Accounts that ended before they began.
--
-- grain   one row per account
-- reads   accounts
create or replace macro ended_before_created() as table
select account_id, created_us, ended_us
from accounts
where ended_us < created_us;
