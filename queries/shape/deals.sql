-- Versions of CRM deals, with the state each told.
--
-- grain   one row per deal and run of equal content
-- reads   record_versions; companies; deal_words (word, state: stages that mean won or lost, in lower case)
-- rules   the state the file told rules; else the stage, a bracket at its end (the pipeline) dropped; else open
--         a deal that names its company and not the id is of the one company that ever had exactly that name
--         (`company_name`); of a name that several had (`name_companies`) it is nobody's
create or replace macro deals() as table
with named as (
    select source, trim(name) as name, min(company_id) as company_id, count(distinct company_id) as companies
    from companies
    where name is not null
    group by source, trim(name)
),

told as (
    select
        record_versions.*,
        lower(json_extract_string(body, '$.state')) as told_state,
        lower(trim(json_extract_string(body, '$.stage'))) as stage_word,
        lower(trim(regexp_replace(json_extract_string(body, '$.stage'), '\s*\([^()]*\)\s*$', ''))) as short_word
    from record_versions
    where record_kind = 'deal'
)

select
    told.source,
    told.record_id as deal_id,
    coalesce(
        json_extract_string(told.body, '$.company_id'),
        case when named.companies = 1 then named.company_id end
    ) as company_id,
    json_extract_string(told.body, '$.name') as name,
    json_extract_string(told.body, '$.pipeline') as pipeline,
    json_extract_string(told.body, '$.stage') as stage,
    try_cast(json_extract_string(told.body, '$.amount') as decimal(24, 6)) as amount,
    json_extract_string(told.body, '$.currency') as currency,
    body_moment(told.body, 'created_at') as created_at,
    body_moment(told.body, 'closed_at') as closed_at,
    coalesce(
        case when told.told_state in ('won', 'lost', 'open') then told.told_state end,
        as_written.state,
        shortened.state,
        'open'
    ) as state,
    told.fields,
    told.valid_from,
    told.valid_to,
    told.from_us,
    told.to_us,
    told.known_us,
    named.name as company_name,
    case when json_extract_string(told.body, '$.company_id') is null then named.companies end as name_companies
from told
left join named on named.source = told.source and named.name = json_extract_string(told.body, '$.company_name')
left join deal_words as as_written on as_written.word = told.stage_word
left join deal_words as shortened on shortened.word = told.short_word;
