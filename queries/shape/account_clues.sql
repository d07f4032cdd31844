-- What an account without a company may be known by: the mail domains of its users, its id, and the customer who pays for it.
--
-- grain   one row per account, kind ('domain' or 'name'), value and reason; `strength` 2 can stand alone, 1 cannot
-- reads   accounts; people; person_domains; account_domains; customers; subscription_versions; override_rows
-- rules   an account that a person wrote down without a company is not asked about again
create or replace macro account_clues() as table
with open_accounts as (
    select accounts.account, accounts.account_id
    from accounts
    left join (
        select distinct account_id from override_rows where customer_id is null and company_id is null
    ) as declined on declined.account_id = accounts.account_id
    where accounts.company_id is null and declined.account_id is null
),

members as (
    select people.account, people.usr, person_domains.domain
    from people
    inner join open_accounts on open_accounts.account = people.account
    left join person_domains on person_domains.usr = people.usr
    where not people.ours and people.usr is not null
),

sizes as (
    select account, count(distinct usr) as users from members group by account
),

domains as (
    select account, domain, count(distinct usr) as users from members where domain is not null group by account, domain
),

payers as (
    select distinct
        customers.account,
        subscription_versions.customer_name,
        mail_domain(subscription_versions.customer_email) as domain
    from customers
    inner join open_accounts on open_accounts.account = customers.account
    inner join subscription_versions
        on subscription_versions.source = customers.source
        and subscription_versions.customer_id = customers.customer_id
)

select
    domains.account,
    'domain' as kind,
    domain_text(domains.domain) as value,
    case when account_domains.account is null then 1 else 2 end as strength,
    case when account_domains.account is null then 'a member''s mail domain: ' else 'same domain: ' end
        || domains.domain || ' (' || domains.users || ' of ' || sizes.users
        || case when sizes.users = 1 then ' user)' else ' users)' end as reason
from domains
inner join sizes on sizes.account = domains.account
left join account_domains on account_domains.account = domains.account and account_domains.domain = domains.domain

union all

select account, 'domain' as kind, domain_text(account_id) as value, 2 as strength, 'same domain: its id' as reason
from open_accounts
where strpos(account_id, '.') > 0

union all

select account, 'domain' as kind, domain as value, 1 as strength, 'billing contact''s mail domain: ' || domain as reason
from payers
where domain is not null

union all

select account, 'name' as kind, name_text(account_id) as value, 1 as strength, 'same name: its id' as reason
from open_accounts

union all

select account, 'name' as kind, name_text(customer_name) as value, 1 as strength,
    'same name: billed as ' || trim(customer_name) as reason
from payers
where name_text(customer_name) is not null;
