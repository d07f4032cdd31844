-- Cells that an earlier run published as settled and that read differently now (R9.2).
--
-- grain   one row per metric, period, segment and k that moved by more than `shift`
-- reads   lake_readings; readings_now (the columns of `readings`); metrics_now (metric, is_share, is_held)
-- rules   shares move in points, all else by a part of itself; of a funnel the last step tells
--         a cell that is gone counts, unless its metric is held back: then it was not read
create or replace macro moved_cells(earlier_run text, shift double) as table
with last_steps as (
    select metric, max(step) as step
    from readings_now
    group by metric
),

compared as (
    select
        published.metric,
        published.period_start,
        published.period_end,
        published.segment,
        published.k,
        published.value as old_value,
        present.value as new_value,
        metrics_now.is_share,
        published.definition_hash is not distinct from present.definition_hash as is_same_definition
    from lake_readings as published
    inner join metrics_now on metrics_now.metric = published.metric
    inner join last_steps on last_steps.metric = published.metric
    left join readings_now as present
        on present.metric = published.metric
        and present.period_start = published.period_start
        and present.period_end = published.period_end
        and present.segment = published.segment
        and present.k is not distinct from published.k
        and present.step is not distinct from published.step
    where published.run = earlier_run
        and published.settled
        and published.step is not distinct from last_steps.step
        and (present.settled or (present.metric is null and not metrics_now.is_held))
)

select *
from compared
where old_value is distinct from new_value
    and (
        old_value is null
        or new_value is null
        or case when is_share then abs(new_value - old_value) > shift else abs(new_value - old_value) > shift * abs(old_value) end
    );
