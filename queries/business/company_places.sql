-- The account whose segment values a company is told under.
--
-- grain   one row per company with an account, or that pays or has deals
-- reads   accounts; lone_companies
-- rules   its only account; of a company with several the first, whose CRM values are the company's, and no other segment's
--         (R8.5, R7.9); a company without any stands in `attributes` by itself, with what the CRM tells
create or replace macro company_places() as table
select company_id, min(account) as account, count(*) > 1 as crm_only
from accounts
where company_id is not null
group by company_id

union all

select company_id, account, true as crm_only
from lone_companies;
