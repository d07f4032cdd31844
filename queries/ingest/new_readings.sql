-- The readings a month gains from its incoming rows.
--
-- grain   one row per account, moment and gauge
-- reads   incoming_readings; dropped_rows()
create or replace macro new_readings() as table
select
    incoming_readings.source,
    incoming_readings.account_no,
    incoming_readings.observed_at,
    incoming_readings.local_day,
    incoming_readings.gauge,
    incoming_readings.value,
    incoming_readings.id_hi,
    incoming_readings.id_lo,
    incoming_readings.content_hash,
    incoming_readings.file_no,
    incoming_readings.seq
from incoming_readings
left join dropped_rows() as dropped on dropped.row_no = incoming_readings.row_no
where dropped.row_no is null;
