-- Records with two versions valid at one time.
--
-- grain   one row per version that reaches into the next
-- reads   record_versions
create or replace macro versions_overlap() as table
with ordered as (
    select
        source,
        record_kind,
        record_id,
        from_us,
        to_us,
        lead(from_us) over (partition by source, record_kind, record_id order by from_us) as next_from_us
    from record_versions
)

select source, record_kind, record_id, from_us, to_us, next_from_us
from ordered
where next_from_us < to_us;
