-- The number behind each banded segment of the CRM for each row's unit, as its covariate week began.
--
-- grain   one row per row of link_rows of a company and banded segment; null where its field is no number then
-- reads   link_rows; link_weeks; companies; link_numbers (segment, field)
create or replace macro row_numbers() as table
with told as (
    select
        link_rows.unit,
        link_rows.due_week,
        link_numbers.segment,
        try_cast(json_extract_string(companies.fields, concat('$."', replace(link_numbers.field, '"', '\"'), '"')) as double) as value,
        companies.valid_from > link_weeks.starts_on as assumed
    from link_rows
    inner join link_weeks on link_weeks.week = link_rows.covariate_week
    inner join companies
        on companies.company_id = link_rows.unit
        and companies.from_us <= link_weeks.start_us
        and companies.to_us > link_weeks.start_us
    cross join link_numbers
)

select unit, due_week, segment, max(value) as value, bool_or(assumed) as assumed
from told
group by unit, due_week, segment;
