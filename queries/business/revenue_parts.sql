-- What each account pays at each closing instant, and what those of the base instant paid then (R9.8).
--
-- grain   one row per period and account, company or customer with a part
-- reads   ends; customers; accounts
-- rules   who stands with no account is told by its company, else by itself
create or replace macro revenue_parts() as table
select
    ends.period,
    coalesce(accounts.account_id, customers.company_id, ends.customer_id) as who,
    cast(round(sum(ends.closing_exact) * 1000000) as bigint) as closing_micros,
    cast(round(sum(ends.base_exact) * 1000000) as bigint) as base_micros,
    cast(round(sum(case when ends.base_micros > 0 then ends.closing_exact else 0 end) * 1000000) as bigint) as kept_micros
from ends
left join customers on customers.source = ends.source and customers.customer_id = ends.customer_id
left join accounts on accounts.account = customers.account
group by 1, 2;
