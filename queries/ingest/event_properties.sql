-- The properties of each event: how often they are there, of which types, and their most frequent values.
--
-- grain   one row per source, event name and property
-- reads   lake_events
-- rules   of `every` rows one is looked at, picked by what it says, so that the same rows are picked every time
--         a value is told as text, long ones by their beginning; of equally frequent values the first in order
--         null is absent
-- engine  duckdb: objects are taken apart into rows
create or replace macro event_properties(every bigint, top bigint) as table
with looked_at as (
    select source, event_name, properties
    from lake_events
    where properties is not null and content_hash % every = 0
),

told as (
    select
        looked_at.source,
        looked_at.event_name,
        entry.key as property,
        case
            when entry.type = 'VARCHAR' then 'text'
            when entry.type = 'BOOLEAN' then 'boolean'
            when entry.type = 'ARRAY' then 'list'
            when entry.type = 'OBJECT' then 'object'
            else 'number'
        end as type,
        left(json_extract_string(entry.value, '$'), 80) as value
    from looked_at, json_each(looked_at.properties) as entry
    where entry.type <> 'NULL'
),

counted as (
    select source, event_name, property, type, value, count(*) as uses
    from told
    group by source, event_name, property, type, value
),

ranked as (
    select
        source,
        event_name,
        property,
        type,
        value,
        uses,
        row_number() over (
            partition by source, event_name, property order by uses desc, value
        ) as place
    from counted
)

select
    source,
    event_name,
    property,
    cast(sum(uses) as bigint) as events,
    count(distinct value) as distinct_values,
    string_agg(distinct type, ', ' order by type) as types,
    string_agg(value, ', ' order by place) filter (where place <= top) as top_values
from ranked
group by source, event_name, property;
