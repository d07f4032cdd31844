-- The account whose segment values a customer is told under: its own, else its company's.
--
-- grain   one row per customer that has one
-- reads   customers; company_places
create or replace macro customer_places() as table
select
    customers.source,
    customers.customer_id,
    coalesce(customers.account, company_places.account) as account,
    customers.account is null and company_places.crm_only as crm_only
from customers
left join company_places on company_places.company_id = customers.company_id
where coalesce(customers.account, company_places.account) is not null;
