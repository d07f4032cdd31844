-- Incoming records as a contract looks at them: `company`, `deal` or `subscription` with its fields as exported, `release`
-- and `evidence` with their columns.
--
-- grain   one row per incoming record
-- reads   incoming_statements; incoming_releases; incoming_evidence
-- rules   fields are text as exported, so a number is text that reads as one
-- engine  duckdb
create or replace macro promised_records() as table
select
    record_kind as event_name,
    fields as properties,
    true as is_table,
    file_no,
    position
from incoming_statements
union all
select
    'release' as event_name,
    cast(json_object('title', title, 'lane', lane, 'outcome', outcome, 'url', url) as varchar) as properties,
    true as is_table,
    file_no,
    seq >> 22 as position
from incoming_releases
union all
select
    'evidence' as event_name,
    cast(json_object('account', account, 'outcome', outcome, 'kind', kind, 'quote', quote) as varchar) as properties,
    true as is_table,
    file_no,
    seq >> 22 as position
from incoming_evidence;
