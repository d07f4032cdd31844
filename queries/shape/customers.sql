-- Billing customers, and the account or the company each belongs to, by the plan's rules in order (R8.3, R8.5).
--
-- grain   one row per billing source and customer
-- reads   subscription_versions; billing_rules (place, field, pointer, side, target); account_fields; company_fields;
--         account_companies; seen_accounts; free_mail; override_rows; lake_ids_accounts; our_accounts
-- rules   a row by hand comes before the rules; a value that several accounts or companies share matches none
--         who pays for an account of our own people is left out, revenue included (R8.4)
--         a customer of a company stands where that company's only account does; of a company of several in none
create or replace macro customers() as table
with newest as (
    select
        source,
        customer_id,
        arg_max(customer_email, known_us) as customer_email,
        arg_max(customer_name, known_us) as customer_name,
        arg_max(fields, known_us) as fields
    from (select * from subscription_versions order by source, subscription_id, known_us) as versions
    where customer_id is not null
    group by source, customer_id
),

told as (
    select
        newest.source,
        newest.customer_id,
        billing_rules.place,
        billing_rules.side,
        billing_rules.target,
        billing_rules.field || ' = ' || billing_rules.target as matched_by,
        case when billing_rules.field = 'email_domain' or billing_rules.target = 'email_domain'
            then 'domain' else 'text' end as form,
        case
            when billing_rules.field = 'email_domain' then mail_domain(newest.customer_email)
            when billing_rules.target = 'email_domain' then domain_text(json_extract_string(newest.fields, billing_rules.pointer))
            when billing_rules.field = 'customer_id' then match_text(newest.customer_id)
            else match_text(coalesce(
                json_extract_string(newest.fields, billing_rules.pointer),
                case billing_rules.field when 'customer_name' then newest.customer_name end
            ))
        end as value
    from newest
    cross join billing_rules
),

asked as (
    select told.*
    from told
    left join free_mail on told.form = 'domain' and free_mail.domain = told.value
    where told.value is not null and free_mail.domain is null
),

found as (
    select asked.source, asked.customer_id, asked.place, asked.matched_by, account_fields.account, null as company_id
    from asked
    inner join account_fields on account_fields.field = asked.target and account_fields.value = asked.value
    where asked.side = 'account'

    union all

    select asked.source, asked.customer_id, asked.place, asked.matched_by, null as account, company_fields.company_id
    from asked
    inner join company_fields
        on company_fields.label = asked.target
        and company_fields.value = asked.value
        and company_fields.form = asked.form
    where asked.side = 'company'

    union all

    select newest.source, newest.customer_id, 0 as place, 'overrides' as matched_by, lake_ids_accounts.no as account,
        override_rows.company_id
    from newest
    inner join override_rows on override_rows.customer_id = newest.customer_id
    left join lake_ids_accounts on lake_ids_accounts.id = override_rows.account_id
),

matched as (
    select
        source,
        customer_id,
        place,
        matched_by,
        min(account) as account,
        min(company_id) as company_id
    from found
    group by source, customer_id, place, matched_by
    having count(distinct account) <= 1 and count(distinct company_id) <= 1
),

ranked as (
    select *, row_number() over (partition by source, customer_id order by place) as rank
    from matched
),

only_accounts as (
    select account_companies.company_id, min(account_companies.account) as account
    from account_companies
    inner join seen_accounts on seen_accounts.account = account_companies.account
    group by account_companies.company_id
    having count(*) = 1
),

own as (
    select distinct asked.source, asked.customer_id
    from asked
    inner join lake_ids_accounts on match_text(lake_ids_accounts.id) = asked.value
    inner join our_accounts on our_accounts.account = lake_ids_accounts.no
    where asked.side = 'account' and asked.target = 'account_id'
)

select
    newest.source,
    newest.customer_id,
    cast(coalesce(ranked.account, only_accounts.account) as integer) as account,
    coalesce(ranked.company_id, account_companies.company_id) as company_id,
    ranked.matched_by
from newest
left join ranked
    on ranked.source = newest.source
    and ranked.customer_id = newest.customer_id
    and ranked.rank = 1
left join only_accounts on ranked.account is null and only_accounts.company_id = ranked.company_id
left join account_companies on account_companies.account = ranked.account
left join own on own.source = newest.source and own.customer_id = newest.customer_id
where own.customer_id is null;
