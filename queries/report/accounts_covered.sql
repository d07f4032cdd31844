-- Without billing: accounts that exist, and those of them matched to the CRM and seen lately (R9.5).
--
-- grain   one row
-- reads   accounts
create or replace macro accounts_covered(instant_us, seen_since_us) as table
select
    count(*) as accounts,
    count(*) filter (where company_id is not null and last_seen_us >= seen_since_us) as accounts_covered
from accounts
where created_us <= instant_us and (ended_us is null or ended_us > instant_us);
