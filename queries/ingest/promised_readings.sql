-- Incoming rows of readings as a contract looks at them: `reading`, and its gauges.
--
-- grain   one row per row of a snapshot that has a reading
-- reads   incoming_readings
-- engine  duckdb: rows become an object
create or replace macro promised_readings() as table
select
    'reading' as event_name,
    cast(json_group_object(gauge, value) as varchar) as properties,
    false as is_table,
    file_no,
    seq >> 22 as position
from incoming_readings
group by file_no, seq;
