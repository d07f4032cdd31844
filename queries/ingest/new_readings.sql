-- The readings a month gains from the batch.
--
-- grain   one row per account, moment and gauge
-- reads   incoming_readings; fallen; met; batch_accounts (id, no)
create or replace macro new_readings(of_source varchar, of_month bigint) as table
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
left join fallen on fallen.row_no = incoming_readings.rowid
left join met on met.row_no = incoming_readings.rowid
left join batch_accounts on batch_accounts.id = incoming_readings.account_id
where incoming_readings.month_no = of_month
    and fallen.row_no is null
    and (met.row_no is null or met.replaces);
