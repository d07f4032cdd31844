-- Every reading of a gauge.
--
-- grain   one row per reading
-- reads   lake_snapshots; our_accounts
create or replace macro gauge_readings(as_of, first_day) as table
select
    lake_snapshots.gauge,
    lake_snapshots.account_no as account,
    epoch_us(lake_snapshots.observed_at) as ts_us,
    lake_snapshots.seq,
    lake_snapshots.local_day,
    lake_snapshots.value
from lake_snapshots
left join our_accounts on our_accounts.account = lake_snapshots.account_no
where our_accounts.account is null
    and lake_snapshots.local_day <= as_of
    and lake_snapshots.local_day >= first_day;
