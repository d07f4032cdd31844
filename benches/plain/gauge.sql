-- What the last reading of a team in each period says.
with periods as (
    select unnest(generate_series(date_trunc('{period}', (select min(taken_at) from readings)), timestamp '2026-06-30', interval 1 {period})) as period
),
lasts as (
    select date_trunc('{period}', taken_at) as period, team, arg_max({gauge}, taken_at) as reading
    from readings
    where {gauge} is not null
    group by all
)
select 0 as place, periods.period::date::varchar as period_start, {value} as value
from periods
left join lasts on lasts.period = periods.period
group by periods.period
