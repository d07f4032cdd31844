-- The rows of a link's decision table in design R, before anyone knows who was exposed (evidence.md 3 and 3.1, 7).
--
-- grain   one row per unit and anchor
-- reads   renewal_anchors; link_members
-- rules   exposure ends `gap_weeks` before the anchor, covariates stand before any exposure window: no row can be exposed
--         by what came after, and every row reaches its anchor
--         in only if telemetry and unit are old enough for the window 13 weeks earlier too, so that both gaps have the same rows
create or replace macro renewal_rows(gap_weeks bigint, window_weeks bigint, first_week bigint, whole_weeks bigint) as table
with units as (
    select unit, min(start_week) as start_week
    from link_members
    group by unit
)

select
    anchors.unit,
    anchors.due_week,
    anchors.due_on,
    anchors.won,
    units.start_week,
    anchors.due_week - gap_weeks as landmark_week,
    anchors.due_week - gap_weeks - greatest(window_weeks, 26) as covariate_week
from renewal_anchors(whole_weeks) as anchors
inner join units on units.unit = anchors.unit
where anchors.due_week - gap_weeks - 13 - greatest(window_weeks, 26) >= first_week
    and units.start_week <= anchors.due_week - gap_weeks - 13 - window_weeks;
