-- The ids of a batch with their numbers.
--
-- grain   one row per id
-- reads   batch_names (id); numbered (no, id): the table of ids, with those that the batch has numbered
create or replace macro numbered_names() as table
select numbered.id, numbered.no
from numbered
inner join batch_names on batch_names.id = numbered.id;
