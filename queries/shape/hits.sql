-- Every match of a signal, with the person and the account it belongs to.
--
-- grain   one row per signal and match
-- reads   raw_hits (matches, ids as written); user_map; member_spans; domain_accounts; our_accounts; source_ties
-- rules   up to `as_of`, not before `first_day`; our own people are left out (R8.4)
--         the account on the event first, then the one membership at its time, then the mail domain (R8.2)
create or replace macro all_hits(as_of, first_day) as table
select
    raw_hits.signal,
    user_map.usr,
    coalesce(raw_hits.account_no, member_spans.account, domain_accounts.account) as account,
    raw_hits.ts_us,
    raw_hits.seq,
    raw_hits.local_day,
    coalesce(source_ties.tie_us, 0) as tie_us,
    raw_hits.value,
    raw_hits.kept_1,
    raw_hits.kept_2,
    raw_hits.kept_3,
    raw_hits.kept_4
from raw_hits
left join user_map on user_map.user_no = raw_hits.user_no
left join member_spans
    on member_spans.usr = user_map.usr
    and member_spans.from_us <= raw_hits.ts_us
    and member_spans.to_us > raw_hits.ts_us
left join domain_accounts on domain_accounts.user_no = raw_hits.user_no
left join source_ties on source_ties.source = raw_hits.source
left join our_accounts
    on our_accounts.account = coalesce(raw_hits.account_no, member_spans.account, domain_accounts.account)
where raw_hits.local_day <= as_of
    and raw_hits.local_day >= first_day
    and not coalesce(user_map.ours, false)
    and our_accounts.account is null;
