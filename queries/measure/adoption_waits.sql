-- How long each actor took to meet the definition of an adoption since it was available to it, or has been waiting (R5.4).
--
-- grain   one row per whole day and whether it was met then
-- reads   adoption_firsts(); uses (role 0 the use); actors(); eligible_spans
-- rules   available to an actor from the later of `since_us` (below 0: the first use by anyone) and its own beginning
--         one that ended, or has not met it by `as_of`, is watched to that instant; `eligible` is asked at it
create or replace macro adoption_waits(
    kind text, at_least bigint, trailing_days bigint, min_users bigint, eligible text, since_us bigint, as_of_end_us bigint
) as table
with opened as (
    select case when since_us >= 0 then since_us else (select min(ts_us) from uses where role = 0) end as us
),

watched as (
    select
        actors.actor,
        actors.account,
        greatest(opened.us, actors.from_us) as begin_us,
        least(coalesce(actors.to_us, as_of_end_us), as_of_end_us) as end_us
    from actors(kind) as actors
    cross join opened
    where opened.us is not null
),

waits as (
    select
        watched.actor,
        firsts_met.ts_us is not null and firsts_met.ts_us < watched.end_us as is_met,
        case
            when firsts_met.ts_us < watched.end_us then greatest(firsts_met.ts_us - watched.begin_us, 0)
            else watched.end_us - watched.begin_us
        end as waited_us
    from watched
    left join adoption_firsts(at_least, trailing_days, min_users) as firsts_met on firsts_met.actor = watched.actor
    where watched.begin_us < watched.end_us
        and (eligible = '' or exists (
            select 1
            from eligible_spans
            where eligible_spans.test = eligible
                and eligible_spans.account = watched.account
                and eligible_spans.from_us < watched.end_us
                and eligible_spans.to_us >= watched.end_us
        ))
)

select cast(floor(waited_us / 86400000000.0) as bigint) as day_number, is_met, count(*) as actors
from waits
group by 1, 2;
