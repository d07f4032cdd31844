-- How many rows of each file entered the lake, and how many stand there already as the file's own.
--
-- grain   one row per file of the batch
-- reads   incoming_keys; fallen; met
-- rules   a row of several readings (`by_row`) counts once, and has entered if one of them has
-- engine  duckdb
create or replace macro file_counts(by_row boolean) as table
with fates as (
    select
        incoming_keys.file_no,
        incoming_keys.month_no,
        case when by_row then incoming_keys.seq else incoming_keys.row_no end as row_key,
        fallen.row_no is null and (met.row_no is null or met.replaces) as entered,
        met.row_no is not null and not met.replaces and met.lake_file_no = incoming_keys.file_no as own
    from incoming_keys
    left join fallen on fallen.row_no = incoming_keys.row_no
    left join met on met.row_no = incoming_keys.row_no
),

whole as (
    select
        file_no,
        row_key,
        bool_or(entered) as entered,
        bool_or(own) as own
    from fates
    where by_row
    group by file_no, row_key
    union all
    select file_no, row_key, entered, own
    from fates
    where not by_row
)

select
    file_no,
    count(*) as good,
    count(*) filter (where entered) as accepted,
    count(*) filter (where own and not entered) as own
from whole
group by file_no;
