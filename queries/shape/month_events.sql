-- One month's events as facts count them: whole microseconds, and the account of those who change account within the month.
--
-- grain   one row per event of the month
-- reads   month_files (the month's files of `events`); month_changers
create or replace macro month_events() as table
select
    month_files.source,
    month_files.event_name,
    month_files.user_no,
    coalesce(month_files.account_no, month_changers.account) as account_no,
    epoch_us(month_files.occurred_at) as ts_us,
    month_files.seq,
    month_files.local_day,
    month_files.properties
from month_files
left join month_changers
    on month_changers.user_no = month_files.user_no
    and month_changers.from_us <= epoch_us(month_files.occurred_at)
    and month_changers.to_us > epoch_us(month_files.occurred_at);
