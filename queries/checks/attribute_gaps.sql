-- Stretches of time in which an account has no row, or two, for a segment.
--
-- grain   one row per account, segment and place where one stretch does not meet the next
-- reads   attributes
create or replace macro attribute_gaps(begin_us, end_us) as table
with ordered as (
    select
        account,
        segment,
        to_us,
        lead(from_us, 1, end_us) over (partition by account, segment order by from_us) as next_from_us
    from (
        select account, segment, from_us, to_us from attributes
        union all
        select distinct account, segment, cast(begin_us as bigint) - 1 as from_us, cast(begin_us as bigint) as to_us from attributes
    ) as bounded
)

select account, segment, to_us, next_from_us
from ordered
where to_us <> next_from_us;
