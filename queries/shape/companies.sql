-- Versions of CRM companies.
--
-- grain   one row per company and run of equal content
-- reads   record_versions
create or replace macro companies() as table
select
    source,
    record_id as company_id,
    json_extract_string(body, '$.name') as name,
    json_extract_string(body, '$.domain') as domain,
    fields,
    valid_from,
    valid_to,
    from_us,
    to_us,
    known_us
from record_versions
where record_kind = 'company';
