-- Links of an anonymous id or device that was seen with one user only (R8.1).
--
-- grain   one row per anonymous id
-- reads   lake_links
-- rules   an id that was seen with several users links to none of them here; `agreeing_links` looks at those again
create or replace macro single_links() as table
select anonymous_no as from_no, min(user_no) as to_no
from lake_links
where anonymous_no is not null and user_no is not null and anonymous_no <> user_no
group by anonymous_no
having count(distinct user_no) = 1;
