-- The cluster of each company that names one: the company its label points to by id or name, else the label's text.
--
-- grain   one row per company with a value under the label
-- reads   companies
-- rules   the value is today's; several companies of one name are the first of them by id
create or replace macro unit_clusters(cluster_label text) as table
with current_companies as (
    select company_id, name, json_extract_string(fields, concat('$."', replace(cluster_label, '"', '\"'), '"')) as parent
    from companies
    where valid_to is null
),

named as (
    select name, min(company_id) as company_id
    from current_companies
    where name is not null
    group by name
)

select
    current_companies.company_id as unit,
    min(coalesce(by_id.company_id, named.company_id, current_companies.parent)) as cluster
from current_companies
left join current_companies as by_id on by_id.company_id = current_companies.parent
left join named on named.name = current_companies.parent
where current_companies.parent is not null and current_companies.parent <> ''
group by current_companies.company_id;
