-- Statements: those that stay, and those of the batch that are the first of their record in their file.
--
-- grain   one row per file, day and record
-- reads   lake_statements; restated (file_no, day): what the batch's files say anew; incoming_statements; statement_fate
create or replace macro statements_after(of_source varchar) as table
select
    lake_statements.source, lake_statements.record_kind, lake_statements.record_id, lake_statements.day,
    lake_statements.path, lake_statements.content_hash, lake_statements.gone, lake_statements.file_no
from lake_statements
left join restated on restated.file_no = lake_statements.file_no and restated.day = lake_statements.day
where restated.file_no is null
union all
select
    of_source, incoming.record_kind, incoming.record_id, incoming.day, incoming.path, incoming.content_hash,
    incoming.gone, incoming.file_no
from incoming_statements as incoming
inner join statement_fate on statement_fate.row_no = incoming.row_no
where statement_fate.stands;
