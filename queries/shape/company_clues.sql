-- What a CRM company may be known by: its mail domains and its name.
--
-- grain   one row per company, kind ('domain' or 'name') and value
-- reads   companies; company_fields; free_mail; our_domains
-- rules   as it stands at `at_us`; free-mail domains and our own never; a name of fewer than three letters says nothing
create or replace macro company_clues(at_us bigint) as table
with standing as (
    select company_id, name, domain from companies where from_us <= at_us and to_us > at_us
),

told as (
    select company_id, 'domain' as kind, domain_text(domain) as value from standing
    union
    select company_id, 'domain' as kind, value from company_fields where form = 'domain' and strpos(value, '.') > 0
    union
    select company_id, 'name' as kind, name_text(name) as value from standing where length(name_text(name)) >= 3
)

select told.company_id, told.kind, told.value
from told
left join free_mail on free_mail.domain = told.value
left join our_domains on our_domains.domain = told.value
where told.value is not null and free_mail.domain is null and our_domains.domain is null;
