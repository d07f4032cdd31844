-- The events that a funnel looks at, each once, with what it is: steps, excluded, or anything else.
--
-- grain   one row per actor and event
-- reads   uses (role n is step n from 0, after the steps the excluded signals, role 62 anything else)
-- rules   an event that is several things has several bits; the caller orders by actor, then in time
create or replace macro funnel_events(by_same_user boolean) as table
select
    cast(actor as bigint) as actor,
    cast(case when by_same_user then usr else 0 end as bigint) as doer,
    ts_us,
    cast(seq as bigint) as seq,
    cast(max(local_day - date '1970-01-01') as bigint) as day,
    max(tie_us) as tie_us,
    cast(coalesce(max(account), -1) as bigint) as account,
    bit_or(cast(1 as bigint) << cast(role as integer)) as bits,
    max(property_1) as property_1,
    max(property_2) as property_2,
    max(property_3) as property_3,
    max(property_4) as property_4,
    max(same_1) as same_1,
    max(same_2) as same_2,
    max(same_3) as same_3
from uses
where not by_same_user or usr is not null
group by actor, case when by_same_user then usr else 0 end, ts_us, seq;
