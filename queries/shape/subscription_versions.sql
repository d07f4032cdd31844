-- Versions of subscriptions.
--
-- grain   one row per subscription and run of equal content
-- reads   record_versions
-- rules   `mrr` is what a month costs while it runs, whatever the status; absent where the file named no amount
--         `exact_mrr` has twelve places, so that twelfths of a year's price add up before they are rounded (R7.1, R7.7)
create or replace macro subscription_versions() as table
select
    source,
    record_id as subscription_id,
    json_extract_string(body, '$.customer_id') as customer_id,
    json_extract_string(body, '$.customer_name') as customer_name,
    json_extract_string(body, '$.customer_email') as customer_email,
    json_extract_string(body, '$.status') as status,
    json_extract_string(body, '$.plan') as plan,
    json_extract_string(body, '$.interval') as interval,
    cast(try_cast(json_extract_string(body, '$.quantity') as double) as bigint) as quantity,
    try_cast(json_extract_string(body, '$.mrr') as decimal(24, 6)) as mrr,
    json_extract_string(body, '$.currency') as currency,
    body_moment(body, 'started_at') as started_at,
    body_moment(body, 'trial_end') as trial_end,
    body_moment(body, 'canceled_at') as canceled_at,
    body_moment(body, 'ended_at') as ended_at,
    body_moment(body, 'current_period_end') as current_period_end,
    fields,
    valid_from,
    valid_to,
    from_us,
    to_us,
    known_us,
    cast(round(try_cast(json_extract_string(body, '$.mrr') as decimal(24, 6)) * 1000000) as bigint) as mrr_micros,
    try_cast(json_extract_string(body, '$.mrr') as decimal(28, 12)) as exact_mrr
from record_versions
where record_kind = 'subscription';
