-- The readings a month gains from some of its incoming rows.
--
-- grain   one row per account, moment and gauge
-- reads   incoming_readings; fallen; met; batch_accounts (id, no)
create or replace macro new_readings(of_source varchar, first_row bigint, end_row bigint) as table
select
    of_source as source,
    batch_accounts.no as account_no,
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
left join fallen on fallen.row_no = incoming_readings.row_no
left join met on met.row_no = incoming_readings.row_no
left join batch_accounts on batch_accounts.id = incoming_readings.account_id
where incoming_readings.row_no >= first_row
    and incoming_readings.row_no < end_row
    and fallen.row_no is null
    and (met.row_no is null or met.replaces);
