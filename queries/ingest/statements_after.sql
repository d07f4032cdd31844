-- Statements: those that stay, and those of the batch that are the first of their record in their file.
--
-- grain   one row per file, day and record
-- reads   lake_statements; kept_statements (of this source); incoming_statements; statement_fate
create or replace macro statements_after(of_source varchar) as table
select source, record_kind, record_id, day, path, content_hash, gone, file_no
from lake_statements
where source <> of_source
union all
select of_source, record_kind, record_id, day, path, content_hash, gone, file_no
from kept_statements
union all
select
    of_source, incoming.record_kind, incoming.record_id, incoming.day, incoming.path, incoming.content_hash,
    incoming.gone, incoming.file_no
from incoming_statements as incoming
inner join statement_fate on statement_fate.row_no = incoming.row_no
where statement_fate.stands;
