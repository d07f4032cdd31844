-- The source's statements in the lake that the batch does not say anew.
--
-- grain   one row per statement
-- reads   lake_statements; restated (file_no, day)
create or replace macro statements_kept(of_source varchar) as table
select
    cast(null as bigint) as row_no, lake_statements.record_kind, lake_statements.record_id, lake_statements.day,
    lake_statements.path, lake_statements.content_hash, lake_statements.gone
from lake_statements
left join restated on restated.file_no = lake_statements.file_no and restated.day = lake_statements.day
where lake_statements.source = of_source and restated.file_no is null;
