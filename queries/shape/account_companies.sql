-- The CRM company of each account, by the plan's rules in order; a row by hand comes before them all (R8.3).
--
-- grain   one row per account that matches
-- reads   account_fields; company_fields; crm_rules (place, field, label); override_rows; lake_ids_accounts; companies
-- rules   a value that several companies share matches none of them: nothing is guessed
create or replace macro account_companies() as table
with by_rule as (
    select
        account_fields.account,
        crm_rules.place,
        min(company_fields.company_id) as company_id,
        min(crm_rules.field || ' = ' || crm_rules.label) as matched_by
    from account_fields
    inner join crm_rules on crm_rules.field = account_fields.field
    inner join company_fields
        on company_fields.label = crm_rules.label
        and company_fields.value = account_fields.value
        and company_fields.form = case when crm_rules.field = 'email_domain' then 'domain' else 'text' end
    group by account_fields.account, crm_rules.place
    having count(distinct company_fields.company_id) = 1
),

by_hand as (
    select lake_ids_accounts.no as account, 0 as place, min(override_rows.company_id) as company_id, 'overrides' as matched_by
    from override_rows
    inner join lake_ids_accounts on lake_ids_accounts.id = override_rows.account_id
    where override_rows.customer_id is null and override_rows.company_id is not null
    group by lake_ids_accounts.no
),

ranked as (
    select
        account,
        company_id,
        matched_by,
        row_number() over (partition by account order by place) as place
    from (select * from by_rule union all select * from by_hand) as found
)

select account, company_id, matched_by from ranked where place = 1;
