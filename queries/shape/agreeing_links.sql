-- Links of an anonymous id that was seen with several ids, all of which other links show to be one person (R8.1).
--
-- grain   one row per anonymous id and user
-- reads   lake_links; user_labels (user_no, label: what is linked so far)
create or replace macro agreeing_links() as table
with told as (
    select distinct lake_links.anonymous_no, lake_links.user_no, coalesce(user_labels.label, lake_links.user_no) as label
    from lake_links
    left join user_labels on user_labels.user_no = lake_links.user_no
    where lake_links.anonymous_no is not null and lake_links.anonymous_no <> lake_links.user_no
),

agreeing as (
    select anonymous_no
    from told
    group by anonymous_no
    having count(distinct user_no) > 1 and count(distinct label) = 1
)

select told.anonymous_no as from_no, told.user_no as to_no
from told
inner join agreeing on agreeing.anonymous_no = told.anonymous_no;
