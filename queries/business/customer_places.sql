-- The account whose segment values a customer is told under.
--
-- grain   one row per customer that has one
-- reads   customers; accounts
-- rules   its own account; else the only account of its company; of a company with several the first, whose CRM values
--         are the company's, and no other segment's (R8.5, R7.9)
create or replace macro customer_places() as table
with company_accounts as (
    select company_id, min(account) as account, count(*) as account_count
    from accounts
    where company_id is not null
    group by company_id
)

select
    customers.source,
    customers.customer_id,
    coalesce(customers.account, company_accounts.account) as account,
    customers.account is null and coalesce(company_accounts.account_count, 0) > 1 as crm_only
from customers
left join company_accounts on company_accounts.company_id = customers.company_id
where coalesce(customers.account, company_accounts.account) is not null;
