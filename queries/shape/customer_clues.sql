-- What a billing customer without an account and a company may be known by: its contact's mail domain and its name.
--
-- grain   one row per customer, kind ('domain' or 'name') and value
-- reads   customers; subscription_versions; override_rows
-- rules   a customer that a person wrote down without either is not asked about again
create or replace macro customer_clues() as table
with payers as (
    select distinct
        customers.customer_id,
        subscription_versions.customer_name,
        mail_domain(subscription_versions.customer_email) as domain
    from customers
    inner join subscription_versions
        on subscription_versions.source = customers.source
        and subscription_versions.customer_id = customers.customer_id
    left join (
        select distinct customer_id from override_rows where account_id is null and company_id is null
    ) as declined on declined.customer_id = customers.customer_id
    where customers.account is null and customers.company_id is null and declined.customer_id is null
)

select distinct customer_id, 'domain' as kind, domain as value, 2 as strength, 'same domain: ' || domain as reason
from payers
where domain is not null

union all

select distinct customer_id, 'name' as kind, name_text(customer_name) as value, 1 as strength,
    'same name: ' || trim(customer_name) as reason
from payers
where name_text(customer_name) is not null;
