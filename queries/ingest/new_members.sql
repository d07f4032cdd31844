-- The pairs of user and account of a batch that have no number yet.
--
-- grain   one row per pair
-- reads   batch_pairs (user_no, account_no); known_members()
create or replace macro new_members() as table
with fresh as (
    select distinct batch_pairs.user_no, batch_pairs.account_no
    from batch_pairs
    left join known_members() as numbered
        on numbered.user_no = batch_pairs.user_no and numbered.account_no = batch_pairs.account_no
    where numbered.no is null
)

select
    cast((select coalesce(max(no), 0) from known_members()) + row_number() over (order by user_no, account_no) as integer) as no,
    user_no,
    account_no
from fresh;
