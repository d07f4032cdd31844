-- The renewals that the CRM's deals tell, each as its current version says (R7.5).
--
-- grain   one row per deal of the renewals' pipeline with a date
-- reads   deals; company_places; asked_stages (stage, state); local_days (us, local_day)
-- rules   the date is the label named `due`, where the plan names one and the deal has it, else the close date
--         a stage that the plan calls won or lost rules; else the state the deal came with
create or replace macro renewal_deals(pipeline, due) as table
with current_deals as (
    select
        deals.*,
        try_cast(
            left(json_extract_string(deals.fields, '$."' || replace(nullif(due, ''), '"', '\"') || '"'), 10) as date
        ) as told_on,
        local_days.local_day as closed_on
    from deals
    left join local_days on local_days.us = epoch_us(deals.closed_at)
    where deals.valid_to is null and lower(deals.pipeline) = lower(pipeline)
)

select
    current_deals.source || ':' || current_deals.deal_id as renewal_id,
    coalesce(current_deals.company_id, current_deals.deal_id) as unit,
    company_places.account,
    coalesce(company_places.crm_only, true) as crm_only,
    current_deals.company_id,
    coalesce(current_deals.told_on, current_deals.closed_on) as due_on,
    coalesce(asked_stages.state, current_deals.state, 'open') as state,
    cast(round(current_deals.amount * 1000000) as bigint) as amount_micros,
    cast(null as varchar) as source,
    cast(null as varchar) as customer_id,
    cast(null as bigint) as term_months,
    current_deals.told_on is not null as has_label
from current_deals
left join company_places on company_places.company_id = current_deals.company_id
left join asked_stages on asked_stages.stage = lower(current_deals.stage)
where coalesce(current_deals.told_on, current_deals.closed_on) is not null;
