-- Who started in which cohort, when its window closes, and when it had reached enough.
--
-- grain   one row per starter
-- reads   uses (role 0 is the start, each criterion its own role); periods (period, start_us, end_us); criteria
--         (role, counts, needed, gauge, floor_value); gauge_readings; placed
-- rules   an actor starts once, at its first use ever (R4.1); the start itself counts towards nothing (R3.2); what is tied
--         with it may count whichever came first, windows are not stretched (R3.6); with `by_same_user` one user must
--         reach all; the values are those at the start (R3.9)
create or replace macro activation_units(within_us bigint, enough bigint, by_same_user boolean) as table
with numbered as (
    select uses.*, row_number() over (partition by actor order by ts_us, seq) as nth
    from uses
    where role = 0
),

starts as (
    select periods.period, numbered.*, numbered.ts_us + within_us as closes_us
    from numbered
    inner join periods on numbered.ts_us >= periods.start_us and numbered.ts_us < periods.end_us
    where numbered.nth = 1
),

done as (
    select
        starts.actor,
        criteria.role,
        criteria.needed,
        uses.ts_us,
        case when by_same_user then uses.usr else -1 end as doer,
        case criteria.counts
            when 'days' then cast(uses.local_day as varchar)
            when 'users' then cast(uses.usr as varchar)
            when 'values' then uses.value
            else concat(uses.ts_us, ' ', uses.seq)
        end as thing
    from starts
    inner join uses on uses.actor = starts.actor
    inner join criteria on criteria.role = uses.role
    where (uses.ts_us <> starts.ts_us or uses.seq <> starts.seq)
        and uses.ts_us <= starts.closes_us
        and (
            uses.ts_us > starts.ts_us
            or (uses.ts_us = starts.ts_us and uses.seq > starts.seq)
            or case
                when greatest(uses.tie_us, starts.tie_us) >= 86400000000 then uses.local_day = starts.local_day
                else starts.ts_us - uses.ts_us < greatest(uses.tie_us, starts.tie_us)
            end
        )
    union all
    select starts.actor, criteria.role, 1 as needed, gauge_readings.ts_us, -1 as doer, 'reading' as thing
    from starts
    inner join criteria on criteria.gauge is not null
    inner join gauge_readings
        on gauge_readings.gauge = criteria.gauge
        and gauge_readings.account = starts.actor
        and gauge_readings.value >= criteria.floor_value
        and gauge_readings.ts_us <= starts.closes_us
        and (
            gauge_readings.ts_us >= starts.ts_us
            or case
                when starts.tie_us >= 86400000000 then gauge_readings.local_day = starts.local_day
                else starts.ts_us - gauge_readings.ts_us < starts.tie_us
            end
        )
),

things as (
    select actor, doer, role, needed, thing, min(ts_us) as ts_us
    from done
    where doer is not null and thing is not null
    group by actor, doer, role, needed, thing
),

counted as (
    select things.*, row_number() over (partition by actor, doer, role order by ts_us, thing) as nth
    from things
),

met as (
    select actor, ts_us, row_number() over (partition by actor, doer order by ts_us, role) as nth
    from counted
    where nth = needed
),

reached as (
    select actor, min(ts_us) as reached_us
    from met
    where nth = enough
    group by actor
)

select
    starts.period,
    starts.actor,
    starts.ts_us as start_us,
    starts.closes_us,
    reached.reached_us,
    coalesce(placed.part_1, starts.property_1) as part_1,
    coalesce(placed.part_2, starts.property_2) as part_2,
    coalesce(placed.part_3, starts.property_3) as part_3,
    coalesce(placed.part_4, starts.property_4) as part_4,
    coalesce(placed.assumed, false) as assumed
from starts
left join reached on reached.actor = starts.actor
left join placed
    on placed.account = starts.account
    and placed.from_us <= starts.ts_us
    and placed.to_us > starts.ts_us;
