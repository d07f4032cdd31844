-- The renewals that the CRM's deals tell, each as its current version says (R7.5).
--
-- grain   one row per deal of the renewals' pipeline with a date
-- reads   deals; accounts; asked_stages (stage, state); closed_days (closed_us, closed_on: the local day)
-- rules   the date is the label named `due`, where the plan names one, else the close date
--         a stage that the plan calls won or lost rules; else the state the deal came with
create or replace macro renewal_deals(pipeline, due) as table
with current_deals as (
    select
        deals.*,
        coalesce(
            try_cast(left(json_extract_string(deals.fields, '$."' || replace(nullif(due, ''), '"', '\"') || '"'), 10) as date),
            closed_days.closed_on
        ) as due_on
    from deals
    left join closed_days on closed_days.closed_us = epoch_us(deals.closed_at)
    where deals.valid_to is null and lower(deals.pipeline) = lower(pipeline)
),

company_accounts as (
    select company_id, min(account) as account from accounts where company_id is not null group by company_id
)

select
    current_deals.source || ':' || current_deals.deal_id as renewal_id,
    coalesce(current_deals.company_id, current_deals.deal_id) as unit,
    company_accounts.account,
    current_deals.company_id,
    current_deals.due_on,
    epoch_us(cast(current_deals.due_on as timestamp)) as due_us,
    coalesce(asked_stages.state, current_deals.state, 'open') as state,
    cast(round(current_deals.amount * 1000000) as bigint) as amount_micros
from current_deals
left join company_accounts on company_accounts.company_id = current_deals.company_id
left join asked_stages on asked_stages.stage = lower(current_deals.stage)
where current_deals.due_on is not null;
