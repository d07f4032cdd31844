-- The pairs of a batch with their numbers.
--
-- grain   one row per pair
-- reads   batch_pairs; known_members()
create or replace macro numbered_pairs() as table
select numbered.user_no, numbered.account_no, numbered.no
from known_members() as numbered
inner join batch_pairs on batch_pairs.user_no = numbered.user_no and batch_pairs.account_no = numbered.account_no;
