-- How many units stand today under each value of each segment; null is a value too.
--
-- grain   one row per segment and value
-- reads   link_members; attributes; accounts (account, account_id)
-- rules   of several accounts of a unit the first, by id, that has a value speaks
create or replace macro common_levels() as table
with latest as (
    select
        units.unit,
        attributes.segment,
        attributes.value,
        row_number() over (
            partition by units.unit, attributes.segment
            order by case when attributes.value is null then 1 else 0 end, attributes.to_us desc, accounts.account_id
        ) as place
    from attributes
    inner join link_members as units on units.account = attributes.account
    left join accounts on accounts.account = units.account
)

select segment, value, count(*) as units
from latest
where place = 1
group by segment, value;
