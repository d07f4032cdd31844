-- The keys of a month's incoming readings.
--
-- grain   one row per incoming reading
-- reads   incoming_readings
create or replace macro incoming_reading_keys() as table
select row_no, file_no, seq, month_no, id_hi, id_lo, content_hash
from incoming_readings;
