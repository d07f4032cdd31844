-- Accounts and customers that have no match, each with the companies (or accounts) that the same domain or name points to.
--
-- grain   one row per account and company, customer and company, and customer and account
-- reads   account_clues(); customer_clues(); company_clues(); accounts; account_domains; free_mail; our_domains
-- rules   equal values only; free-mail domains and our own point to nothing; score 3: domain and name agree, 2: a clue that
--         can stand alone, 1: one that cannot; a customer is told an account only where that has no company itself
create or replace macro suggested_pairs(at_us bigint) as table
with known_accounts as (
    select accounts.account, 'domain' as kind, domain_text(account_domains.domain) as value
    from accounts
    inner join account_domains on account_domains.account = accounts.account
    left join free_mail on free_mail.domain = domain_text(account_domains.domain)
    left join our_domains on our_domains.domain = domain_text(account_domains.domain)
    where accounts.company_id is null and free_mail.domain is null and our_domains.domain is null

    union all

    select account, 'name' as kind, name_text(account_id) as value
    from accounts
    where company_id is null and length(name_text(account_id)) >= 3
),

pairs as (
    select null as customer_id, account_clues.account, company_clues.company_id, account_clues.kind, strength, reason
    from account_clues() as account_clues
    inner join company_clues(at_us) as company_clues
        on company_clues.kind = account_clues.kind and company_clues.value = account_clues.value

    union all

    select customer_clues.customer_id, null as account, company_clues.company_id, customer_clues.kind, strength, reason
    from customer_clues() as customer_clues
    inner join company_clues(at_us) as company_clues
        on company_clues.kind = customer_clues.kind and company_clues.value = customer_clues.value

    union all

    select customer_clues.customer_id, known_accounts.account, null as company_id, customer_clues.kind, strength, reason
    from customer_clues() as customer_clues
    inner join known_accounts
        on known_accounts.kind = customer_clues.kind and known_accounts.value = customer_clues.value
)

select
    customer_id,
    account,
    company_id,
    string_agg(distinct reason, '; ' order by reason) as reason,
    case when count(distinct kind) = 2 then 3 else max(strength) end as score
from pairs
group by customer_id, account, company_id;
