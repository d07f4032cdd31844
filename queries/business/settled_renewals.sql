-- Renewals with their state: as told, or by what is paid thirty days after the term's end (R7.5).
--
-- grain   one row per renewal
-- reads   told_renewals; due_days (due_on, due_us: the instant the day begins); customer_mrr; accounts
-- rules   a renewal of billing is won if its customer's MRR is above 0 thirty days later, else lost, open if that lies after
--         `as_of`; `unit_state` is the same by the MRR of the whole company, which links are tested on (evidence.md 3.1, 7)
create or replace macro settled_renewals(as_of_end_us) as table
with timed as (
    select told_renewals.*, due_days.due_us, due_days.due_us + 2592000000000 as judged_us
    from told_renewals
    inner join due_days on due_days.due_on = told_renewals.due_on
),

paying as (
    select
        customer_mrr.source,
        customer_mrr.customer_id,
        coalesce(customer_mrr.company_id, accounts.account_id, customer_mrr.source || ':' || customer_mrr.customer_id) as unit,
        customer_mrr.from_us,
        customer_mrr.to_us
    from customer_mrr
    left join accounts on accounts.account = customer_mrr.account
),

by_customer as (
    select distinct timed.renewal_id
    from timed
    inner join paying
        on paying.source = timed.source
        and paying.customer_id = timed.customer_id
        and paying.from_us <= timed.judged_us
        and paying.to_us > timed.judged_us
    where timed.state is null
),

by_unit as (
    select distinct timed.renewal_id
    from timed
    inner join paying
        on paying.unit = timed.unit
        and paying.from_us <= timed.judged_us
        and paying.to_us > timed.judged_us
    where timed.state is null
)

select
    timed.renewal_id,
    timed.unit,
    timed.account,
    timed.company_id,
    timed.due_on,
    timed.due_us,
    case
        when timed.state is not null then timed.state
        when timed.judged_us >= as_of_end_us then 'open'
        when by_customer.renewal_id is not null then 'won'
        else 'lost'
    end as state,
    timed.amount_micros,
    timed.crm_only,
    timed.term_months,
    case
        when timed.state is not null then timed.state
        when timed.judged_us >= as_of_end_us then 'open'
        when by_unit.renewal_id is not null then 'won'
        else 'lost'
    end as unit_state,
    timed.has_label
from timed
left join by_customer on by_customer.renewal_id = timed.renewal_id
left join by_unit on by_unit.renewal_id = timed.renewal_id;
