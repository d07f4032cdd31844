-- The uses of the signals that are asked for: each happening of a signal, per actor.
--
-- grain   one row per role, signal and happening
-- reads   asked (role, signal, actor, needed, per, is_distinct, is_first, property_1 … property_4, same_1 … same_3); hits
-- rules   a signal that counts happens when its n-th match or n-th different value falls: once per day or week with `per`,
--         else once ever (R0.11); events without the actor are nobody's (R0.9); a property that is missing or empty is null (R3.9)
-- engine  duckdb: days are subtracted from each other
create or replace macro happenings() as table
with matches as (
    select
        asked.role,
        asked.signal,
        case asked.actor when 'user' then hits.usr else hits.account end as actor,
        hits.usr,
        hits.account,
        hits.ts_us,
        hits.seq,
        hits.local_day,
        hits.tie_us,
        hits.value,
        nullif(case asked.property_1 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as property_1,
        nullif(case asked.property_2 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as property_2,
        nullif(case asked.property_3 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as property_3,
        nullif(case asked.property_4 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as property_4,
        nullif(case asked.same_1 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as same_1,
        nullif(case asked.same_2 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as same_2,
        nullif(case asked.same_3 when 1 then hits.kept_1 when 2 then hits.kept_2 when 3 then hits.kept_3 when 4 then hits.kept_4 end, '') as same_3,
        case asked.per
            when 'day' then hits.local_day - date '1900-01-01'
            when 'week' then (hits.local_day - asked.week_zero) // 7
            else 0
        end as span,
        asked.needed,
        asked.is_distinct,
        asked.is_first,
        asked.needed > 1 or asked.is_distinct as is_counted
    from asked
    inner join hits on hits.signal = asked.signal
    where case asked.actor when 'user' then hits.usr else hits.account end is not null
),

things as (
    select
        matches.*,
        row_number() over (
            partition by role, signal, actor, span, case when is_distinct then value end, case when not is_distinct then ts_us end, case when not is_distinct then seq end
            order by ts_us, seq
        ) as time_seen
    from matches
    where is_counted and (not is_distinct or value is not null)
),

counted as (
    select things.*, row_number() over (partition by role, signal, actor, span order by ts_us, seq) as nth
    from things
    where time_seen = 1
),

happenings as (
    select * exclude (time_seen, nth) from counted where nth = needed
    union all
    select * from matches where not is_counted and is_first
),

numbered as (
    select happenings.*, row_number() over (partition by role, signal, actor order by ts_us, seq) as happening
    from happenings
)

select role, actor, usr, account, ts_us, seq, local_day, tie_us, value, property_1, property_2, property_3, property_4, same_1, same_2, same_3
from matches
where not is_counted and not is_first
union all
select role, actor, usr, account, ts_us, seq, local_day, tie_us, value, property_1, property_2, property_3, property_4, same_1, same_2, same_3
from numbered
where not is_first or happening = 1;
