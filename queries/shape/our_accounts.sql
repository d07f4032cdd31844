-- Accounts whose users are all our own people: left out of everything (R8.4).
--
-- grain   one row per such account
-- reads   people
create or replace macro our_accounts() as table
select account
from people
where account is not null and usr is not null
group by account
having bool_and(ours);
