-- Who can be counted: accounts or users, and when each exists.
--
-- grain   one row per actor
-- reads   accounts; users
-- rules   an account exists from `created_us` until `ended_us`; a user from its first event (R0.9)
create or replace macro actors(kind text) as table
select account as actor, account, created_us as from_us, ended_us as to_us
from accounts
where kind = 'account'
union all
select usr as actor, account, first_seen_us as from_us, cast(null as bigint) as to_us
from users
where kind = 'user';
