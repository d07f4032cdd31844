-- Whom the figures speak for: paying customers whose account or company is matched to the CRM and was seen lately (R9.5).
--
-- grain   one row
-- reads   customer_mrr; customers; accounts
-- rules   paying is an MRR above 0 at the instant; seen is an event or reading since `seen_since_us`
--         a customer of a company with several accounts is seen if any of them is (R8.5)
create or replace macro coverage(instant_us, seen_since_us) as table
with paying as (
    select source, customer_id, account, company_id, mrr_micros
    from customer_mrr
    where from_us <= instant_us and to_us > instant_us
),

matched as (
    select
        paying.source,
        paying.customer_id,
        paying.mrr_micros,
        coalesce(bool_or(accounts.company_id is not null and accounts.last_seen_us >= seen_since_us), false) as covered
    from paying
    left join accounts
        on accounts.account = paying.account
        or (paying.account is null and accounts.company_id = paying.company_id)
    group by paying.source, paying.customer_id, paying.mrr_micros
)

select
    count(*) as customers,
    count(*) filter (where covered) as customers_covered,
    coalesce(cast(sum(mrr_micros) as bigint), 0) as mrr_micros,
    coalesce(cast(sum(mrr_micros) filter (where covered) as bigint), 0) as mrr_micros_covered
from matched;
