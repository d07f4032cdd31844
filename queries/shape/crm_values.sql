-- What the CRM says of each account's segments, version by version; of companies without an account too.
--
-- grain   one row per account, segment and stretch in which a version of its company holds
-- reads   accounts; lone_companies; companies; asked_segments (segment, kind, field, pointer)
-- rules   before its first known version a company's first is used, and said to be `assumed`
create or replace macro crm_values() as table
with places as (
    select account, company_id from accounts
    union all
    select account, company_id from lone_companies
),

told as (
    select
        places.account,
        asked_segments.segment,
        companies.from_us,
        companies.to_us,
        companies.known_us,
        coalesce(
            json_extract_string(companies.fields, asked_segments.pointer),
            case asked_segments.field when 'name' then companies.name when 'domain' then companies.domain end
        ) as raw
    from places
    inner join companies on companies.company_id = places.company_id
    cross join asked_segments
    where asked_segments.kind = 'crm'
)

select account, segment, raw, greatest(from_us, known_us) as from_us, to_us, false as assumed
from told
where greatest(from_us, known_us) < to_us

union all

select account, segment, raw, from_us, least(known_us, to_us) as to_us, true as assumed
from told
where from_us < known_us;
