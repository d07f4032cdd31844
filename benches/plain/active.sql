select date_trunc('week', "timestamp") as week, count(distinct account) as accounts
from events where account is not null group by all order by all
