-- Rows that give way to an equal one of the same batch (R0.8).
--
-- grain   one row per incoming row that falls
-- reads   incoming_keys; perhaps_repeated (id_lo): the only ids that can stand twice
-- rules   within a file the first stands; between files the one whose content hash is smaller, so that order plays no part
-- engine  duckdb
create or replace macro fallen_rows() as table
with repeated as (
    select incoming_keys.month_no, incoming_keys.id_hi, incoming_keys.id_lo
    from incoming_keys
    inner join perhaps_repeated on perhaps_repeated.id_lo = incoming_keys.id_lo
    group by incoming_keys.month_no, incoming_keys.id_hi, incoming_keys.id_lo
    having count(*) > 1
),

copies as (
    select
        incoming_keys.row_no,
        incoming_keys.file_no,
        incoming_keys.month_no,
        incoming_keys.id_hi,
        incoming_keys.id_lo,
        incoming_keys.content_hash,
        row_number() over (
            partition by incoming_keys.month_no, incoming_keys.id_hi, incoming_keys.id_lo, incoming_keys.file_no
            order by incoming_keys.seq, incoming_keys.row_no
        ) as copy
    from incoming_keys
    inner join repeated
        on repeated.month_no = incoming_keys.month_no
        and repeated.id_hi = incoming_keys.id_hi
        and repeated.id_lo = incoming_keys.id_lo
),

ranked as (
    select
        row_no,
        content_hash,
        row_number() over standing as place,
        first_value(content_hash) over standing as standing_hash
    from copies
    window standing as (partition by month_no, id_hi, id_lo order by copy, content_hash, file_no)
)

select
    row_no,
    content_hash <> standing_hash as differs
from ranked
where place > 1;
