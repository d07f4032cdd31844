-- Pairs of user and account that have a number: in the lake, or since this batch began.
--
-- grain   one row per pair
-- reads   lake_ids_members; fresh_members
create or replace macro known_members() as table
select no, user_no, account_no from lake_ids_members
union all
select no, user_no, account_no from fresh_members;
