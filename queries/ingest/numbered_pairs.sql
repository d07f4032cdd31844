-- The pairs of a batch with their numbers, old and new.
--
-- grain   one row per pair
-- reads   batch_pairs; lake_ids_members; fresh_members
create or replace macro numbered_pairs() as table
select lake_ids_members.user_no, lake_ids_members.account_no, lake_ids_members.no
from lake_ids_members
inner join batch_pairs
    on batch_pairs.user_no = lake_ids_members.user_no and batch_pairs.account_no = lake_ids_members.account_no
union all
select user_no, account_no, no from fresh_members;
