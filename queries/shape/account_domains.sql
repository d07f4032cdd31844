-- The mail domain of each account: the one that most of its users have (R8.3).
--
-- grain   one row per account with such a domain
-- reads   people; person_domains; free_mail (domain)
-- rules   free-mail domains never; a tie goes to the first in the alphabet; our own people do not count
create or replace macro account_domains() as table
with counted as (
    select people.account, person_domains.domain, count(*) as users
    from people
    inner join person_domains on person_domains.usr = people.usr
    left join free_mail on free_mail.domain = person_domains.domain
    where people.account is not null and not people.ours and free_mail.domain is null
    group by people.account, person_domains.domain
),

ranked as (
    select account, domain, row_number() over (partition by account order by users desc, domain) as place
    from counted
)

select account, domain from ranked where place = 1;
