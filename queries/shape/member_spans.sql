-- In which account membership puts a person, as stretches of time without a change (R8.2).
--
-- grain   one row per person and stretch in which it is a member of any account
-- reads   lake_members; user_map
-- rules   with several accounts at a time there is none (`accounts` says how many)
create or replace macro member_spans(begin_us bigint, end_us bigint) as table
with spans as (
    select distinct
        user_map.usr,
        lake_members.account_no,
        coalesce(epoch_us(lake_members.valid_from), begin_us) as from_us,
        coalesce(epoch_us(lake_members.valid_to), end_us) as to_us
    from lake_members
    inner join user_map on user_map.user_no = lake_members.user_no
    where lake_members.account_no is not null
),

points as (
    select usr, from_us as us from spans
    union
    select usr, to_us as us from spans
),

pieces as (
    select usr, us as from_us, lead(us) over (partition by usr order by us) as to_us
    from points
)

select
    pieces.usr,
    pieces.from_us,
    pieces.to_us,
    count(distinct spans.account_no) as accounts,
    case when count(distinct spans.account_no) = 1 then min(spans.account_no) end as account
from pieces
inner join spans
    on spans.usr = pieces.usr
    and spans.from_us <= pieces.from_us
    and spans.to_us >= pieces.to_us
where pieces.to_us is not null
group by pieces.usr, pieces.from_us, pieces.to_us;
