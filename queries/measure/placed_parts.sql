-- Under which values an account stands, for each stretch of time in which none of them changes.
--
-- grain   one row per account and stretch; stretches of an account do not overlap and leave no gap
-- reads   parts (part, segment); attributes
-- rules   a part that is no segment stays null here; who has no row stands under null
create or replace macro placed_parts() as table
with asked_attributes as (
    select parts.part, attributes.account, attributes.value, attributes.from_us, attributes.to_us, attributes.assumed
    from parts
    inner join attributes on attributes.segment = parts.segment
),

starts as (
    select distinct account, from_us from asked_attributes
),

stretches as (
    select account, from_us, lead(from_us) over (partition by account order by from_us) as next_us
    from starts
)

select
    stretches.account,
    stretches.from_us,
    coalesce(stretches.next_us, max(asked_attributes.to_us)) as to_us,
    max(asked_attributes.value) filter (where asked_attributes.part = 1) as part_1,
    max(asked_attributes.value) filter (where asked_attributes.part = 2) as part_2,
    max(asked_attributes.value) filter (where asked_attributes.part = 3) as part_3,
    max(asked_attributes.value) filter (where asked_attributes.part = 4) as part_4,
    coalesce(bool_or(asked_attributes.assumed), false) as assumed
from stretches
inner join asked_attributes
    on asked_attributes.account = stretches.account
    and asked_attributes.from_us <= stretches.from_us
    and asked_attributes.to_us > stretches.from_us
group by stretches.account, stretches.from_us, stretches.next_us;
