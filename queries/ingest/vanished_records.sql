-- Records that a file read again no longer has: they stay (lake.md 9), and are counted.
--
-- grain   one row per file read again
-- reads   kept_statements; kept_releases; kept_evidence (each of this source: what the batch does not say anew);
--         again (file_no); restated (file_no, day)
create or replace macro vanished_records() as table
with vanished as (
    select kept_statements.file_no
    from kept_statements
    inner join restated on restated.file_no = kept_statements.file_no and restated.day = kept_statements.day
    union all
    select file_no from kept_releases
    union all
    select file_no from kept_evidence
)

select vanished.file_no, count(*) as vanished
from vanished
inner join again on again.file_no = vanished.file_no
group by vanished.file_no;
