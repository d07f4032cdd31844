-- Companies that pay or have deals while no account of the telemetry belongs to them; they stand in `attributes` as accounts
-- below zero, so that their revenue and their renewals have the segments that the CRM tells (R8.5).
--
-- grain   one row per company
-- reads   customers; deals; companies; accounts
create or replace macro lone_companies() as table
with told as (
    select company_id from customers where account is null
    union
    select company_id from deals
),

known as (
    select distinct companies.company_id
    from companies
    inner join told on told.company_id = companies.company_id
    left join accounts on accounts.company_id = companies.company_id
    where accounts.company_id is null
)

select company_id, cast(-row_number() over (order by company_id) as integer) as account
from known;
