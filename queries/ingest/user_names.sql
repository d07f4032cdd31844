-- The ids of users that a batch names, as the source writes them.
--
-- grain   one row per id
-- reads   batch_whos; incoming_links; incoming_domains; incoming_members
create or replace macro user_names() as table
select user_id as id from batch_whos where user_id is not null
union
select anonymous_id as id from incoming_links
union
select user_id as id from incoming_links
union
select user_id as id from incoming_domains
union
select user_id as id from incoming_members;
