-- The keys of incoming readings.
--
-- grain   one row per incoming reading
-- reads   incoming_readings
-- engine  duckdb
create or replace macro incoming_reading_keys() as table
select rowid as row_no, file_no, seq, month_no, id_hi, id_lo, content_hash
from incoming_readings;
