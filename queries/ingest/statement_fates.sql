-- What becomes of each statement of a batch: whether it is the first of its record in its file, and says anything new.
--
-- grain   one row per incoming statement
-- reads   incoming_statements; kept_statements (of this source, in the lake); lake_statements; cleared (file_no)
-- rules   within a file the first stands; one that says what the record's statement before it (by day, then path) says
--         is a duplicate; so is one that the file said before, which it then has as its own
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
),

said_again as (
    select incoming.row_no
    from incoming_statements as incoming
    inner join lake_statements
        on lake_statements.file_no = incoming.file_no
        and lake_statements.record_kind = incoming.record_kind
        and lake_statements.record_id = incoming.record_id
        and lake_statements.day = incoming.day
        and lake_statements.content_hash = incoming.content_hash
        and lake_statements.gone = incoming.gone
    left join cleared on cleared.file_no = incoming.file_no
    where cleared.file_no is null
),

fates as (
    select
        incoming.row_no,
        incoming.file_no,
        copies.copy = 1 as stands,
        copies.copy = 1 and (
            before.hash_before is null or before.hash_before <> before.content_hash or before.gone <> before.gone_before
        ) as tells,
        copies.copy > 1 and incoming.content_hash <> copies.standing_hash as differs,
        said_again.row_no is not null as said
    from incoming_statements as incoming
    inner join copies on copies.row_no = incoming.row_no
    left join before on before.row_no = incoming.row_no
    left join said_again on said_again.row_no = incoming.row_no
)

select
    row_no,
    file_no,
    stands,
    tells and not said as entered,
    tells and said as own,
    differs
from fates;
