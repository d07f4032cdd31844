-- Who entered each cohort, and who of them was retained in one k, as parts of the share (R9.8).
--
-- grain   one row per cohort and actor
-- reads   units (retention_units)
-- rules   `on_or_after`: retained where the last k is that one or a later
create or replace macro retention_parts(wanted_k bigint, or_after boolean) as table
select
    period,
    actor,
    cast(
        max(case when k = wanted_k or (or_after and k >= wanted_k) then 1 else 0 end) as decimal(38, 6)
    ) as counted,
    1 as eligible
from units
group by period, actor;
