-- The value of every segment for every account, over all time and without gaps.
--
-- grain   one row per account, segment and stretch
-- reads   accounts; asked_segments (segment, banded, mapped); segment_values (account, segment, raw, from_us, to_us, assumed);
--         segment_maps (segment, raw, value); segment_bands (segment, low, high, name)
-- rules   bands take numbers; a value that a map does not name keeps its text; missing and '' are null
--         an account that has ended keeps the value of its last instant (R0.3)
create or replace macro attributes(begin_us, end_us) as table
with held as (
    select
        segment_values.account,
        segment_values.segment,
        segment_values.raw,
        segment_values.assumed,
        greatest(segment_values.from_us, begin_us) as from_us,
        case when accounts.ended_us <= segment_values.to_us then end_us else least(segment_values.to_us, end_us) end as to_us
    from segment_values
    left join accounts on accounts.account = segment_values.account
    where greatest(segment_values.from_us, begin_us) < least(segment_values.to_us, end_us)
        and (accounts.ended_us is null or segment_values.from_us < accounts.ended_us)
),

points as (
    select accounts.account, asked_segments.segment, begin_us as us
    from accounts
    cross join asked_segments
    union
    select account, segment, from_us as us from held
    union
    select account, segment, to_us as us from held where to_us < end_us
),

pieces as (
    select
        account,
        segment,
        us as from_us,
        lead(us, 1, end_us) over (partition by account, segment order by us) as to_us
    from points
),

told as (
    select
        pieces.account,
        pieces.segment,
        pieces.from_us,
        pieces.to_us,
        nullif(trim(held.raw), '') as raw,
        coalesce(held.assumed, false) as assumed
    from pieces
    left join held
        on held.account = pieces.account
        and held.segment = pieces.segment
        and held.from_us <= pieces.from_us
        and held.to_us >= pieces.to_us
)

select
    told.account,
    told.segment,
    case
        when asked_segments.banded then segment_bands.name
        else coalesce(segment_maps.value, told.raw)
    end as value,
    told.from_us,
    told.to_us,
    told.assumed
from told
inner join asked_segments on asked_segments.segment = told.segment
left join segment_maps on segment_maps.segment = told.segment and segment_maps.raw = told.raw
left join segment_bands
    on segment_bands.segment = told.segment
    and text_number(told.raw) >= segment_bands.low
    and text_number(told.raw) < segment_bands.high;
