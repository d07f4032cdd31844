-- The segments of each row's unit as its covariate week began, and whether that was known then.
--
-- grain   one row per row of link_rows and segment; a unit without any account then has none
-- reads   link_rows; link_members; link_weeks; attributes; accounts (account, account_id)
-- rules   of several accounts of a unit the first, by id, that has a value speaks
create or replace macro row_attributes() as table
with valid as (
    select
        link_rows.unit,
        link_rows.due_week,
        attributes.segment,
        attributes.value,
        attributes.assumed,
        row_number() over (
            partition by link_rows.unit, link_rows.due_week, attributes.segment
            order by case when attributes.value is null then 1 else 0 end, accounts.account_id
        ) as place
    from link_rows
    inner join link_weeks on link_weeks.week = link_rows.covariate_week
    inner join link_members as units on units.unit = link_rows.unit
    inner join attributes
        on attributes.account = units.account
        and attributes.from_us <= link_weeks.start_us
        and attributes.to_us > link_weeks.start_us
    left join accounts on accounts.account = units.account
)

select unit, due_week, segment, value, assumed
from valid
where place = 1;
