-- The pairs of a batch with their numbers.
--
-- grain   one row per pair
-- reads   batch_pairs; lake_ids_members; fresh_members: those that were numbered in this batch
create or replace macro numbered_pairs() as table
with numbered as (
    select no, user_no, account_no from lake_ids_members
    union all
    select no, user_no, account_no from fresh_members
)

select numbered.user_no, numbered.account_no, numbered.no
from numbered
inner join batch_pairs on batch_pairs.user_no = numbered.user_no and batch_pairs.account_no = numbered.account_no;
