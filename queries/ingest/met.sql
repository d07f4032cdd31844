-- Incoming rows whose id the lake holds already, in the same month, and which of the two stands (R0.8, lake.md 9).
--
-- grain   one row per incoming row that is met
-- reads   incoming_keys; fallen (row_no); lake_keys; stale_files (file_no)
-- rules   equal content: the lake's stands; the same file, or a file of an older declaration: the newer reading stands;
--         else the smaller content hash
create or replace macro met_rows() as table
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
where fallen.row_no is null;
