-- Rows that a person may keep in the file of matches by hand: what fits, why, how surely, and names to know it by (R8.3).
--
-- grain   as `suggested_pairs`
-- reads   suggested_pairs(); lake_ids_accounts; companies; accounts; account_domains; users; subscription_versions;
--         account_revenue; revenue()
-- rules   likely: the best of all that fit, and it can stand alone; possible: the best, by a lesser clue; unclear: others
--         fit as well or better; `company_accounts`: how many accounts the company has already
create or replace macro suggestions(at_us bigint) as table
with pairs as (
    select
        found.*,
        count(*) over side as fits,
        max(found.score) over side as best
    from suggested_pairs(at_us) as found
    window side as (
        partition by found.customer_id, case when found.customer_id is null then found.account end, found.company_id is null
    )
),

ranked as (
    select
        pairs.*,
        count(*) filter (where pairs.score = pairs.best) over (
            partition by pairs.customer_id, case when pairs.customer_id is null then pairs.account end, pairs.company_id is null
        ) as firsts
    from pairs
),

named as (
    select company_id, min(name) as name, min(domain) as domain
    from companies
    where from_us <= at_us and to_us > at_us
    group by company_id
),

held as (
    select company_id, count(*) as accounts from accounts where company_id is not null group by company_id
),

members as (
    select account, count(*) as users from users where account is not null group by account
),

payers as (
    select customer_id, max(customer_name) as name, max(mail_domain(customer_email)) as domain
    from subscription_versions
    group by customer_id
),

paid as (
    select customer_id, cast(sum(mrr_micros) as bigint) as mrr_micros from revenue(at_us) as revenue group by customer_id
)

select
    ranked.customer_id as customer,
    lake_ids_accounts.id as account,
    ranked.company_id as company,
    case
        when ranked.score < ranked.best or ranked.firsts > 1 then 'unclear'
        when ranked.score >= 2 then 'likely'
        else 'possible'
    end as certainty,
    ranked.reason || case when ranked.fits > 1 then '; one of ' || ranked.fits || ' that fit' else '' end as reason,
    named.name as company_name,
    named.domain as company_domain,
    coalesce(held.accounts, case when ranked.company_id is not null then 0 end) as company_accounts,
    payers.name as customer_name,
    coalesce(payers.domain, account_domains.domain) as mail_domain,
    members.users,
    cast(coalesce(paid.mrr_micros, case when ranked.customer_id is null then account_revenue.mrr_micros end) as double)
        / 1000000 as mrr
from ranked
left join lake_ids_accounts on lake_ids_accounts.no = ranked.account
left join named on named.company_id = ranked.company_id
left join held on held.company_id = ranked.company_id
left join payers on payers.customer_id = ranked.customer_id
left join paid on paid.customer_id = ranked.customer_id
left join account_domains on account_domains.account = ranked.account
left join members on members.account = ranked.account
left join account_revenue on account_revenue.account = ranked.account;
