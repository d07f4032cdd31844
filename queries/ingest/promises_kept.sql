-- How incoming rows keep what their source promises.
--
-- grain   one row per term of the contract: how many rows of that name, how many break it, and the first that does
-- reads   promised (event_name, properties, is_table, file_no, position); contract_terms (event_name, property, kind):
--         without a kind the property must be there
-- rules   a property is looked up under its very name, then as nested keys; null and blank text are absent
--         what is absent breaks no type
--         a cell of a table is text: there, text that reads as the type is of the type
-- engine  duckdb
create or replace macro promises_kept() as table
with pointed as (
    select
        event_name,
        property,
        kind,
        '/' || replace(replace(property, '~', '~0'), '/', '~1') as plain,
        '/' || replace(replace(replace(property, '~', '~0'), '/', '~1'), '.', '/') as nested
    from contract_terms
),

told as (
    select
        pointed.event_name,
        pointed.property,
        pointed.kind,
        promised.is_table,
        promised.file_no,
        promised.position,
        coalesce(json_type(promised.properties, plain), json_type(promised.properties, nested), 'NULL') as found,
        trim(
            coalesce(json_extract_string(promised.properties, plain), json_extract_string(promised.properties, nested))
        ) as value
    from pointed
    inner join promised on promised.event_name = pointed.event_name
),

typed as (
    select
        *,
        found = 'NULL' or (found = 'VARCHAR' and value = '') as is_absent,
        case
            when found = 'VARCHAR' then 'text'
            when found = 'BOOLEAN' then 'boolean'
            when found = 'ARRAY' then 'list'
            when found = 'OBJECT' then 'object'
            else 'number'
        end as is_a,
        case
            when not is_table or found <> 'VARCHAR' then null
            when kind = 'number' then try_cast(value as double) is not null
            when kind = 'boolean' then lower(value) in ('true', 'false', 't', 'f', 'yes', 'no', '1', '0')
            when kind = 'list' and json_valid(value) then json_type(value) = 'ARRAY'
            when kind = 'object' and json_valid(value) then json_type(value) = 'OBJECT'
        end as reads_as_one
    from told
),

judged as (
    select
        event_name,
        property,
        kind,
        file_no,
        position,
        case
            when kind is null then is_absent
            when is_absent then false
            else is_a <> kind and not coalesce(reads_as_one, false)
        end as broken
    from typed
)

select
    event_name,
    property,
    kind,
    count(*) as events,
    count(*) filter (where broken) as broken,
    min([file_no, position]) filter (where broken)[1] as file_no,
    min([file_no, position]) filter (where broken)[2] as position
from judged
group by event_name, property, kind;
