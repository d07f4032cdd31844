-- What a company can be matched by: the labels that the plan's rules name, as they stand at an instant.
--
-- grain   one row per company, label and form of its value
-- reads   companies; asked_labels (label, pointer)
-- rules   a value is told as text and as a domain, so that a rule takes the form of its own side
create or replace macro company_fields(at_us) as table
with told as (
    select
        companies.company_id,
        asked_labels.label,
        coalesce(
            json_extract_string(companies.fields, asked_labels.pointer),
            case asked_labels.label
                when 'company_id' then companies.company_id
                when 'name' then companies.name
                when 'domain' then companies.domain
            end
        ) as value
    from companies
    cross join asked_labels
    where companies.from_us <= at_us and companies.to_us > at_us
)

select distinct company_id, label, 'text' as form, match_text(value) as value
from told
where match_text(value) is not null

union all

select distinct company_id, label, 'domain' as form, domain_text(value) as value
from told
where domain_text(value) is not null;
