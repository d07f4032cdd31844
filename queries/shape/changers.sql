-- Users who change account within the month: their accounts by time, which the scan of the month applies (lake.md 16).
--
-- grain   one row per user as written and stretch
-- reads   member_spans; user_map
create or replace macro changers(start_us bigint, end_us bigint) as table
with changing as (
    select distinct usr
    from member_spans
    where (from_us > start_us and from_us < end_us) or (to_us > start_us and to_us < end_us)
)

select user_map.user_no, member_spans.from_us, member_spans.to_us, member_spans.account
from member_spans
inner join changing on changing.usr = member_spans.usr
inner join user_map on user_map.usr = member_spans.usr
where member_spans.from_us < end_us and member_spans.to_us > start_us and member_spans.account is not null;
