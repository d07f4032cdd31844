-- What an account can be matched by: its id, and the mail domain that most of its users have.
--
-- grain   one row per account and field
-- reads   seen_accounts (account); lake_ids_accounts; account_domains
create or replace macro account_fields() as table
select seen_accounts.account, 'account_id' as field, match_text(lake_ids_accounts.id) as value
from seen_accounts
inner join lake_ids_accounts on lake_ids_accounts.no = seen_accounts.account
where match_text(lake_ids_accounts.id) is not null

union all

select seen_accounts.account, 'email_domain' as field, domain_text(account_domains.domain) as value
from seen_accounts
inner join account_domains on account_domains.account = seen_accounts.account;
