-- Properties that come in a type they never had.
--
-- grain   one row per event name and property: what it was, what it is, in how many of the rows looked at
-- reads   property_types (event_name, property, type, incoming, events)
create or replace macro retyped_properties() as table
with before as (
    select event_name, property, string_agg(distinct type, ' or ' order by type) as types
    from property_types
    where not incoming
    group by event_name, property
),

fresh as (
    select incoming.event_name, incoming.property, incoming.type, incoming.events
    from property_types as incoming
    left join property_types as known
        on known.event_name = incoming.event_name
        and known.property = incoming.property
        and known.type = incoming.type
        and not known.incoming
    where incoming.incoming and known.event_name is null
)

select
    fresh.event_name,
    fresh.property,
    before.types as was,
    string_agg(distinct fresh.type, ' and ' order by fresh.type) as has,
    cast(sum(fresh.events) as bigint) as events
from fresh
inner join before on before.event_name = fresh.event_name and before.property = fresh.property
group by fresh.event_name, fresh.property, before.types;
