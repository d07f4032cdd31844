-- Subscriptions that cost less than nothing.
--
-- grain   one row per version
-- reads   subscription_versions
create or replace macro negative_mrr() as table
select source, subscription_id, mrr_micros
from subscription_versions
where mrr_micros < 0;
