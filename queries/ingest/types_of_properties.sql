-- Of which types the properties of events are: in the lake, and in the batch.
--
-- grain   one row per event name, property, type and side
-- reads   lake_events; incoming_events
-- rules   of `every` rows one is looked at, picked by what it says, so that the same rows are picked every time
--         null is absent
-- engine  duckdb: objects are taken apart into rows
create or replace macro types_of_properties(of_source varchar, every bigint) as table
with looked_at as (
    select event_name, properties, false as incoming
    from lake_events
    where source = of_source and properties is not null and content_hash % every = 0
    union all
    select event_name, properties, true as incoming
    from incoming_events
    where properties is not null and content_hash % every = 0
)

select
    looked_at.event_name,
    entry.key as property,
    case
        when entry.type = 'VARCHAR' then 'text'
        when entry.type = 'BOOLEAN' then 'boolean'
        when entry.type = 'ARRAY' then 'list'
        when entry.type = 'OBJECT' then 'object'
        else 'number'
    end as type,
    looked_at.incoming,
    count(*) as events
from looked_at, json_each(looked_at.properties) as entry
where entry.type <> 'NULL'
group by all;
