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

typed as (
    select source, event_name, property, string_agg(distinct type, ', ' order by type) as types
    from told
    group by source, event_name, property
),

counted as (
    select source, event_name, property, value, count(*) as uses
    from told
    group by source, event_name, property, value
),

ranked as (
    select
        source,
        event_name,
        property,
        value,
        uses,
        row_number() over (
            partition by source, event_name, property order by uses desc, value
        ) as place
    from counted
)

select
    ranked.source,
    ranked.event_name,
    ranked.property,
    cast(sum(ranked.uses) as bigint) as events,
    count(*) as distinct_values,
    min(typed.types) as types,
    string_agg(ranked.value, ', ' order by ranked.place) filter (where ranked.place <= top) as top_values,
    cast(to_json(list(ranked.value order by ranked.place) filter (where ranked.place <= top)) as varchar) as top_values_json
from ranked
inner join typed
    on typed.source = ranked.source
    and typed.event_name = ranked.event_name
    and typed.property = ranked.property
group by ranked.source, ranked.event_name, ranked.property;
