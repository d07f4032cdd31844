-- The attempts that count, each with the values it stands under.
--
-- grain   one row per attempt
-- reads   attempts (attempt, actor, account, read_us, property_1 … property_4; of a step that was not reached
--         `read_us` is null and the properties say so); placed
create or replace macro funnel_units() as table
select
    attempts.attempt,
    attempts.actor,
    coalesce(attempts.property_1, placed.part_1) as part_1,
    coalesce(attempts.property_2, placed.part_2) as part_2,
    coalesce(attempts.property_3, placed.part_3) as part_3,
    coalesce(attempts.property_4, placed.part_4) as part_4,
    coalesce(placed.assumed, false) as assumed
from attempts
left join placed
    on placed.account = attempts.account
    and placed.from_us <= attempts.read_us
    and placed.to_us > attempts.read_us;
