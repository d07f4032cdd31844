-- The versions of CRM and billing records: what each said from which day to which (lake.md 12, R7.6).
--
-- grain   one row per record and run of equal content
-- reads   lake_statements; lake_contents; zone_days (local_day, start_us)
-- rules   in order of day; within a day the later path wins; `gone` ends the record
--         before its first known version the first holds: `from_us` of a record's first version is the beginning of time,
--         `known_us` when it was in fact first known
create or replace macro record_versions(begin_us bigint, end_us bigint) as table
with daily as (
    select
        source,
        record_kind,
        record_id,
        day,
        content_hash,
        coalesce(gone, false) as gone,
        row_number() over (
            partition by source, record_kind, record_id, day order by path desc, file_no desc, content_hash
        ) as place
    from lake_statements
    where record_id is not null and day is not null
),

ordered as (
    select
        source,
        record_kind,
        record_id,
        day,
        content_hash,
        gone,
        lag(content_hash) over (partition by source, record_kind, record_id order by day) as hash_before,
        lag(gone) over (partition by source, record_kind, record_id order by day) as gone_before
    from daily
    where place = 1
),

changes as (
    select
        source,
        record_kind,
        record_id,
        day,
        content_hash,
        gone,
        lead(day) over (partition by source, record_kind, record_id order by day) as next_day,
        row_number() over (partition by source, record_kind, record_id order by day) as place
    from ordered
    where gone_before is null
        or gone <> gone_before
        or (not gone and hash_before is distinct from content_hash)
)

select
    changes.source,
    changes.record_kind,
    changes.record_id,
    changes.day as valid_from,
    changes.next_day as valid_to,
    case
        when changes.place = 1 then begin_us
        else coalesce(opened.start_us, epoch_us(cast(changes.day as timestamp)))
    end as from_us,
    case
        when changes.next_day is null then end_us
        else coalesce(closed.start_us, epoch_us(cast(changes.next_day as timestamp)))
    end as to_us,
    coalesce(opened.start_us, epoch_us(cast(changes.day as timestamp))) as known_us,
    lake_contents.body,
    lake_contents.fields
from changes
inner join lake_contents
    on lake_contents.source = changes.source
    and lake_contents.record_kind = changes.record_kind
    and lake_contents.record_id = changes.record_id
    and lake_contents.content_hash = changes.content_hash
left join zone_days as opened on opened.local_day = changes.day
left join zone_days as closed on closed.local_day = changes.next_day
where not changes.gone;
