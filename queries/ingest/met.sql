-- Incoming rows whose id the lake holds already, in the same month, and which of the two stands (R0.8, lake.md 9).
--
-- grain   one row per incoming row that is met
-- reads   incoming_keys; fallen (row_no); lake_keys; stale_files (file_no)
-- rules   equal content: the lake's stands; the same file, or a file of an older declaration: the newer reading stands;
--         else the smaller content hash
--         another zone may have brought two rows of one id into a month: then it stands only if it stands before both
create or replace macro met_rows() as table
with judged as (
    select
        incoming_keys.row_no,
        incoming_keys.file_no,
        incoming_keys.month_no,
        incoming_keys.seq,
        incoming_keys.id_hi,
        incoming_keys.id_lo,
        lake_keys.file_no as lake_file_no,
        lake_keys.seq as lake_seq,
        incoming_keys.content_hash <> lake_keys.content_hash and incoming_keys.file_no <> lake_keys.file_no as differs,
        incoming_keys.content_hash <> lake_keys.content_hash
            and (
                lake_keys.file_no = incoming_keys.file_no
                or stale_files.file_no is not null
                or incoming_keys.content_hash < lake_keys.content_hash
            ) as replaces
    from incoming_keys
    inner join lake_keys
        on lake_keys.month_no = incoming_keys.month_no
        and lake_keys.id_hi = incoming_keys.id_hi
        and lake_keys.id_lo = incoming_keys.id_lo
    left join stale_files on stale_files.file_no = lake_keys.file_no
    left join fallen on fallen.row_no = incoming_keys.row_no
    where fallen.row_no is null
),

ranked as (
    select *, row_number() over (partition by row_no order by replaces, lake_file_no, lake_seq) as place
    from judged
)

select row_no, file_no, month_no, seq, id_hi, id_lo, lake_file_no, lake_seq, differs, replaces
from ranked
where place = 1;
