-- Actors with an event, by week.
with weeks as (
    select unnest(generate_series(date_trunc('week', (select min("timestamp") from events)), timestamp '2026-06-30', interval 7 day)) as week
)
select 0 as place, week::date::varchar as period_start, count(distinct {actor})::double as value
from weeks
left join events on date_trunc('week', events."timestamp") = weeks.week and {test}
group by week
