-- The source's statements in the lake that the batch does not say anew.
--
-- grain   one row per statement
-- reads   lake_statements; restated (file_no, day): what the batch's files speak of; cleared (file_no); incoming_statements
-- rules   what a file that is read again no longer says of a day stays (lake.md 9), but for files whose rows are replaced
create or replace macro statements_kept(of_source varchar) as table
with said as (
    select distinct file_no, record_kind, record_id
    from incoming_statements
)

select
    cast(null as bigint) as row_no, lake_statements.record_kind, lake_statements.record_id, lake_statements.day,
    lake_statements.path, lake_statements.content_hash, lake_statements.gone, lake_statements.file_no
from lake_statements
left join restated on restated.file_no = lake_statements.file_no and restated.day = lake_statements.day
left join cleared on cleared.file_no = lake_statements.file_no
left join said
    on said.file_no = lake_statements.file_no
    and said.record_kind = lake_statements.record_kind
    and said.record_id = lake_statements.record_id
where lake_statements.source = of_source
    and (restated.file_no is null or (said.file_no is null and cleared.file_no is null));
