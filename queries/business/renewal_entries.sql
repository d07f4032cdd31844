-- The renewals that a file of the plan's own tells (R7.5).
--
-- grain   one row per row of the file whose account is known
-- reads   entries (entry, account, due_on, state, amount); accounts; companies; company_places
-- rules   `account` is an account of the telemetry, else a company of the CRM; a row that names neither is counted elsewhere
create or replace macro renewal_entries() as table
with known_companies as (
    select distinct company_id from companies
)

select
    'file:' || entries.entry as renewal_id,
    coalesce(accounts.company_id, accounts.account_id, known_companies.company_id) as unit,
    coalesce(accounts.account, company_places.account) as account,
    accounts.account is null and coalesce(company_places.crm_only, true) as crm_only,
    coalesce(accounts.company_id, known_companies.company_id) as company_id,
    entries.due_on,
    entries.state,
    cast(round(try_cast(entries.amount as decimal(24, 6)) * 1000000) as bigint) as amount_micros,
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id,
    cast(null as bigint) as term_months,
    true as has_label
from entries
left join accounts on accounts.account_id = entries.account
left join known_companies on accounts.account is null and known_companies.company_id = entries.account
left join company_places on accounts.account is null and company_places.company_id = known_companies.company_id
where accounts.account is not null or known_companies.company_id is not null;
