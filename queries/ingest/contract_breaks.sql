-- Where incoming events break what their source promises.
--
-- grain   one row per term that is broken: how many events of that name, how many break it
-- reads   incoming_events; contract_terms (event_name, property, kind): without a kind the property must be there
create or replace macro contract_breaks() as table
with told as (
    select
        contract_terms.event_name,
        contract_terms.property,
        contract_terms.kind,
        json_type(incoming_events.properties, '$."' || contract_terms.property || '"') as found
    from contract_terms
    inner join incoming_events on incoming_events.event_name = contract_terms.event_name
),

judged as (
    select
        event_name,
        property,
        kind,
        case
            when kind is null then coalesce(found, 'NULL') = 'NULL'
            when coalesce(found, 'NULL') = 'NULL' then false
            when kind = 'text' then found <> 'VARCHAR'
            when kind = 'number' then found not in ('UBIGINT', 'BIGINT', 'DOUBLE', 'HUGEINT', 'UHUGEINT')
            when kind = 'boolean' then found <> 'BOOLEAN'
            when kind = 'list' then found <> 'ARRAY'
            else found <> 'OBJECT'
        end as broken
    from told
)

select
    event_name,
    property,
    kind,
    count(*) as events,
    count(*) filter (where broken) as broken
from judged
group by event_name, property, kind
having count(*) filter (where broken) > 0;
