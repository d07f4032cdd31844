-- The renewals whose date lies in each period's trailing months, this period's read days included (R7.5).
--
-- grain   one row per period and renewal due in its span
-- reads   asked_periods (period, due_from, due_to); renewals
create or replace macro renewals_due() as table
select
    asked_periods.period,
    renewals.renewal_id as thing,
    renewals.unit,
    renewals.account,
    renewals.crm_only,
    renewals.state,
    renewals.due_us
from asked_periods
inner join renewals on renewals.due_on >= asked_periods.due_from and renewals.due_on <= asked_periods.due_to;
