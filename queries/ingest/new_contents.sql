-- What statements of the batch say that no statement said before: once per record and hash.
--
-- grain   one row per record and content
-- reads   incoming_statements; lake_contents
create or replace macro new_contents(of_source varchar) as table
select
    min(of_source) as source,
    incoming.record_kind,
    incoming.record_id,
    incoming.content_hash,
    min(incoming.body) as body,
    min(incoming.fields) as fields
from incoming_statements as incoming
left join lake_contents
    on lake_contents.source = of_source
    and lake_contents.record_kind = incoming.record_kind
    and lake_contents.record_id = incoming.record_id
    and lake_contents.content_hash = incoming.content_hash
where lake_contents.source is null
group by incoming.record_kind, incoming.record_id, incoming.content_hash;
