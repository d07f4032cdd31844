-- The events a month gains from the batch.
--
-- grain   one row per event
-- reads   incoming_events; fallen; met; batch_users, batch_accounts (id, no); batch_members (user_no, account_no, no)
create or replace macro new_events(of_source varchar, of_month bigint) as table
select
    of_source as source,
    incoming_events.event_id,
    incoming_events.event_name,
    incoming_events.occurred_at,
    incoming_events.local_day,
    batch_users.no as user_no,
    batch_accounts.no as account_no,
    batch_members.no as member_no,
    incoming_events.properties,
    incoming_events.id_hi,
    incoming_events.id_lo,
    incoming_events.content_hash,
    incoming_events.file_no,
    incoming_events.seq
from incoming_events
left join fallen on fallen.row_no = incoming_events.rowid
left join met on met.row_no = incoming_events.rowid
left join batch_users on batch_users.id = incoming_events.user_id
left join batch_accounts on batch_accounts.id = incoming_events.account_id
left join batch_members on batch_members.user_no = batch_users.no and batch_members.account_no = batch_accounts.no
where incoming_events.month_no = of_month
    and fallen.row_no is null
    and (met.row_no is null or met.replaces);
