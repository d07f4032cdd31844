select event, date_trunc('week', "timestamp") as week, count(*) as uses, count(distinct account) as accounts
from events where account is not null group by all order by all
