-- Users who are in one account for the whole of a month: joined to facts when they are read (lake.md 16).
--
-- grain   one row per user as written and month
-- reads   member_spans; user_map; months (month_start, start_us, end_us)
create or replace macro user_months() as table
select user_map.user_no, months.month_start, member_spans.account
from member_spans
inner join months on member_spans.from_us <= months.start_us and member_spans.to_us >= months.end_us
inner join user_map on user_map.usr = member_spans.usr
where member_spans.account is not null;
