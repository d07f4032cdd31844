-- The ids of a batch that have no number yet, numbered on from the last (lake.md 10).
--
-- grain   one row per id
-- reads   batch_names (id); numbered (no, id): the table of ids, with those that the batch has numbered already
create or replace macro new_ids() as table
with fresh as (
    select distinct batch_names.id
    from batch_names
    left join numbered on numbered.id = batch_names.id
    where numbered.id is null and batch_names.id is not null
)

select
    cast((select coalesce(max(no), 0) from numbered) + row_number() over (order by id) as integer) as no,
    id
from fresh;
