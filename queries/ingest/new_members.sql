-- The pairs of user and account of a batch that have no number yet.
--
-- grain   one row per pair
-- reads   batch_pairs (user_no, account_no); lake_ids_members; fresh_members: those that were numbered in this batch
create or replace macro new_members() as table
with numbered as (
    select no, user_no, account_no from lake_ids_members
    union all
    select no, user_no, account_no from fresh_members
),

fresh as (
    select distinct batch_pairs.user_no, batch_pairs.account_no
    from batch_pairs
    left join numbered
        on numbered.user_no = batch_pairs.user_no and numbered.account_no = batch_pairs.account_no
    where numbered.no is null
)

select
    cast((select coalesce(max(no), 0) from numbered) + row_number() over (order by user_no, account_no) as integer) as no,
    user_no,
    account_no
from fresh;
