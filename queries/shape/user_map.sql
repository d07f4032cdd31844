-- Every user as the sources write it, the person it stands for, and whether that is one of our own people.
--
-- grain   one row per user of `lake_ids_users`
-- reads   lake_ids_users; lake_links; lake_user_domains; user_labels; our_domains (domain)
-- rules   of linked ids the person is the one that is never anonymous, then the smallest id (R8.1)
--         a person any of whose mail addresses is in one of our domains is ours, with all ids (R8.4)
create or replace macro user_map() as table
with anonymous as (
    select distinct anonymous_no as user_no from lake_links
),

ranked as (
    select
        user_labels.user_no,
        user_labels.label,
        row_number() over (
            partition by user_labels.label
            order by case when anonymous.user_no is null then 0 else 1 end, lake_ids_users.id
        ) as place
    from user_labels
    inner join lake_ids_users on lake_ids_users.no = user_labels.user_no
    left join anonymous on anonymous.user_no = user_labels.user_no
),

people as (
    select user_labels.user_no, ranked.user_no as usr
    from user_labels
    inner join ranked on ranked.label = user_labels.label and ranked.place = 1
),

mapped as (
    select lake_ids_users.no as user_no, coalesce(people.usr, lake_ids_users.no) as usr
    from lake_ids_users
    left join people on people.user_no = lake_ids_users.no
),

ours as (
    select distinct mapped.usr
    from lake_user_domains
    inner join our_domains on our_domains.domain = lower(lake_user_domains.domain)
    inner join mapped on mapped.user_no = lake_user_domains.user_no
)

select mapped.user_no, mapped.usr, ours.usr is not null as ours
from mapped
left join ours on ours.usr = mapped.usr;
