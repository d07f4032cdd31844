-- What becomes of each statement of a batch: whether it is the first of its record in its file, and says anything new.
--
-- grain   one row per incoming statement
-- reads   incoming_statements; kept_statements (of this source, in the lake)
-- rules   within a file the first stands; one that says what the record's statement before it (by day, then path) says
--         is a duplicate
create or replace macro statement_fates() as table
with copies as (
    select
        row_no,
        row_number() over (partition by file_no, record_kind, record_id order by position, row_no) as copy,
        first_value(content_hash) over (
            partition by file_no, record_kind, record_id order by position, row_no
        ) as standing_hash
    from incoming_statements
),

told as (
    select row_no, record_kind, record_id, day, path, content_hash, gone
    from kept_statements
    union all
    select incoming.row_no, incoming.record_kind, incoming.record_id, incoming.day, incoming.path, incoming.content_hash, incoming.gone
    from incoming_statements as incoming
    inner join copies on copies.row_no = incoming.row_no
    where copies.copy = 1
),

before as (
    select
        row_no,
        content_hash,
        gone,
        lag(content_hash) over (partition by record_kind, record_id order by day, path) as hash_before,
        lag(gone) over (partition by record_kind, record_id order by day, path) as gone_before
    from told
)

select
    incoming.row_no,
    incoming.file_no,
    copies.copy = 1 as stands,
    copies.copy = 1 and (
        before.hash_before is null or before.hash_before <> before.content_hash or before.gone <> before.gone_before
    ) as entered,
    copies.copy > 1 and incoming.content_hash <> copies.standing_hash as differs
from incoming_statements as incoming
inner join copies on copies.row_no = incoming.row_no
left join before on before.row_no = incoming.row_no;
