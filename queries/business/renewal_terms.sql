-- The renewals that subscriptions tell: one is due at each end of a term of a quarter or longer (R7.5).
--
-- grain   one row per subscription and term that had begun by `as_of`, also where it ended before the term did
-- reads   paid_terms (term_subscriptions); local_days (us, local_day); customers; accounts; places
-- rules   a subscription that follows another of its customer within 30 days continues its term: the new terms begin where
--         the one that ran would have ended, and that end is due once
--         whether it was won is told by what is paid thirty days later: see `settled_renewals`
-- engine  duckdb: a recursive step, and days are added to dates
create or replace macro renewal_terms(as_of) as table
with recursive dated as (
    select
        paid_terms.*,
        started.local_day as starts_on,
        ended.local_day as ends_on,
        coalesce(paid_terms.term_months >= 3 or paid_terms.term_days >= 90, false) as is_long
    from paid_terms
    inner join local_days as started on started.us = paid_terms.started_us
    left join local_days as ended on ended.us = paid_terms.ended_us
),

followed as (
    select
        later.source,
        later.subscription_id,
        earlier.subscription_id as earlier_id,
        row_number() over (
            partition by later.source, later.subscription_id
            order by earlier.ends_on desc, earlier.starts_on desc, earlier.subscription_id
        ) as place
    from dated as later
    inner join dated as earlier
        on earlier.source = later.source
        and earlier.customer_id = later.customer_id
        and earlier.starts_on < later.starts_on
        and earlier.ends_on <= later.starts_on
        and earlier.ends_on + 30 >= later.starts_on
),

-- `anchor_on` is the day terms are counted from.
chained as (
    select dated.*, dated.starts_on as anchor_on
    from dated
    left join followed on followed.source = dated.source and followed.subscription_id = dated.subscription_id
    where followed.subscription_id is null

    union all

    select
        later.*,
        case
            when earlier.anchor_on > earlier.ends_on then earlier.anchor_on
            when not earlier.is_long then later.starts_on
            when earlier.anchor_on = earlier.ends_on then earlier.anchor_on
            when earlier.term_months is null
                then earlier.anchor_on + cast(
                    ceil((earlier.ends_on - earlier.anchor_on) / cast(earlier.term_days as double)) * earlier.term_days as integer
                )
            when cast(earlier.anchor_on + to_months(cast(
                date_diff('month', earlier.anchor_on, earlier.ends_on) // earlier.term_months * earlier.term_months as integer
            )) as date) >= earlier.ends_on
                then cast(earlier.anchor_on + to_months(cast(
                    date_diff('month', earlier.anchor_on, earlier.ends_on) // earlier.term_months * earlier.term_months as integer
                )) as date)
            else cast(earlier.anchor_on + to_months(cast(
                (date_diff('month', earlier.anchor_on, earlier.ends_on) // earlier.term_months + 1) * earlier.term_months as integer
            )) as date)
        end as anchor_on
    from chained as earlier
    inner join followed
        on followed.source = earlier.source and followed.earlier_id = earlier.subscription_id and followed.place = 1
    inner join dated as later
        on later.source = followed.source and later.subscription_id = followed.subscription_id
),

bounded as (
    select *, least(coalesce(ends_on, as_of + 1), as_of + 1) as until
    from chained
    where is_long
),

numbered as (
    select
        bounded.*,
        unnest(generate_series(
            1,
            case
                when term_months is null then (until - anchor_on) // term_days
                else date_diff('month', anchor_on, until) // term_months
            end + 1
        )) as nth
    from bounded
    where anchor_on < until
),

terms as (
    select
        *,
        case
            when term_months is null then anchor_on + cast((nth - 1) * term_days as integer)
            else cast(anchor_on + to_months(cast((nth - 1) * term_months as integer)) as date)
        end as begins_on,
        case
            when term_months is null then anchor_on + cast(nth * term_days as integer)
            else cast(anchor_on + to_months(cast(nth * term_months as integer)) as date)
        end as due_on
    from numbered
)

select
    terms.source || ':' || terms.subscription_id || ':' || terms.due_on as renewal_id,
    coalesce(customers.company_id, accounts.account_id, terms.source || ':' || terms.customer_id) as unit,
    places.account,
    coalesce(places.crm_only, true) as crm_only,
    customers.company_id,
    terms.due_on,
    cast(null as varchar) as state,
    cast(round(terms.mrr_micros * coalesce(terms.term_months, terms.term_days * 12 / 365.0)) as bigint) as amount_micros,
    terms.source,
    terms.customer_id,
    cast(coalesce(terms.term_months, round(terms.term_days * 12 / 365.0)) as bigint) as term_months,
    true as has_label
from terms
inner join customers on customers.source = terms.source and customers.customer_id = terms.customer_id
left join places on places.source = terms.source and places.customer_id = terms.customer_id
left join accounts on accounts.account = customers.account
where terms.begins_on < terms.until;
