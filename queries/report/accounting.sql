-- What became of each source's rows, over all files it holds now (R9.6).
--
-- grain   one row per source
-- reads   lake_files
create or replace macro accounting() as table
select
    source,
    cast(sum(read) as bigint) as rows_read,
    cast(sum(accepted) as bigint) as rows_accepted,
    cast(sum(duplicate) as bigint) as rows_duplicate,
    cast(sum(set_aside) as bigint) as rows_set_aside
from lake_files
group by source;
