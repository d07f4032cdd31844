-- What customers said up to a day, of an outcome.
--
-- grain   one row per quote
-- reads   lake_customer_evidence
create or replace macro quotes(last_day) as table
select coalesce(account, '') as account, noted_on, outcome, quote
from lake_customer_evidence
where noted_on <= last_day and outcome is not null;
