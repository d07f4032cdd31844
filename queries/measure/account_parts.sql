-- The parts of actors, account by account (R9.8).
--
-- grain   one row per period and account; one without a name for users without an account
-- reads   actor_parts (period, actor, counted, eligible); users; accounts
-- rules   a user stands with its account, the one of its latest event (R8.2)
create or replace macro account_parts(kind text) as table
select
    actor_parts.period,
    accounts.account_id,
    cast(sum(actor_parts.counted) as double) as counted,
    cast(sum(actor_parts.eligible) as bigint) as eligible
from actor_parts
left join users on kind = 'user' and users.usr = actor_parts.actor
left join accounts on accounts.account = case when kind = 'user' then users.account else actor_parts.actor end
group by actor_parts.period, accounts.account_id;
