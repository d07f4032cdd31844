-- One step in finding who hangs together: each id takes the smallest label among its own, its neighbours' and theirs.
--
-- grain   one row per linked id
-- reads   link_edges (from_no, to_no); user_labels (user_no, label)
-- rules   repeated until nothing changes, the labels do not depend on the order of links
create or replace macro spread_labels() as table
with both_ways as (
    select from_no as user_no, to_no as other_no from link_edges
    union all
    select to_no as user_no, from_no as other_no from link_edges
),

nearest as (
    select both_ways.user_no, min(user_labels.label) as label
    from both_ways
    inner join user_labels on user_labels.user_no = both_ways.other_no
    group by both_ways.user_no
),

lowered as (
    select user_labels.user_no, least(user_labels.label, coalesce(nearest.label, user_labels.label)) as label
    from user_labels
    left join nearest on nearest.user_no = user_labels.user_no
)

select lowered.user_no, least(lowered.label, coalesce(beyond.label, lowered.label)) as label
from lowered
left join user_labels as beyond on beyond.user_no = lowered.label;
