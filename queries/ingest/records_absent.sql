-- How many records the newest export of a CRM or billing source no longer names; they stay current (inputs.md 7).
--
-- grain   one row per kind of record whose newest day the batch tells
-- reads   kept_statements (of this source, in the lake); incoming_statements; statement_fate (row_no, stands)
-- rules   the files of one day are one export; records that were marked as deleted are not counted
create or replace macro records_absent() as table
with told as (
    select record_kind, record_id, day, path, gone, false as incoming
    from kept_statements
    union all
    select
        incoming.record_kind, incoming.record_id, incoming.day, incoming.path, incoming.gone, true as incoming
    from incoming_statements as incoming
    inner join statement_fate on statement_fate.row_no = incoming.row_no
    where statement_fate.stands
),

newest as (
    select record_kind, max(day) as day, max(day) filter (where incoming) as incoming_day
    from told
    group by record_kind
),

ranked as (
    select
        record_kind,
        record_id,
        day,
        gone,
        row_number() over (partition by record_kind, record_id order by day desc, path desc) as place
    from told
)

select
    newest.record_kind,
    newest.day,
    count(*) as records,
    count(*) filter (where ranked.day < newest.day) as absent
from newest
inner join ranked on ranked.record_kind = newest.record_kind and ranked.place = 1
where newest.incoming_day = newest.day and not coalesce(ranked.gone, false)
group by newest.record_kind, newest.day;
